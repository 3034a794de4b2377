// The way to the end of a group of processes (5.1, 5.2): the signal that asks, the grace, the kill, five seconds, and then the truth: whether
// something lives all the same. Moved on by ticks, in active time, so that a computer that sleeps takes nobody's grace away.
import type { Processes } from '../../ports.ts';
import type { StopCause, StopSignal } from './protocol.ts';

export const stuckAfterMs = 5_000;

export interface StoppingOptions {
  processes: Pick<Processes, 'groupAlive' | 'signalGroup'>;
  group: number;
  stopSignal: StopSignal;
  graceMs: number;
}

export class Stopping {
  readonly #options: StoppingOptions;
  #cause: StopCause | undefined;
  #graceMs: number;
  #askedAt: number | undefined;
  #killedAt: number | undefined;
  #stuck = false;
  #gone = false;

  constructor(options: StoppingOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs;
  }

  /** Why it is being stopped: the first cause, undefined before. */
  get cause(): StopCause | undefined {
    return this.#cause;
  }

  /** A kill was sent. */
  get killed(): boolean {
    return this.#killedAt !== undefined;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  /** Sends the first signal. `force` kills at once, also what is being stopped already. `graceMs` can only make the grace shorter. */
  async begin(cause: StopCause, atMs: number, graceMs?: number): Promise<void> {
    this.#cause ??= cause;
    if (graceMs !== undefined) this.#graceMs = Math.min(this.#graceMs, graceMs);
    const { processes, group, stopSignal } = this.#options;
    if (cause === 'force') return await this.#kill(atMs);
    if (this.#askedAt !== undefined || this.#killedAt !== undefined) return;
    this.#askedAt = atMs;
    await processes.signalGroup(group, stopSignal);
  }

  /** `atMs` in active time. Resolves true when nothing of the group lives any more. */
  async tick(atMs: number): Promise<boolean> {
    const { processes, group } = this.#options;
    // Seen empty once, the number may be another group's by now.
    this.#gone ||= !(await processes.groupAlive(group));
    if (this.#gone) {
      this.#stuck = false;
      return true;
    }
    if (this.#killedAt !== undefined) this.#stuck = atMs - this.#killedAt >= stuckAfterMs;
    else if (this.#askedAt !== undefined && atMs - this.#askedAt >= this.#graceMs) await this.#kill(atMs);
    return false;
  }

  async #kill(atMs: number): Promise<void> {
    if (this.#killedAt !== undefined) return;
    this.#killedAt = atMs;
    if (!this.#gone) await this.#options.processes.signalGroup(this.#options.group, 'SIGKILL');
  }
}
