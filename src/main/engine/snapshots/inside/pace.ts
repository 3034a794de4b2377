// What every comparer is given to be a good guest in its thread: it lets a cancel in now and then, and tells how far it is.
import { throwIfAborted } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';

export interface Pace {
  /** Returns at once most of the time; throws CANCELLED when the signal has fired. */
  breathe(): Promise<void>;
  /** Bytes that were read since the last call. */
  read(bytes: number): void;
  /** True when the work has taken longer than it may. */
  late(): boolean;
}

const breatheMs = 30;

export function createPace(clock: Pick<Clock, 'monotonicMs'>, signal: AbortSignal, limitMs: number, onRead: (bytes: number) => void): Pace {
  const startedMs = clock.monotonicMs();
  let breathedMs = startedMs;
  let done = 0;
  return {
    breathe: async () => {
      if (clock.monotonicMs() - breathedMs < breatheMs) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
      throwIfAborted(signal);
      breathedMs = clock.monotonicMs();
    },
    read: (bytes) => onRead((done += bytes)),
    late: () => clock.monotonicMs() - startedMs > limitMs
  };
}
