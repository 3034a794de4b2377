import { expect, it } from 'vitest';
import { AsyncQueue, Semaphore, sleep, withTimeout } from './async.ts';

/** A clock whose timers fire when the test says so. */
function handClock() {
  const timers = new Map<number, { at: number; callback: () => void }>();
  let now = 0;
  let next = 0;
  return {
    setTimer(delayMs: number, callback: () => void) {
      const id = next++;
      timers.set(id, { at: now + delayMs, callback });
      return () => void timers.delete(id);
    },
    advance(ms: number) {
      now += ms;
      for (const [id, timer] of timers) if (timer.at <= now && timers.delete(id)) timer.callback();
    },
    waiting: () => timers.size
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a semaphore lets in as many as it has permits, in order of asking', async () => {
  const semaphore = new Semaphore(2);
  const order: string[] = [];
  const enter = async (name: string) => {
    const release = await semaphore.acquire();
    order.push(name);
    return release;
  };
  const [a] = await Promise.all([enter('a'), enter('b')]);
  const c = enter('c');
  const d = enter('d');
  await turn();
  expect(order).toEqual(['a', 'b']);
  a();
  a(); // a second release gives nothing away
  await c;
  await turn();
  expect(order).toEqual(['a', 'b', 'c']);
  (await c)();
  await d;
});

it('who stops waiting for a semaphore takes no permit with him', async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const stop = new AbortController();
  const waiting = semaphore.acquire(stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  release();
  const again = await semaphore.acquire();
  again();
  expect(await Promise.race([semaphore.acquire().then(() => 'free'), turn().then(() => 'taken')])).toBe('free');
});

it('sleep ends early, and leaves no timer, when the signal fires', async () => {
  const clock = handClock();
  const stop = new AbortController();
  const sleeping = sleep(clock, 1000, stop.signal);
  stop.abort();
  await expect(sleeping).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(clock.waiting()).toBe(0);
});

it('a time limit rejects and tells the work to stop, even work that does not listen', async () => {
  const clock = handClock();
  let inner: AbortSignal | undefined;
  const limited = withTimeout({ clock, limitMs: 50, what: 'the answer' }, (signal) => {
    inner = signal;
    return new Promise(() => undefined);
  });
  await turn();
  clock.advance(50);
  await expect(limited).rejects.toMatchObject({ code: 'TIMED_OUT', data: { what: 'the answer' } });
  expect(inner?.aborted).toBe(true);
});

it('a time limit passes results and errors through and leaves no timer', async () => {
  const clock = handClock();
  await expect(withTimeout({ clock, limitMs: 50, what: 'x' }, async () => 7)).resolves.toBe(7);
  await expect(withTimeout({ clock, limitMs: 50, what: 'x' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(clock.waiting()).toBe(0);
});

it('a queue delivers in order and then ends, with its error if it has one', async () => {
  const queue = new AsyncQueue<number>({ limit: 10 });
  queue.push(1);
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of queue) seen.push(item);
  })();
  await turn();
  queue.push(2);
  queue.push(3);
  queue.end(new Error('source failed'));
  await expect(reading).rejects.toThrow('source failed');
  expect(seen).toEqual([1, 2, 3]);
  expect(queue.push(4)).toBe(false);
});

it('a full queue drops the oldest and counts it', async () => {
  const queue = new AsyncQueue<number>({ limit: 2 });
  for (const item of [1, 2, 3, 4]) queue.push(item);
  queue.end();
  expect(await collect(queue)).toEqual([3, 4]);
  expect(queue.dropped).toBe(2);
});

it('waiting items with the same key become the newest one, in the first one’s place', async () => {
  const queue = new AsyncQueue<{ job: string; done: number }>({ limit: 10, coalesce: (item) => item.job });
  queue.push({ job: 'a', done: 1 });
  queue.push({ job: 'b', done: 1 });
  queue.push({ job: 'a', done: 2 });
  queue.end();
  expect(await collect(queue)).toEqual([
    { job: 'a', done: 2 },
    { job: 'b', done: 1 }
  ]);
});

it('a consumer that leaves closes the queue for the producer', async () => {
  const queue = new AsyncQueue<number>({ limit: 10 });
  queue.push(1);
  for await (const item of queue) if (item === 1) break;
  expect(queue.push(2)).toBe(false);
});
