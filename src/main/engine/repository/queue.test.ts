import { describe, expect, it } from 'vitest';
import { RepositoryQueue, runInAll } from './queue.ts';
import { numbersOf } from './testing/index.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue of a repository', () => {
  it('lets readers share and gives a writer the place alone, in the order they came', async () => {
    const queue = new RepositoryQueue();
    const told: string[] = [];
    const enter = (what: string, exclusive = false): Promise<() => void> => queue.enter({ what, exclusive }).then((leave) => (told.push(what), leave));
    const a = await enter('a');
    const b = await enter('b');
    const writer = enter('writer', true);
    const late = enter('late');
    await turn();
    expect(told).toEqual(['a', 'b']);
    expect(queue.state()).toEqual({ running: ['a', 'b'], waiting: ['writer', 'late'] });
    a();
    a();
    await turn();
    expect(told).toEqual(['a', 'b']);
    b();
    const leaveWriter = await writer;
    await turn();
    expect(told).toEqual(['a', 'b', 'writer']);
    leaveWriter();
    (await late)();
    expect(queue.state()).toEqual({ running: [], waiting: [] });
  });

  it('says what is in the way, and asks the running to give way to who needs it alone', async () => {
    const queue = new RepositoryQueue();
    let asked = 0;
    const leave = await queue.enter({ what: 'browse', exclusive: false, yieldTo: () => (asked += 1) });
    let behind: readonly string[] = [];
    const check = queue.run({ what: 'check', exclusive: true, onWaiting: (names) => (behind = names) }, async () => 'done');
    expect([behind, asked]).toEqual([['browse'], 1]);
    leave();
    expect(await check).toBe('done');
  });

  it('lets go of who is cancelled, and lets those behind pass', async () => {
    const queue = new RepositoryQueue();
    const leave = await queue.enter({ what: 'a', exclusive: false });
    const stop = new AbortController();
    const writer = queue.enter({ what: 'writer', exclusive: true, signal: stop.signal });
    const reader = queue.enter({ what: 'reader', exclusive: false });
    stop.abort();
    await expect(writer).rejects.toMatchObject({ code: 'CANCELLED' });
    (await reader)();
    leave();
    await expect(queue.enter({ what: 'late', exclusive: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(queue.state()).toEqual({ running: [], waiting: [] });
  });

  it('gives the place back when the work fails', async () => {
    const queue = new RepositoryQueue();
    await expect(queue.run({ what: 'a', exclusive: true }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run({ what: 'b', exclusive: true }, async () => 2)).toBe(2);
  });

  it('never lets a writer in beside anybody, and lets everybody in at last (seed 21)', async () => {
    const next = numbersOf(21);
    const queue = new RepositoryQueue();
    let readers = 0;
    let writers = 0;
    let done = 0;
    const all = Array.from({ length: 300 }, async (_, i) => {
      const exclusive = next() < 0.3;
      await queue.run({ what: String(i), exclusive }, async () => {
        if (exclusive) writers += 1;
        else readers += 1;
        expect(writers === 0 || (writers === 1 && readers === 0)).toBe(true);
        for (let turns = Math.floor(next() * 4); turns > 0; turns--) await turn();
        if (exclusive) writers -= 1;
        else readers -= 1;
        done += 1;
      });
    });
    await Promise.all(all);
    expect(done).toBe(300);
  });
});

describe('the queues of several repositories', () => {
  const places = (ids: string, queues: Record<string, RepositoryQueue>) => [...ids].map((id) => ({ id, queue: (queues[id] ??= new RepositoryQueue()), exclusive: true }));

  it('are entered in one order by everybody, so that nobody waits for somebody who waits for them', async () => {
    const queues: Record<string, RepositoryQueue> = {};
    let running = 0;
    const work = async (): Promise<void> => {
      running += 1;
      expect(running).toBe(1);
      await turn();
      running -= 1;
    };
    await Promise.all(['ab', 'ba', 'ab', 'ba'].map((ids) => runInAll(places(ids, queues), { what: ids }, work)));
    expect(Object.values(queues).map((queue) => queue.state())).toEqual([{ running: [], waiting: [] }, { running: [], waiting: [] }]);
  });

  it('are all left when the work fails, and when somebody is cancelled while waiting for the second', async () => {
    const queues: Record<string, RepositoryQueue> = {};
    await expect(runInAll(places('ab', queues), { what: 'x' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const leave = await queues['b']?.enter({ what: 'other', exclusive: true });
    const cancel = new AbortController();
    const waiting = runInAll(places('ab', queues), { what: 'x', signal: cancel.signal }, async () => 1);
    await turn();
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    leave?.();
    expect(await runInAll(places('ab', queues), { what: 'x' }, async () => 2)).toBe(2);
  });
});
