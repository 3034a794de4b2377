// Work in slices on the thread that answers everybody: after some milliseconds others get their turn.
import { throwIfAborted } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';

const sliceMs = 8;

export interface Pacer {
  /** Between two pieces of work; gives way when the slice is used up. Throws CANCELLED. */
  breathe(): Promise<void>;
  elapsedMs(): number;
}

export function createPacer(clock: Pick<Clock, 'monotonicMs'>, signal?: AbortSignal): Pacer {
  const startedMs = clock.monotonicMs();
  let sliceFrom = startedMs;
  return {
    async breathe() {
      throwIfAborted(signal);
      if (clock.monotonicMs() - sliceFrom < sliceMs) return;
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal);
      sliceFrom = clock.monotonicMs();
    },
    elapsedMs: () => clock.monotonicMs() - startedMs
  };
}
