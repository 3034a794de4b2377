// A clock that never makes anybody wait: when nothing else is to do, it leaps to the next timer. Wall-clock time can also be set forward and
// back, as by a person, a time server, or a lid that was closed.
import type { Clock } from '../ports.ts';

export interface LeapingClock extends Clock {
  /** Sets the wall clock; the monotonic one and timers do not notice. */
  jump(ms: number): void;
  /** While frozen no timer fires, as in a machine that sleeps. */
  freeze(frozen: boolean): void;
  stop(): void;
}

export function createLeapingClock(startMs = Date.UTC(2026, 10, 21, 12)): LeapingClock {
  let monotonicMs = 0;
  let offsetMs = startMs;
  let order = 0;
  let running = false;
  let stopped = false;
  let frozen = false;
  const timers = new Set<{ atMs: number; order: number; callback: () => void }>();
  const turn = (): void => {
    running = false;
    const [next] = [...timers].sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (next === undefined || stopped || frozen) return;
    timers.delete(next);
    monotonicMs = Math.max(monotonicMs, next.atMs);
    wake();
    next.callback();
  };
  const wake = (): void => {
    if (running || stopped || frozen) return;
    running = true;
    setImmediate(turn);
  };
  return {
    now: () => Math.round(offsetMs + monotonicMs),
    nowNs: () => BigInt(Math.round(offsetMs + monotonicMs)) * 1_000_000n,
    monotonicMs: () => monotonicMs,
    setTimer: (delayMs, callback) => {
      const timer = { atMs: monotonicMs + delayMs, order: order++, callback };
      timers.add(timer);
      wake();
      return () => void timers.delete(timer);
    },
    zone: () => 'UTC',
    jump: (ms) => {
      offsetMs += ms;
    },
    freeze: (yes) => {
      frozen = yes;
      wake();
    },
    stop: () => {
      stopped = true;
      timers.clear();
    }
  };
}
