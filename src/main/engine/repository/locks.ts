// Lock files as restic keeps them (restic design, "Locks"; internal/repository/lock.go describes the times). A shared lock says "I read
// or add", an exclusive one "I remove". A stale lock still blocks: only `unlock` may judge it. Ages are wall-clock times polled each
// second, because timers and monotonic clocks stand still while a laptop sleeps, and meanwhile another machine may have unlocked.
import { sleep, withTimeout } from '../kit/async.ts';
import { fail, isVarveError, throwIfAborted, VarveError } from '../kit/errors.ts';
import type { Clock } from '../ports.ts';
import { isFileMissing, type Backend } from './backend/backend.ts';
import { encodeLock, parseLock, type LockFile } from './format/lock.ts';
import { formatGoTime, utcTime } from './format/time.ts';
import type { UnpackedFiles } from './unpacked-files.ts';

const seconds = 1000;
const minutes = 60 * seconds;
const settleMs = 200;
const unreadablePausesMs = [5 * seconds, 10 * seconds, 20 * seconds];
const refreshMs = 5 * minutes;
const usableMs = 22.5 * minutes;
const unlockLimitMs = minutes;
const firstRetryMs = 5 * seconds;
const longestRetryMs = 60 * seconds;

/** Who holds the lock, as others will read it. `pid` must belong to a process that survives SIGHUP: restic probes it with that. */
export interface LockIdentity {
  hostname: string;
  username: string;
  pid: number;
  uid: number | undefined;
  gid: number | undefined;
}

export interface LockOptions {
  exclusive: boolean;
  identity: LockIdentity;
  /** Called once when the lock can no longer be relied on: stop all work on the repository at once. */
  onLost: () => void;
  signal?: AbortSignal | undefined;
  /** For how long to try again while somebody else's lock is in the way; 10 s for a shared lock, 0 for an exclusive one. */
  retryMs?: number;
  /**
   * Returns as soon as the lock file is written, so that reading need not wait for the second look, 200 ms later, at who else wrote one at the same
   * moment. Whoever was there before is refused at once as ever. Should the second look find somebody, `onLost` is called and `ready`
   * throws REPOSITORY_LOCKED: what was read until then may be out of date. Writing through the repository waits for `ready` anyway.
   */
  settleLater?: boolean;
  /** Called before a lock file is written, so that a left-over can be recognised after a crash; the file waits for its promise. */
  onWrite?: (lockId: string) => void | Promise<void>;
  /** Called after a lock file is gone. */
  onRemove?: (lockId: string) => void;
}

export interface LockDeps {
  backend: Backend;
  files: UnpackedFiles;
  clock: Clock;
}

export interface LockHandle {
  /** Name of the lock file now; a refresh changes it. */
  readonly id: string;
  readonly exclusive: boolean;
  /** Resolves when the repository may be written, waiting while a late refresh is under way; throws LOCK_LOST. */
  ready(): Promise<void>;
  /** Removes the lock file, within a minute, also when work was cancelled. Never throws for a file that is gone. */
  release(): Promise<void>;
}

/** Takes a lock or throws REPOSITORY_LOCKED with its holder and since when. */
export async function acquireLock(deps: LockDeps, options: LockOptions): Promise<LockHandle> {
  const { clock } = deps;
  const retryMs = options.retryMs ?? (options.exclusive ? 0 : 10 * seconds);
  const giveUpAt = clock.now() + retryMs;
  for (let pauseMs = firstRetryMs; ; pauseMs = Math.min(pauseMs * 2, longestRetryMs)) {
    try {
      const judged = new Set<string>();
      await refuseConflicts(deps, options.exclusive, judged, options.signal);
      const id = await writeLock(deps, options);
      if (options.settleLater === true) return new HeldLock(deps, options, id, (signal) => settle(deps, options, id, judged, signal));
      await settle(deps, options, id, judged, options.signal);
      return new HeldLock(deps, options, id);
    } catch (error) {
      const leftMs = giveUpAt - clock.now();
      if (!isVarveError(error) || error.code !== 'REPOSITORY_LOCKED' || leftMs <= 0) throw error;
      await sleep(clock, Math.min(pauseMs, leftMs), options.signal);
    }
  }
}

/** Runs work that lets its lock settle later; once more, waiting for the others first, when somebody else took theirs at the same moment. */
export async function twiceWhenRaced<R>(work: (settleLater: boolean) => Promise<R>): Promise<R> {
  try {
    return await work(true);
  } catch (error) {
    if (!(error instanceof RacedError)) throw error;
    return work(false);
  }
}

