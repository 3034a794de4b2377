// Time from the operating system.
import type { Clock } from '../engine/ports.ts';

const longestDelayMs = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    // The wall clock is asked every time: a counter that started with the process would not see it being set.
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    monotonicMs: () => performance.now(),
    setTimer(delayMs, callback) {
      if (!(delayMs <= longestDelayMs)) throw new RangeError(`a timer of ${delayMs} ms is longer than ${longestDelayMs} ms`);
      const timer = setTimeout(callback, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    },
    zone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone
  };
}
