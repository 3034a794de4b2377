// A clock that stands still until a test moves it, and chance from a seed.
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../ports.ts';

export interface FakeClock extends Clock {
  /** Moves time on, running the timers that fall due, in order. */
  advance(ms: number): void;
}

export function createFakeClock(startMs = Date.UTC(2026, 10, 21, 12)): FakeClock {
  let nowMs = startMs;
  let timers: { atMs: number; order: number; callback: () => void }[] = [];
  let order = 0;
  return {
    now: () => nowMs,
    nowNs: () => BigInt(nowMs) * 1_000_000n,
    monotonicMs: () => nowMs - startMs,
    setTimer: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, order: order++, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    zone: () => 'America/Sao_Paulo',
    advance: (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const next = timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = endMs;
    }
  };
}

/** The same bytes for the same seed and order of calls. Never for anything but tests. */
export function createSeededRandom(seed: string): Random {
  let counter = 0;
  return {
    bytes: (length) => {
      const out = Buffer.alloc(length);
      for (let at = 0; at < length; at += 32) createHash('sha256').update(`${seed}/${counter++}`).digest().copy(out, at);
      return new Uint8Array(out);
    }
  };
}