/** REPOSITORY_LOCKED by a lock that was written at the same moment as ours. */
class RacedError extends VarveError<'REPOSITORY_LOCKED'> {}

/** The second look, when whoever wrote a lock at the same moment has done so. Our file goes when it finds somebody. */
async function settle(deps: LockDeps, options: LockOptions, id: string, judged: Set<string>, signal: AbortSignal | undefined): Promise<void> {
  try {
    judged.add(id);
    await sleep(deps.clock, settleMs, signal);
    await refuseConflicts(deps, options.exclusive, judged, signal);
  } catch (error) {
    await removeLock(deps, options, id);
    if (options.settleLater === true && isVarveError(error) && error.code === 'REPOSITORY_LOCKED') throw new RacedError('REPOSITORY_LOCKED', error.message, error.data as never);
    throw error;
  }
}

async function refuseConflicts(deps: LockDeps, exclusive: boolean, judged: Set<string>, signal: AbortSignal | undefined): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const unreadable = await judgeLocks(deps, exclusive, judged, signal);
    if (unreadable === undefined) return;
    const pauseMs = unreadablePausesMs[attempt];
    if (pauseMs === undefined) throw unreadable;
    await sleep(deps.clock, pauseMs, signal);
  }
}

/** Throws on a conflict; returns the error of a lock that could not be read, if there was one. */
async function judgeLocks(deps: LockDeps, exclusive: boolean, judged: Set<string>, signal: AbortSignal | undefined): Promise<VarveError | undefined> {
  let unreadable: VarveError | undefined;
  for await (const { name, size } of deps.backend.list('locks', signal)) {
    if (size === 0 || judged.has(name)) continue;
    throwIfAborted(signal);
    let lock: LockFile;
    try {
      lock = parseLock(await deps.files.load('locks', name, signal));
    } catch (error) {
      if (isFileMissing(error)) continue;
      if (!isVarveError(error) || (error.code !== 'REPOSITORY_DAMAGED' && error.code !== 'REPOSITORY_UNSUPPORTED')) throw error;
      unreadable = error;
      continue;
    }
    if (exclusive || lock.exclusive) refuse(deps, lock);
    judged.add(name);
  }
  return unreadable;
}

function refuse(deps: LockDeps, lock: LockFile): never {
  const holder = `${lock.username || '?'}@${lock.hostname || '?'} (PID ${lock.pid})`;
  const kind = lock.exclusive ? 'exclusively locked' : 'locked';
  const since = formatGoTime(lock.time);
  fail('REPOSITORY_LOCKED', `${deps.backend.location} is ${kind} by ${holder} since ${since}`, { path: deps.backend.location, holder, since });
}

async function writeLock(deps: LockDeps, options: LockOptions, signal = options.signal): Promise<string> {
  const { identity, exclusive } = options;
  const json = encodeLock({ time: utcTime(deps.clock.nowNs()), exclusive, ...identity });
  const { id, bytes } = deps.files.seal(json);
  try {
    await options.onWrite?.(id);
    throwIfAborted(signal);
    await deps.backend.write('locks', id, bytes, signal);
  } catch (error) {
    // A write that failed late may still have left the file, and a note that was not confirmed may still have been made.
    await removeLock(deps, options, id);
    throw error;
  }
  return id;
}

/** Bounded, deaf to cancellation; a file that is gone is as good. What cannot be removed blocks others until it is stale. */
async function removeLock(deps: LockDeps, options: LockOptions, id: string): Promise<boolean> {
  try {
    await withTimeout({ clock: deps.clock, limitMs: unlockLimitMs, what: 'removing the lock' }, (signal) => deps.backend.remove('locks', id, signal));
  } catch (error) {
    if (!isFileMissing(error)) return false;
  }
  options.onRemove?.(id);
  return true;
}

class HeldLock implements LockHandle {
  readonly exclusive: boolean;
  readonly #deps: LockDeps;
  readonly #options: LockOptions;
  #id: string;
  #refreshedAt: number;
  #triedAt: number;
  #state: 'held' | 'doubtful' | 'lost' | 'released' = 'held';
  #busy: Promise<void> | undefined;
  #cancelTimer: () => void = () => undefined;
  /** The second look, while it is under way or when it failed. */
  #settling: Promise<void> | undefined;
  readonly #unsettle = new AbortController();

  constructor(deps: LockDeps, options: LockOptions, id: string, second?: (signal: AbortSignal) => Promise<void>) {
    this.#deps = deps;
    this.#options = options;
    this.exclusive = options.exclusive;
    this.#id = id;
    this.#refreshedAt = deps.clock.now();
    this.#triedAt = this.#refreshedAt;
    this.#poll();
    if (second !== undefined) this.#settle(second);
  }

