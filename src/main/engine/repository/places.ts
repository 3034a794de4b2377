// Looks at the folders of repositories without ever holding up the engine's thread: a dead network mount or a disk that sleeps blocks
// whoever asks for it, sometimes for ever. Each question goes to a thread `repository.places` (place-task.ts); per place there is one
// question at a time, a question that gets no answer in time leaves its thread to hang, others go on in other threads.
import { Semaphore, withTimeout } from '../kit/async.ts';
import { cancelled, fromWire, isVarveError } from '../kit/errors.ts';
import type { Clock, Machine, WorkerHandle, Workers } from '../ports.ts';
import { resolveUserPath } from '../kit/paths.ts';
import type { Probe } from '../../../contract/repository.ts';
import type { PlaceFacts } from './place.ts';
import type { PlaceAnswer, PlaceAsk, PlaceQuestion, PlaceResults } from './place-task.ts';

const lookLimitMs = 3_000;
/** A disk may need this long to wake up, and for these a person waits. */
const patientLimitMs = 15_000;
const keepMs = 2_000;
/** A question that takes longer no longer keeps others waiting for its thread. */
const briskMs = 300;
const briskThreads = 2;
/** Threads at most, hanging ones included. */
const mostThreads = 16;
const idleMs = 20_000;

export interface PlacesDeps {
  workers: Pick<Workers, 'spawn'>;
  clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  machine: Pick<Machine, 'platform' | 'userHome'>;
  /** Called when a place that had not answered in time did so after all. */
  onLate?: () => void;
}

export interface PlaceWait {
  /** How long the caller waits. */
  limitMs?: number;
  /** Looks again even if there is an answer from a moment ago. */
  fresh?: boolean;
  signal?: AbortSignal | undefined;
}

export interface Site {
  path: string;
  /** With links resolved as far as it exists. */
  real: string;
  probe: Probe;
  /** Of what is there; null when there is nothing. */
  device: bigint | null;
  inode: bigint | null;
}

export interface Places {
  /** What is at a repository's place now, at most two seconds old. A place that does not answer in time is `absent`, with that reason; never throws for what the place is like. */
  look(path: string, wait?: PlaceWait): Promise<PlaceFacts>;
  /** Names of the snapshot files there. Errors as of a back end; TIMED_OUT. */
  snapshotNames(path: string, wait?: PlaceWait): Promise<string[]>;
  /** What lies at a path a person types. With `homePath`, BAD_INPUT inside a home. TIMED_OUT. */
  site(typed: string, homePath?: string, wait?: PlaceWait): Promise<Site>;
  removeLock(path: string, lockId: string, wait?: PlaceWait): Promise<void>;
  /** Ends the threads; those that hang are not waited for. */
  close(): Promise<void>;
}

export function createPlaces(deps: PlacesDeps): Places {
  return new PlaceWatch(deps);
}

interface Asked {
  startedAtMs: number;
  /** Somebody stopped waiting for it. */
  late: boolean;
  answer: Promise<unknown>;
}

