// Long-running work: started, watched, cancelled, and kept for an hour after it ended so that a page opened later still shows the outcome.
// A task is a promise with a name; it holds no thread of its own. What it does to the world is recorded by the domain that started it.
import type { EngineEvent, TaskKind, TaskProgress, TaskResult, TaskState } from '../../../contract/events.ts';
import { AsyncQueue } from '../kit/async.ts';
import { cancelled, fail, isVarveError, throwIfAborted, toWire } from '../kit/errors.ts';
import type { Clock, Random } from '../ports.ts';
import { Pace } from './pace.ts';

const announceEveryMs = 100;
const keepEndedMs = 3_600_000;
const keepEndedCount = 200;
/** How long `stopAll` waits for work that does not listen; what is still open then is found as interrupted at the next start. */
const stopLimitMs = 20_000;

export interface RunningTask {
  id: string;
  signal: AbortSignal;
  /** The engine ends, and with it the task; nobody wanted this one stopped. */
  readonly stopping: boolean;
  /** Takes over the fields that are given. Shown at most ten times a second; rate and time left are computed here. */
  progress(update: Partial<TaskProgress>): void;
}

export interface TaskSpec {
  kind: TaskKind;
  /** Name of what it is about: the plan, the repository, the snapshot. */
  subject: string;
  /** An id that was promised before; a new one when not given. */
  id?: string;
  run(task: RunningTask): Promise<TaskResult>;
}

export interface Tasks {
  start(spec: TaskSpec): { taskId: string };
  /** Running ones and those that ended in the last hour, newest first. */
  list(): TaskState[];
  /** The state now, then each change (at most ten a second), the last being the ended state. Throws NOT_FOUND. */
  watch(id: string, signal?: AbortSignal): AsyncIterable<TaskState>;
  /** False when there is no such task or it has ended. */
  cancel(id: string): boolean;
  running(): number;
  /** Resolves when nothing runs; what is started meanwhile is waited for, too. Throws CANCELLED when the signal fires. */
  idle(signal?: AbortSignal): Promise<void>;
  /** Cancels everything and waits for it to end, at most 20 s. Nothing can be started afterwards. */
  stopAll(): Promise<void>;
}

interface Entry {
  state: TaskState;
  endedAtMs: number | undefined;
  abort: AbortController;
  pace: Pace;
  watchers: Set<AsyncQueue<TaskState>>;
  /** Cancels the waiting announcement, when there is one. */
  pending: (() => void) | undefined;
  lastShownMs: number;
  ended: Promise<void>;
}

export interface TasksDeps {
  clock: Clock;
  random: Random;
  announce(event: EngineEvent): void;
  /** Takes secrets out of what a task failed with. */
  mask?: <T>(value: T) => T;
}

