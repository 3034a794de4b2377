import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Logger, WorkerHandle, Workers } from '../engine/ports.ts';
import { createNodeWorkers } from './workers.ts';

const workerFile = new URL('./testing/test-thread.ts', import.meta.url);
let workers: Workers;
/** As `workers`, but with little patience for tasks that do not stop. */
let hasty: Workers;
let logged: { message: string; fields: unknown }[];

beforeEach(() => {
  logged = [];
  const note = (message: string, fields?: Record<string, unknown>) => void logged.push({ message, fields });
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const options = { workerFile, dataThreads: 2, logger, env: { VARVE_TEST: 'given' } };
  workers = createNodeWorkers({ ...options, graceMs: 30_000 });
  hasty = createNodeWorkers({ ...options, graceMs: 100 });
});
afterEach(() => Promise.all([workers.close(), hasty.close()]));

const exit = (handle: WorkerHandle) => new Promise<Error | undefined>((resolve) => void handle.onExit(resolve));

it('a one-shot task returns its value, and typed errors keep their code and data', async () => {
  expect(await workers.run('echo', { deep: [1n, new Date(0), new Uint8Array([1])] })).toEqual({ deep: [1n, new Date(0), new Uint8Array([1])] });
  await expect(workers.run('fails', {})).rejects.toMatchObject({ name: 'VarveError', code: 'NOT_FOUND', data: { kind: 'thing', name: 'x' } });
  await expect(workers.run('throws', {})).rejects.toMatchObject({ code: 'INTERNAL', message: 'a plain error' });
  await expect(workers.run('toString', {})).rejects.toMatchObject({ code: 'INTERNAL' });
});

it('tasks one after the other share a thread; more tasks than threads wait their turn', async () => {
  const first = await workers.run<number>('thread', {});
  expect(await workers.run('thread', {})).toBe(first);
  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => workers.run<number>('echo', i)));
  expect(many).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

it('a thread without work ends after a while, and the next task gets another', async () => {
  const thrifty = createNodeWorkers({ workerFile, dataThreads: 2, idleMs: 20 });
  const first = await thrifty.run<number>('thread', {});
  await expect.poll(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return thrifty.run('thread', {});
  }).not.toBe(first);
  await thrifty.close();
});

it('a thread that dies fails its task only; the next one gets a new thread', async () => {
  await expect(workers.run('dies', {})).rejects.toThrow('thrown outside of the task');
  await expect(workers.run('exits', {})).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('code 3') as unknown });
  expect(await workers.run('echo', 1)).toBe(1);
});

it('a thread that died while idle is not used again', async () => {
  for (let round = 0; round < 2; round++) {
    await workers.run('diesLater', {});
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await workers.run('echo', round)).toBe(round);
  }
});

it('a task that listens stops in good order, and its result counts', async () => {
  const stop = new AbortController();
  const running = workers.run('stopsWhenAsked', {}, { signal: stop.signal });
  await workers.run('echo', 0);
  stop.abort();
  expect(await running).toBe('stopped in good order');
});

it.each(['never', 'spins'])('a task that does not listen (%s) loses its thread when cancelled', async (name) => {
  const stop = new AbortController();
  const running = hasty.run(name, {}, { signal: stop.signal });
  await hasty.run('echo', 0);
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await hasty.run('echo', 1)).toBe(1);
});

