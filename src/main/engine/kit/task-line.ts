// What a thread that works for a person says and hears: `cancel` stops it; progress comes at most ten times a second; the last word is `done`.
import type { TaskProgress } from '../../../contract/events.ts';
import type { WorkerContext, Workers } from '../ports.ts';
import { displayName } from './names.ts';
import { runThread } from './run-thread.ts';

export type TaskMessage<F> = { kind: 'progress'; update: Partial<TaskProgress> } | { kind: 'done'; facts: F };

/** Who waits for the thread: it is told to end when the signal fires. */
export interface Waiting {
  signal: AbortSignal;
  progress(update: Partial<TaskProgress>): void;
}

/** Runs the worker task to its end and hands on its progress. Rejects CANCELLED, or with what ended the thread. */
export function runTask<F>(workers: Pick<Workers, 'spawn'>, name: string, input: unknown, waiting: Waiting): Promise<F> {
  return runThread<TaskMessage<F>, F>({
    workers,
    name,
    input,
    signal: waiting.signal,
    onMessage: (message) => {
      if (message.kind === 'done') return { result: message.facts };
      waiting.progress(message.update);
      return undefined;
    }
  });
}

export function stopSignal(context: WorkerContext): AbortSignal {
  const cancel = new AbortController();
  context.onMessage((message) => {
    if ((message as { kind: string }).kind === 'cancel') cancel.abort();
  });
  return AbortSignal.any([cancel.signal, context.closing]);
}

const progressMs = 100;

type Phase = TaskProgress['phase'];

export interface Progress {
  /** So many more bytes. */
  bytes(count: number): void;
  /** One more file, which is worked on now. */
  file(path: string): void;
  /** What is worked on now, without counting it. */
  current(path: string): void;
  /** Begins another phase, counting anew; nothing when it is this one. */
  phase(name: Phase): void;
}

/** `bytesTotal`: how many bytes the first phase has, where that is known; no more than that are shown. */
export function createProgress(context: Pick<WorkerContext, 'clock' | 'post'>, first: Phase, bytesTotal: number | null = null): Progress {
  let [phase, total]: [Phase, number | null] = [first, bytesTotal];
  let [bytesDone, filesDone] = [0, 0];
  let current = '';
  let shownMs = Number.NEGATIVE_INFINITY;
  const show = (): void => {
    const nowMs = context.clock.monotonicMs();
    if (nowMs - shownMs < progressMs) return;
    shownMs = nowMs;
    context.post({ kind: 'progress', update: { phase, bytesDone: Math.min(bytesDone, total ?? bytesDone), bytesTotal: total, filesDone, ...(current === '' ? {} : { current: displayName(current) }) } } satisfies TaskMessage<never>);
  };
  return {
    bytes: (count) => {
      bytesDone += count;
      show();
    },
    current: (path) => {
      current = path;
      show();
    },
    file: (path) => {
      filesDone += 1;
      current = path;
      show();
    },
    phase: (name) => {
      if (name === phase) return;
      [phase, total, bytesDone, filesDone, current, shownMs] = [name, null, 0, 0, '', Number.NEGATIVE_INFINITY];
      show();
    }
  };
}
