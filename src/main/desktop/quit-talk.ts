// What a quit waits for, as the page sees it, and a person's answer to it: one place for all that comes before the end.
import type { QuitChoice, QuitState } from '../../contract/desktop.ts';

export type QuitAnswer = 'quit' | 'stay';
export interface Answered {
  answer: QuitAnswer;
  /** By the id of the work. */
  choices: ReadonlyMap<string, QuitChoice>;
}

const nothing: QuitState = { state: 'none', work: [], snapshots: [] };

export class QuitTalk {
  #state: QuitState = nothing;
  #changed = Promise.withResolvers<void>();
  #answer: ((answered: Answered) => void) | undefined;

  get state(): QuitState {
    return this.#state;
  }

  set(change: Partial<QuitState>): void {
    this.#state = { ...this.#state, ...change };
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  /** Nothing comes before the end any more, or no end comes. */
  clear(): void {
    this.#answer = undefined;
    this.set(nothing);
  }

  /** The next answer; one that was asked for before is forgotten. */
  next(): Promise<Answered> {
    const answered = Promise.withResolvers<Answered>();
    this.#answer = answered.resolve;
    return answered.promise;
  }

  answer(answer: QuitAnswer, choices: Answered['choices'] = new Map()): void {
    this.#answer?.({ answer, choices });
  }

  /** The state now and each that follows. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<QuitState> {
    const left = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => left.resolve(), { once: true });
    while (signal?.aborted !== true) {
      const changed = this.#changed.promise;
      yield this.#state;
      await Promise.race([changed, left.promise]);
    }
  }
}
