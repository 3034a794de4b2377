// What every comparer is given to be a good guest in its thread: it lets a cancel in now and then, and tells how far it is.
import { Breath } from '../../kit/breath.ts';
import type { Clock } from '../../ports.ts';

export interface Pace {
  /** Returns at once most of the time; throws CANCELLED when the signal has fired. */
  breathe(): Promise<void>;
  /** Bytes that were read since the last call. */
  read(bytes: number): void;
  /** True when the work has taken longer than it may. */
  late(): boolean;
}

export function createPace(clock: Pick<Clock, 'monotonicMs'>, signal: AbortSignal, limitMs: number, onRead: (bytes: number) => void): Pace {
  const startedMs = clock.monotonicMs();
  const breath = new Breath(clock, signal);
  let done = 0;
  return {
    breathe: async () => breath.take(),
    read: (bytes) => onRead((done += bytes)),
    late: () => clock.monotonicMs() - startedMs > limitMs
  };
}