it('a task cancelled before it has a thread never runs', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(workers.run('echo', 0, { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  const blocking = new AbortController();
  const busy = Array.from({ length: 4 }, () => workers.run('stopsWhenAsked', {}, { signal: blocking.signal }));
  const later = new AbortController();
  const queued = workers.run('echo', 0, { signal: later.signal });
  later.abort();
  await expect(queued).rejects.toMatchObject({ code: 'CANCELLED' });
  blocking.abort();
  await Promise.all(busy);
});

it('input that cannot be copied is refused and costs nothing', async () => {
  await expect(workers.run('echo', () => undefined)).rejects.toThrow(/could not be cloned/);
  expect(await workers.run('echo', 1)).toBe(1);
});

it('buffers and ports travel by transfer', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  expect(await workers.run('echo', bytes, { transfer: [bytes.buffer] })).toEqual(new Uint8Array([1, 2, 3]));
  expect(bytes.length).toBe(0);
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise((resolve) => port1.once('message', resolve));
  await workers.run('overPort', { port: port2 }, { transfer: [port2] });
  expect(await heard).toBe('progress over the port');
  await expect(workers.run('hasNoLine', {})).rejects.toMatchObject({ code: 'INTERNAL' });
});

it('a spawned task talks both ways, loses no early message, says goodbye, and ends when closed', async () => {
  const handle = workers.spawn('conversation', {});
  handle.post('early');
  const heard: unknown[] = [];
  const ready = new Promise<void>((resolve) =>
    handle.onMessage((message) => {
      heard.push(message);
      if (heard.length === 2) resolve();
    })
  );
  await ready;
  const ended = exit(handle);
  await handle.close();
  await handle.close();
  expect(heard).toEqual([{ heard: 'early' }, 'ready', 'goodbye']);
  expect(await ended).toBeUndefined();
  expect(await exit(handle)).toBeUndefined();
});

it('a thread that was prepared serves like any other, spawned or not, used or not', async () => {
  workers.prepare?.('conversation');
  workers.prepare?.('echo');
  workers.prepare?.('spins');
  workers.prepare?.('no-such-task');
  const handle = workers.spawn('conversation', {});
  handle.post('early');
  const heard: unknown[] = [];
  await new Promise<void>((resolve) => handle.onMessage((message) => heard.push(message) === 2 && resolve()));
  expect(await workers.run('echo', 'prepared')).toBe('prepared');
  const ended = exit(handle);
  await handle.close();
  expect(heard).toEqual([{ heard: 'early' }, 'ready', 'goodbye']);
  expect(await ended).toBeUndefined();
  expect(await exit(workers.spawn('no-such-task', {}))).toMatchObject({ code: 'INTERNAL' });
});

it('a spawned task that fails ends its thread with the typed error', async () => {
  expect(await exit(workers.spawn('fails', {}))).toMatchObject({ code: 'NOT_FOUND', data: { name: 'x' } });
  expect(await exit(workers.spawn('dies', {}))).toMatchObject({ message: 'thrown outside of the task' });
  expect(await exit(workers.spawn('no-such-task', {}))).toMatchObject({ code: 'INTERNAL' });
  expect(await exit(workers.spawn('echo', {}))).toBeUndefined();
});

it('a spawned task that does not finish when asked is ended by force, and this is said', async () => {
  const handle = hasty.spawn('spins', {});
  const ended = exit(handle);
  await handle.close();
  expect(await ended).toMatchObject({ code: 'TIMED_OUT' });
  expect(logged.map((line) => line.message)).toEqual(['a worker thread did not finish and was ended']);
});

it('threads have their own files, their log lines come to the starter, and they may start threads', async () => {
  expect(await workers.run('usesFiles', '/')).toBe('dir');
  await workers.run('logs', {});
  expect(logged).toEqual([
    { message: 'from inside', fields: { number: 7 } },
    { message: 'not to be copied', fields: { note: 'the fields could not be copied between threads' } }
  ]);
  expect(await workers.run('nested', 'two levels')).toEqual({ through: 'two levels', threads: 2 });
  expect(await workers.run('environment', 'VARVE_TEST')).toBe('given');
});

it('close cancels what waits, stops what runs, and refuses what comes after', async () => {
  const listening = workers.run('stopsWhenAsked', {});
  const spawned = exit(workers.spawn('conversation', {}));
  await workers.run('echo', 0);
  await workers.close();
  expect(await listening).toBe('stopped in good order');
  expect(await spawned).toBeUndefined();
  await expect(workers.run('echo', 0)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(() => workers.spawn('echo', 0)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

it('close does not wait for ever for a task that does not listen', async () => {
  const deaf = hasty.run('never', {}).catch((error: unknown) => error);
  await hasty.run('echo', 0);
  await hasty.close();
  expect(await deaf).toMatchObject({ code: 'CANCELLED' });
});
