// Time that counts only while the computer is awake (5.6): the sum of the differences between ticks, each at most 60 s. A sleeping computer
// makes one long difference, so it kills no run.
import type { Clock } from '../../ports.ts';

const longestTickMs = 60_000;

export class ActiveTime {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #at: number;
  #total = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#at = clock.monotonicMs();
  }

  /** Takes the time since the last call into account; gives the sum, in milliseconds. To be called much more often than every 60 s. */
  tick(): number {
    const now = this.#clock.monotonicMs();
    this.#total += Math.min(Math.max(0, now - this.#at), longestTickMs);
    this.#at = now;
    return this.#total;
  }
}
