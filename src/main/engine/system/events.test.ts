import { describe, expect, it } from 'vitest';
import type { EngineEvent, TaskState } from '../../../contract/events.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createAnnouncer } from './events.ts';

const task = (id: string, filesDone: number): EngineEvent => ({ kind: 'task', task: { id, progress: { filesDone } } as unknown as TaskState });
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function gather(stream: AsyncIterable<EngineEvent>): { seen: EngineEvent[]; done: Promise<void> } {
  const seen: EngineEvent[] = [];
  return { seen, done: (async () => { for await (const event of stream) seen.push(event); })() };
}

describe('announcements', () => {
  it('keep only the newest state of a task for a slow listener, and what happened before the first pull', async () => {
    const announcer = createAnnouncer({ clock: createFakeClock() });
    const stream = announcer.subscribe(undefined);
    for (let i = 0; i < 5_000; i++) announcer.announce(task('a', i));
    announcer.announce({ kind: 'changed', what: 'plans' });
    const { seen, done } = gather(stream);
    announcer.stop();
    await done;
    expect(seen).toEqual([task('a', 4_999), { kind: 'changed', what: 'plans' }, { kind: 'stopping' }]);
  });

  it('beat every 20 seconds until the listener leaves', async () => {
    const clock = createFakeClock();
    const announcer = createAnnouncer({ clock });
    const leave = new AbortController();
    const { seen, done } = gather(announcer.subscribe(leave.signal));
    for (let i = 0; i < 3; i++) {
      await settle();
      clock.advance(20_000);
    }
    await settle();
    leave.abort();
    await done;
    clock.advance(60_000);
    expect(seen.map((event) => event.kind)).toEqual(['heartbeat', 'heartbeat', 'heartbeat']);
  });

  it('end at once after the engine stopped', async () => {
    const announcer = createAnnouncer({ clock: createFakeClock() });
    announcer.stop();
    const { seen, done } = gather(announcer.subscribe(undefined));
    await done;
    expect(seen).toEqual([]);
  });
});
