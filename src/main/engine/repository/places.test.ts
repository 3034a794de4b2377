import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkerHandle } from '../ports.ts';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import type { PlaceFacts } from './place.ts';
import type { PlaceAnswer, PlaceQuestion } from './place-task.ts';
import { createPlaces, type Places } from './places.ts';

const ready = (path: string): PlaceFacts => ({ path, state: 'ready', reason: null, freeBytes: 5, totalBytes: 9, configHash: 'c', real: path, device: 1n, inode: 2n });

/** Threads that answer at once, except about paths below /dead: those wait until `wake`. */
class Threads {
  started = 0;
  closed = 0;
  readonly asked: string[] = [];
  #sleeping: (() => void)[] = [];

  spawn(): WorkerHandle {
    this.started += 1;
    let hear: (message: unknown) => void = () => undefined;
    let hanging = false;
    let exit: (error: Error | undefined) => void = () => undefined;
    return {
      post: (message) => {
        const { ask } = message as PlaceQuestion;
        this.asked.push(`${ask.what} ${ask.path}`);
        const answer = (): void => hear({ value: ask.what === 'look' ? ready(ask.path) : [] } satisfies PlaceAnswer);
        if (ask.path.startsWith('/dead')) {
          hanging = true;
          this.#sleeping.push(() => ((hanging = false), answer()));
        } else queueMicrotask(answer);
      },
      onMessage: (listener) => ((hear = listener), () => undefined),
      onExit: (listener) => ((exit = listener), () => undefined),
      close: () => {
        if (hanging) return new Promise(() => undefined);
        this.closed += 1;
        exit(undefined);
        return Promise.resolve();
      }
    };
  }

  wake(): void {
    for (const answer of this.#sleeping.splice(0)) answer();
  }
}

let clock: FakeClock;
let threads: Threads;
let places: Places;
let late: number;

beforeEach(() => {
  clock = createFakeClock();
  threads = new Threads();
  late = 0;
  places = createPlaces({ workers: threads, clock, machine: { platform: 'linux', userHome: '/home/ana' }, onLate: () => (late += 1) });
});

async function pass<R>(work: Promise<R>, ms: number): Promise<R> {
  let settled = false;
  work.then(() => (settled = true), () => (settled = true));
  for (let passed = 0; passed < ms && !settled; passed += 100) {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    if (!settled) clock.advance(100);
  }
  return work;
}

describe('looking at places', () => {
  it('keeps an answer for two seconds, and looks again when it must be fresh', async () => {
    expect(await places.look('/a')).toEqual(ready('/a'));
    await places.look('/a');
    expect(threads.asked).toHaveLength(1);
    await places.look('/a', { fresh: true });
    clock.advance(2001);
    await places.look('/a');
    expect(threads.asked).toHaveLength(3);
    expect(threads.started).toBe(1);
  });

  it('takes a place that does not answer in time for absent, and then does not wait for it again', async () => {
    const first = pass(places.look('/dead/a'), 3100);
    expect(await first).toMatchObject({ state: 'absent', reason: 'does not answer', real: '/dead/a', inode: null });
    const before = clock.monotonicMs();
    expect(await pass(places.look('/dead/a'), 3000)).toMatchObject({ state: 'absent' });
    expect(clock.monotonicMs() - before).toBeLessThanOrEqual(100);
    expect(threads.asked).toEqual(['look /dead/a']);
  });

  it('has one question at a time per place, of whatever kind', async () => {
    const looks = [places.look('/dead/a'), places.look('/dead/a', { fresh: true }), places.look('/dead/a')];
    const names = places.snapshotNames('/dead/a');
    await pass(Promise.all(looks), 3100);
    expect(threads.asked).toEqual(['look /dead/a']);
    threads.wake();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    threads.wake();
    expect(await names).toEqual([]);
    expect(threads.asked).toEqual(['look /dead/a', 'snapshots /dead/a']);
  });

  it('answers about other places while many hang, with few threads', async () => {
    const dead = Array.from({ length: 5 }, (_, i) => places.look(`/dead/${i}`));
    const fine = ['/a', '/b', '/c'].map((path) => places.look(path));
    expect(await pass(Promise.all(fine), 2500)).toMatchObject([{ state: 'ready' }, { state: 'ready' }, { state: 'ready' }]);
    expect(await pass(Promise.all(dead), 3100)).toHaveLength(5);
    expect(threads.started).toBeLessThanOrEqual(7);
  });

  it('says so when a place answers after all', async () => {
    await pass(places.look('/dead/a'), 3100);
    threads.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(late).toBe(1);
    expect(await places.look('/dead/a')).toMatchObject({ state: 'ready' });
  });

  it('is over when the caller does not want it any more', async () => {
    const stop = new AbortController();
    const looking = places.look('/dead/a', { signal: stop.signal });
    stop.abort();
    await expect(looking).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends its threads when idle, and at the end without those that hang', async () => {
    await places.look('/a');
    clock.advance(20_001);
    expect(threads.closed).toBe(1);
    await places.look('/b');
    await pass(places.look('/dead/a'), 3100);
    await places.close();
    await expect(places.look('/c')).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