class PlaceWatch implements Places {
  readonly #deps: PlacesDeps;
  readonly #lookers: Lookers;
  readonly #asked = new Map<string, Asked>();
  readonly #turns = new Map<string, { turn: Semaphore; users: number; busySinceMs: number | undefined }>();
  readonly #kept = new Map<string, { facts: PlaceFacts; atMs: number }>();
  #closed = false;

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
    this.#lookers = new Lookers(deps);
  }

  async look(path: string, wait: PlaceWait = {}): Promise<PlaceFacts> {
    const kept = this.#kept.get(path);
    if (!wait.fresh && kept && this.#deps.clock.monotonicMs() - kept.atMs < keepMs) return kept.facts;
    try {
      return await this.#ask(path, { what: 'look', path }, { limitMs: lookLimitMs, ...wait });
    } catch (error) {
      if (!isVarveError(error) || error.code !== 'TIMED_OUT') throw error;
      return { path, state: 'absent', reason: 'does not answer', freeBytes: null, totalBytes: null, configHash: null, real: path, device: null, inode: null };
    }
  }

  snapshotNames(path: string, wait: PlaceWait = {}): Promise<string[]> {
    return this.#ask(path, { what: 'snapshots', path }, { limitMs: patientLimitMs, ...wait });
  }

  async site(typed: string, homePath?: string, wait: PlaceWait = {}): Promise<Site> {
    const { platform, userHome } = this.#deps.machine;
    const path = resolveUserPath(typed, { platform, userHome });
    return this.#ask(path, { what: 'site', path, homePath }, { limitMs: patientLimitMs, ...wait });
  }

  removeLock(path: string, lockId: string, wait: PlaceWait = {}): Promise<void> {
    return this.#ask(path, { what: 'remove-lock', path, lockId }, { limitMs: lookLimitMs, ...wait });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#lookers.close();
  }

  async #ask<A extends PlaceAsk>(path: string, ask: A, { limitMs = lookLimitMs, signal }: PlaceWait): Promise<PlaceResults[A['what']]> {
    if (this.#closed) throw cancelled();
    const { clock } = this.#deps;
    const key = JSON.stringify(ask);
    const asked = this.#asked.get(key) ?? this.#start(key, path, ask);
    // A place that hangs since long is not waited for once more.
    const sinceMs = Math.min(asked.startedAtMs, this.#turns.get(path)?.busySinceMs ?? Number.POSITIVE_INFINITY);
    const leftMs = Math.max(0, limitMs - (clock.monotonicMs() - sinceMs));
    try {
      return (await withTimeout({ clock, limitMs: leftMs, what: `looking at ${path}`, signal }, () => asked.answer)) as PlaceResults[A['what']];
    } catch (error) {
      if (isVarveError(error) && error.code === 'TIMED_OUT') asked.late = true;
      throw error;
    }
  }

  #start(key: string, path: string, ask: PlaceAsk): Asked {
    const { clock } = this.#deps;
    const asked: Asked = { startedAtMs: clock.monotonicMs(), late: false, answer: Promise.resolve() };
    asked.answer = this.#inTurn(path, () => this.#lookers.ask(ask)).then(
      (value) => {
        this.#settle(key, path, ask, value, asked.late);
        return value;
      },
      (error: unknown) => {
        this.#asked.delete(key);
        throw error;
      }
    );
    asked.answer.catch(() => undefined); // whoever asked hears it; here it only must not count as unhandled
    this.#asked.set(key, asked);
    return asked;
  }

  #settle(key: string, path: string, ask: PlaceAsk, value: unknown, late: boolean): void {
    this.#asked.delete(key);
    if (ask.what !== 'look') return;
    this.#kept.set(path, { facts: value as PlaceFacts, atMs: this.#deps.clock.monotonicMs() });
    if (late && !this.#closed) this.#deps.onLate?.();
  }

  async #inTurn<R>(path: string, work: () => Promise<R>): Promise<R> {
    const { clock } = this.#deps;
    const place = this.#turns.get(path) ?? { turn: new Semaphore(1), users: 0, busySinceMs: undefined };
    this.#turns.set(path, place);
    place.users += 1;
    try {
      return await place.turn.run(async () => {
        place.busySinceMs = clock.monotonicMs();
        try {
          return await work();
        } finally {
          place.busySinceMs = undefined;
        }
      });
    } finally {
      place.users -= 1;
      if (place.users === 0) this.#turns.delete(path);
    }
  }
}

interface Looker {
  handle: WorkerHandle;
  current: { resolve(value: unknown): void; reject(error: Error): void } | undefined;
  cancelTimer(): void;
}

/** The threads, each with one question at a time. */
class Lookers {
  readonly #deps: Pick<PlacesDeps, 'workers' | 'clock'>;
  readonly #all = new Set<Looker>();
  readonly #idle: Looker[] = [];
  readonly #brisk = new Set<Looker>();
  #waiting: { ask: PlaceAsk; resolve(value: unknown): void; reject(error: Error): void }[] = [];
  #closed = false;

  constructor(deps: Pick<PlacesDeps, 'workers' | 'clock'>) {
    this.#deps = deps;
  }

  ask(ask: PlaceAsk): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(cancelled());
      this.#waiting.push({ ask, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(cancelled());
    const closing: Promise<void>[] = [];
    for (const looker of this.#all) {
      looker.cancelTimer();
      const closed = looker.handle.close();
      // One that is at work may hang for ever.
      if (looker.current) looker.current.reject(cancelled());
      else closing.push(closed);
    }
    await Promise.all(closing);
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#brisk.size < briskThreads) {
      const looker = this.#idle.pop() ?? (this.#all.size < mostThreads ? this.#open() : undefined);
      if (!looker) return;
      const { ask, resolve, reject } = this.#waiting.shift()!;
      looker.cancelTimer();
      looker.current = { resolve, reject };
      this.#brisk.add(looker);
      looker.cancelTimer = this.#deps.clock.setTimer(briskMs, () => {
        this.#brisk.delete(looker);
        this.#next();
      });
      looker.handle.post({ ask } satisfies PlaceQuestion);
    }
  }

  #open(): Looker {
    const looker: Looker = { handle: this.#deps.workers.spawn('repository.places', {}), current: undefined, cancelTimer: () => undefined };
    this.#all.add(looker);
    looker.handle.onMessage((value) => {
      const answer = value as PlaceAnswer;
      const { current } = looker;
      this.#rest(looker);
      if ('error' in answer) current?.reject(fromWire(answer.error));
      else current?.resolve(answer.value);
    });
    looker.handle.onExit((error) => {
      looker.cancelTimer();
      this.#all.delete(looker);
      this.#brisk.delete(looker);
      const at = this.#idle.indexOf(looker);
      if (at >= 0) this.#idle.splice(at, 1);
      looker.current?.reject(error ?? cancelled());
      if (!this.#closed) this.#next();
    });
    return looker;
  }

  #rest(looker: Looker): void {
    looker.cancelTimer();
    looker.current = undefined;
    this.#brisk.delete(looker);
    if (this.#closed) return;
    this.#idle.push(looker);
    looker.cancelTimer = this.#deps.clock.setTimer(idleMs, () => {
      const at = this.#idle.indexOf(looker);
      if (at >= 0) this.#idle.splice(at, 1);
      void looker.handle.close();
    });
    this.#next();
  }
}