export function createTasks({ clock, random, announce, mask = (value) => value }: TasksDeps): Tasks {
  const entries = new Map<string, Entry>();
  let stopped = false;

  const instant = (): string => new Date(clock.now()).toISOString();

  const show = (entry: Entry): void => {
    entry.pending?.();
    entry.pending = undefined;
    entry.lastShownMs = clock.monotonicMs();
    const { bytesPerSecond, secondsLeft } = entry.endedAtMs === undefined ? entry.pace.read(entry.lastShownMs) : { bytesPerSecond: entry.state.bytesPerSecond, secondsLeft: null };
    entry.state = { ...entry.state, bytesPerSecond, secondsLeft };
    for (const queue of entry.watchers) queue.push(entry.state);
    announce({ kind: 'task', task: entry.state });
  };

  const showSoon = (entry: Entry): void => {
    if (entry.pending) return;
    const waitMs = entry.lastShownMs + announceEveryMs - clock.monotonicMs();
    if (waitMs <= 0) show(entry);
    else entry.pending = clock.setTimer(waitMs, () => show(entry));
  };

  const progress = (entry: Entry, update: Partial<TaskProgress>): void => {
    if (entry.endedAtMs !== undefined) return;
    const known = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
    entry.state = { ...entry.state, progress: { ...entry.state.progress, ...known } };
    entry.pace.note(clock.monotonicMs(), entry.state.progress);
    showSoon(entry);
  };

  const end = (entry: Entry, outcome: Pick<TaskState, 'state' | 'result' | 'error'>): void => {
    entry.endedAtMs = clock.monotonicMs();
    entry.state = { ...entry.state, ...outcome, endedAt: instant() };
    show(entry);
    for (const queue of entry.watchers) queue.end();
    entry.watchers.clear();
  };

  /** Lets go of what ended over an hour ago, and of the oldest beyond 200. */
  const tidy = (): void => {
    const nowMs = clock.monotonicMs();
    const ended = [...entries].filter(([, entry]) => entry.endedAtMs !== undefined);
    ended.forEach(([id, entry], i) => {
      if (nowMs - (entry.endedAtMs as number) > keepEndedMs || i < ended.length - keepEndedCount) entries.delete(id);
    });
  };

  const start = (spec: TaskSpec): { taskId: string } => {
    if (stopped) fail('CANCELLED', 'the engine is stopping', {});
    tidy();
    const id = spec.id ?? Buffer.from(random.bytes(16)).toString('hex');
    const abort = new AbortController();
    const entry: Entry = {
      state: { id, kind: spec.kind, subject: spec.subject, state: 'running', startedAt: instant(), endedAt: null, progress: emptyProgress, bytesPerSecond: null, secondsLeft: null, result: null, error: null },
      endedAtMs: undefined,
      abort,
      pace: new Pace(),
      watchers: new Set(),
      pending: undefined,
      lastShownMs: Number.NEGATIVE_INFINITY,
      ended: Promise.resolve()
    };
    entries.set(id, entry);
    show(entry);
    const work = Promise.resolve().then(() => spec.run({ id, signal: abort.signal, get stopping() { return stopped; }, progress: (update) => progress(entry, update) }));
    entry.ended = work.then(
      (result) => end(entry, { state: result.kind === 'waiting' ? 'waiting' : hasGaps(result) ? 'gaps' : 'done', result, error: null }),
      (error: unknown) => end(entry, mask(outcomeOf(error, abort.signal)))
    );
    return { taskId: id };
  };

  return {
    start,
    list: () => {
      tidy();
      return [...entries.values()].map((entry) => entry.state).reverse();
    },
    watch: (id, signal) => {
      const entry = entries.get(id) ?? fail('NOT_FOUND', `no task ${id}`, { kind: 'task', name: id });
      const queue = new AsyncQueue<TaskState>({ limit: 2, coalesce: () => 'state' });
      queue.push(entry.state);
      if (entry.endedAtMs === undefined) entry.watchers.add(queue);
      else queue.end();
      return follow(queue, signal, () => entry.watchers.delete(queue));
    },
    cancel: (id) => {
      const entry = entries.get(id);
      if (!entry || entry.endedAtMs !== undefined) return false;
      entry.abort.abort();
      return true;
    },
    idle: async (signal) => {
      for (;;) {
        throwIfAborted(signal);
        const open = [...entries.values()].filter((entry) => entry.endedAtMs === undefined);
        if (open.length === 0) return;
        const stopped = Promise.withResolvers<void>();
        const stop = (): void => stopped.resolve();
        signal?.addEventListener('abort', stop, { once: true });
        await Promise.race([Promise.all(open.map((entry) => entry.ended)), stopped.promise]);
        signal?.removeEventListener('abort', stop);
      }
    },
    running: () => [...entries.values()].filter((entry) => entry.endedAtMs === undefined).length,
    stopAll: async () => {
      stopped = true;
      const open = [...entries.values()].filter((entry) => entry.endedAtMs === undefined);
      for (const entry of open) entry.abort.abort();
      if (open.length === 0) return;
      await new Promise<void>((resolve) => {
        const cancelLimit = clock.setTimer(stopLimitMs, resolve);
        void Promise.all(open.map((entry) => entry.ended)).then(() => {
          cancelLimit();
          resolve();
        });
      });
      for (const entry of open) for (const queue of entry.watchers) queue.end();
    }
  };
}

const emptyProgress: TaskProgress = { phase: 'waiting', filesDone: 0, filesTotal: null, bytesDone: 0, bytesTotal: null, current: null, errors: 0 };

/** Libraries answer an abort with an error of their own making; it is the person's stop all the same. */
function outcomeOf(error: unknown, signal: AbortSignal): Pick<TaskState, 'state' | 'result' | 'error'> {
  const stopped = signal.aborted && error instanceof Error && error.name === 'AbortError';
  const failure = stopped ? cancelled() : error;
  return { state: isVarveError(failure) && failure.code === 'CANCELLED' ? 'cancelled' : 'failed', result: null, error: toWire(failure) };
}

/** A check or verification that found damage has done its work; its report says what it found. */
function hasGaps(result: TaskResult): boolean {
  if (result.kind === 'snapshot') return result.result.gapCount > 0;
  if (result.kind === 'restore') return result.report.skippedCount > 0;
  if (result.kind === 'drill') return !result.report.ok;
  if (result.kind === 'trial') return result.skippedCount > 0;
  if (result.kind === 'trial-run') return !result.run.ok;
  if (result.kind === 'promotion') return result.promotion.undone;
  if (result.kind === 'repair') return result.report.gaps;
  if (result.kind === 'copy') return result.report.failed.length > 0;
  if (result.kind === 'package') return result.report.skippedCount > 0 || result.report.package.chainValid === false;
  if (result.kind === 'package-check') return result.check.problemCount > 0 || result.check.log?.chainValid === false || result.check.log?.verdict?.kind === 'broken';
  if (result.kind === 'unpack') return result.report.refusedCount > 0;
  if (result.kind === 'legacy') return result.backup.skippedCount > 0;
  return false;
}

async function* follow(queue: AsyncQueue<TaskState>, signal: AbortSignal | undefined, leave: () => void): AsyncGenerator<TaskState, void, void> {
  const end = (): void => queue.end();
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end, { once: true });
  try {
    yield* queue;
  } finally {
    signal?.removeEventListener('abort', end);
    leave();
  }
}
