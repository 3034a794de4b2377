// What the threads that work on packages say and hear: `cancel` stops them; progress comes at most ten times a second; the last word is `done`.
import type { TaskProgress } from '../../../contract/events.ts';
import { displayName } from '../kit/names.ts';
import type { WorkerContext } from '../ports.ts';

export type PackageTaskMessage<F> = { kind: 'progress'; update: Partial<TaskProgress> } | { kind: 'done'; facts: F };

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
    context.post({ kind: 'progress', update: { phase, bytesDone: Math.min(bytesDone, total ?? bytesDone), bytesTotal: total, filesDone, ...(current === '' ? {} : { current: displayName(current) }) } } satisfies PackageTaskMessage<never>);
  };
  return {
    bytes: (count) => {
      bytesDone += count;
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
