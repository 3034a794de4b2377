// Builders and fakes for tests of this and other domains: a log in a temporary folder with a clock that stands still until it is told.
import { randomBytes } from 'node:crypto';
import { VarveError } from '../kit/errors.ts';
import type { Clock, Files, Logger, Machine, Random, Volumes, WorkerContext, WorkerHandle, WorkerTask, Workers } from '../ports.ts';
import { openLog, type EventLog, type LogKeys, type OpenLogOptions } from './index.ts';
import { publicKeyOf } from './note/index.ts';
import { verifyTask } from './verify/task.ts';

export const testHomeId = '0123456789abcdef0123456789abcdef';

export type TestClock = Clock & { advance(ms: number): void };

/** A clock that moves only by `advance`, running the timers that come due. */
export function createTestClock(startMs = Date.UTC(2026, 10, 21)): TestClock {
  let nowMs = startMs;
  let timers: { dueMs: number; run: () => void }[] = [];
  return {
    now: () => nowMs,
    nowNs: () => BigInt(nowMs) * 1_000_000n,
    monotonicMs: () => nowMs - startMs,
    setTimer(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, run: callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    zone: () => 'UTC',
    advance(ms) {
      nowMs += ms;
      const due = timers.filter((timer) => timer.dueMs <= nowMs);
      timers = timers.filter((timer) => timer.dueMs > nowMs);
      for (const timer of due) timer.run();
    }
  };
}

/** The same bytes for the same seed (xorshift32); never for anything but tests. */
export function createSeededRandom(seed: number): Random {
  let state = (seed | 0) === 0 ? 1 : seed | 0;
  return {
    bytes(length) {
      const out = new Uint8Array(length);
      for (let i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        out[i] = state & 0xff;
      }
      return out;
    }
  };
}

/** Runs tasks on the calling thread, a turn later, with the ports given. */
export function createInlineWorkers(ports: { files: Files; clock: Clock; random: Random }, tasks: Readonly<Record<string, WorkerTask>>): Workers {
  const logger: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const spawn = (name: string, data: unknown): WorkerHandle => {
    const task = tasks[name];
    if (task === undefined) throw new VarveError('INTERNAL', `no worker task ${name}`, { what: name });
    const closing = new AbortController();
    const toParent = new Set<(message: unknown) => void>();
    const toWorker = new Set<(message: unknown) => void>();
    const exits = new Set<(error: Error | undefined) => void>();
    const listen = <T>(set: Set<T>, listener: T): (() => void) => {
      set.add(listener);
      return () => set.delete(listener);
    };
    const context: WorkerContext = {
      ...ports,
      logger,
      machine: {} as Machine,
      volumes: {} as Volumes,
      workers,
      closing: closing.signal,
      post: (message) => toParent.forEach((listener) => listener(structuredClone(message))),
      onMessage: (listener) => listen(toWorker, listener)
    };
    const ended = Promise.resolve()
      .then(() => task(context, structuredClone(data)))
      .then(
        () => exits.forEach((listener) => listener(undefined)),
        (error: unknown) => exits.forEach((listener) => listener(error as Error))
      );
    return {
      post: (message) => toWorker.forEach((listener) => listener(structuredClone(message))),
      onMessage: (listener) => listen(toParent, listener),
      onExit: (listener) => listen(exits, listener),
      close: async () => {
        closing.abort();
        await ended;
      }
    };
  };
  const workers: Workers = {
    spawn,
    run: () => Promise.reject(new VarveError('NOT_SUPPORTED', 'inline workers only spawn', { what: 'run' })),
    dataThreads: 1,
    close: async () => undefined
  };
  return workers;
}

/** Keys that are at hand from the start; the first seed is 32 bytes of 1, the next of 2, and so on. */
export function createTestKeys(): LogKeys {
  const seeds = [new Uint8Array(32).fill(1)];
  const own = (): Uint8Array[] => seeds.map((seed) => publicKeyOf(seed));
  return {
    pinned: own,
    load: async () => undefined,
    open: () => ({ seed: (publicKey) => seeds.find((seed) => Buffer.from(publicKeyOf(seed)).equals(publicKey)), sealingKey: new Uint8Array(32).fill(9) }),
    addSigningKey: async () => {
      seeds.push(new Uint8Array(32).fill(seeds.length + 1));
      return own().at(-1) as Uint8Array;
    }
  };
}

/** A log at `path`, begun with `home.created` unless `begin` is false. */
export function openTestLog(options: { files: Files; path: string; begin?: boolean } & Partial<OpenLogOptions>): { log: EventLog; clock: ReturnType<typeof createTestClock>; random: Random } {
  const clock = createTestClock();
  // Real chance unless given: a log that is opened twice at one standing time must not make one id twice.
  const random = options.random ?? { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
  const ports = { files: options.files, clock: options.clock ?? clock, random };
  const log = openLog({
    ...ports,
    workers: createInlineWorkers(ports, { 'log.verify': verifyTask }),
    homeId: testHomeId,
    session: 'test-session',
    actorName: 'ada',
    keys: createTestKeys(),
    ...options
  });
  if (options.begin !== false && log.entries() === 0) log.append({ action: 'home.created', category: 'home', payload: { homeId: testHomeId, version: '0.1.0', platform: 'linux' } });
  return { log, clock, random };
}
