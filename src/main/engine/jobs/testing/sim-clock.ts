// Time for simulations: it moves only when told. Wall time can be set apart from time that passes, and a computer can sleep: then time passes, but no timer fires.
import type { Clock } from '../../ports.ts';

interface Timer {
  atMs: number;
  order: number;
  callback: () => void;
}

export class SimClock implements Clock {
  /** While awake; what timers go by. */
  #awakeMs = 0;
  #wallMs: number;
  #uptimeMs = 0;
  #order = 0;
  #timers = new Set<Timer>();
  readonly #zone: string;

  constructor(startMs: number, zone = 'America/Sao_Paulo') {
    this.#wallMs = startMs;
    this.#zone = zone;
  }

  now = (): number => this.#wallMs;
  nowNs = (): bigint => BigInt(this.#wallMs) * 1_000_000n;
  monotonicMs = (): number => this.#awakeMs;
  uptimeMs = (): number => this.#uptimeMs;
  zone = (): string => this.#zone;
  setTimer = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.#awakeMs + delayMs, order: this.#order++, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** Lets time pass awake; timers fire in their order, and what they begin settles before time goes on. */
  async elapse(ms: number): Promise<void> {
    const endMs = this.#awakeMs + ms;
    await settled();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (timer.atMs <= endMs && (next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order))) next = timer;
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#pass(Math.max(0, next.atMs - this.#awakeMs));
      next.callback();
      await settled();
    }
    this.#pass(endMs - this.#awakeMs);
  }

  sleep(ms: number): void {
    this.#wallMs += ms;
    this.#uptimeMs += ms;
  }

  /** As by a person or a time server. */
  set(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** The computer is off for so long, and starts. */
  off(ms: number): void {
    this.#wallMs += ms;
    this.#uptimeMs = 0;
    this.#timers.clear();
  }

  #pass(ms: number): void {
    this.#awakeMs += ms;
    this.#wallMs += ms;
    this.#uptimeMs += ms;
  }
}

/** All that follows without waiting for anything outside has followed. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