  get id(): string {
    return this.#id;
  }

  async ready(): Promise<void> {
    await this.#settling;
    this.#look();
    while (this.#state === 'doubtful' && this.#busy) await this.#busy;
    if (this.#state !== 'held') this.#refuseLost();
  }

  async release(): Promise<void> {
    if (this.#state === 'released') return;
    this.#state = 'released';
    this.#cancelTimer();
    await this.#busy;
    this.#unsettle.abort();
    // A second look that ends in an error, this one included, has removed the file.
    const removed = await this.#settling?.then(() => false, () => true);
    if (removed !== true) await removeLock(this.#deps, this.#options, this.#id);
  }

  #settle(second: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#options;
    const settling = second(signal ? AbortSignal.any([signal, this.#unsettle.signal]) : this.#unsettle.signal);
    this.#settling = settling;
    settling.then(
      () => (this.#settling = undefined),
      () => {
        if (this.#state !== 'released') this.#lose();
      }
    );
  }

  #poll(): void {
    this.#cancelTimer = this.#deps.clock.setTimer(seconds, () => {
      this.#look();
      if (this.#state === 'held' || this.#state === 'doubtful') this.#poll();
    });
  }

  /** Starts what the lock's age asks for. */
  #look(): void {
    if (this.#state !== 'held' || this.#busy) {
      if (this.#state === 'held' && this.#ageMs() >= usableMs) this.#state = 'doubtful';
      return;
    }
    const now = this.#deps.clock.now();
    if (this.#ageMs() >= usableMs) {
      this.#state = 'doubtful';
      this.#start(() => this.#refreshLate());
    } else if (now - this.#triedAt >= refreshMs || now < this.#triedAt) {
      this.#triedAt = now;
      this.#start(() => this.#refresh());
    }
  }

  /** A clock that was set back makes the age unknown; what was refreshed "in the future" counts from now. */
  #ageMs(): number {
    return Math.max(0, this.#deps.clock.now() - this.#refreshedAt);
  }

  #start(work: () => Promise<void>): void {
    this.#busy = work().finally(() => {
      this.#busy = undefined;
      if (this.#state === 'doubtful') this.#lose();
    });
  }

  /** New file first, then the old one goes: there is never a moment without a lock. A failure is tried again after a minute. */
  async #refresh(): Promise<void> {
    const startedAt = this.#deps.clock.now();
    try {
      const id = await this.#limited((signal) => writeLock(this.#deps, this.#options, signal));
      await this.#replace(id, startedAt);
    } catch {
      this.#triedAt = startedAt - refreshMs + minutes;
    }
    // It took so long that others may have judged the old file stale.
    if (this.#state === 'doubtful') await this.#refreshLate();
  }

  /** The lock is old enough to have been removed by others: it counts only if the file was there all the time. */
  async #refreshLate(): Promise<void> {
    const { backend, clock } = this.#deps;
    const startedAt = clock.now();
    try {
      const id = await this.#limited(async (signal) => {
        if (!(await backend.has('locks', this.#id, signal))) throw this.#lostError();
        const written = await writeLock(this.#deps, this.#options, signal);
        try {
          await sleep(clock, settleMs, signal);
          if (!(await backend.has('locks', this.#id, signal))) throw this.#lostError();
          return written;
        } catch (error) {
          await removeLock(this.#deps, this.#options, written);
          throw error;
        }
      });
      await this.#replace(id, startedAt);
      if (this.#state === 'doubtful') this.#state = 'held';
    } catch {
      // #start turns a lock that is still doubtful into a lost one
    }
  }

  async #replace(id: string, refreshedAt: number): Promise<void> {
    const old = this.#id;
    this.#id = id;
    this.#refreshedAt = refreshedAt;
    this.#triedAt = refreshedAt;
    await removeLock(this.#deps, this.#options, old);
  }

  #limited<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    return withTimeout({ clock: this.#deps.clock, limitMs: unlockLimitMs, what: 'refreshing the lock' }, work);
  }

  #lose(): void {
    this.#state = 'lost';
    this.#cancelTimer();
    this.#options.onLost();
  }

  #lostError(): VarveError<'LOCK_LOST'> {
    const path = this.#deps.backend.location;
    return new VarveError('LOCK_LOST', `the lock on ${path} was lost`, { path });
  }

  #refuseLost(): never {
    throw this.#lostError();
  }
}
