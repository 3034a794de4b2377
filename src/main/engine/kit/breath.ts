// Lets others in every so often: a thread that reads and writes without waiting would hear of no cancellation and refresh no lock.
import { throwIfAborted } from './errors.ts';
import type { Clock } from '../ports.ts';

const usualMs = 30;

export class Breath {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #signal: AbortSignal;
  readonly #everyMs: number;
  #takenAt: number;

  constructor(clock: Pick<Clock, 'monotonicMs'>, signal: AbortSignal, everyMs: number = usualMs) {
    this.#clock = clock;
    this.#signal = signal;
    this.#everyMs = everyMs;
    this.#takenAt = clock.monotonicMs();
  }

  /** Often called, and nearly never has to wait. Throws CANCELLED. */
  take(): Promise<void> | undefined {
    throwIfAborted(this.#signal);
    return this.#clock.monotonicMs() - this.#takenAt < this.#everyMs ? undefined : this.#wait();
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#takenAt = this.#clock.monotonicMs();
    throwIfAborted(this.#signal);
  }
}
