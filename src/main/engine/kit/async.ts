// The few asynchronous parts that several domains need: a semaphore, a time limit, and a bounded queue that can be iterated.
import type { Clock } from '../ports.ts';
import { cancelled, VarveError } from './errors.ts';

/** Lets at most `permits` holders in at a time, first come first served. */
export class Semaphore {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(permits: number) {
    if (!Number.isInteger(permits) || permits < 1) throw new RangeError('a semaphore needs at least one permit');
    this.#free = permits;
  }

  /** Resolves with the function that gives the permit back (calling it twice is harmless). Rejects CANCELLED when the signal fires first. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw cancelled();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
  }

  /** Runs `work` while holding a permit. */
  async run<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    const release = await this.acquire(signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== enter);
        reject(cancelled());
      };
      this.#waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}

/** Resolves after `delayMs`; rejects CANCELLED as soon as the signal fires. */
export function sleep(clock: Pick<Clock, 'setTimer'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const stop = (): void => {
      cancel();
      reject(cancelled());
    };
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Runs `work` with a signal that fires when `limitMs` is over or when `signal` fires, and rejects with TIMED_OUT (`what`) or CANCELLED at that
 * moment, also when `work` does not listen. Its late outcome is then ignored.
 */
export function withTimeout<R>(
  options: { clock: Pick<Clock, 'setTimer'>; limitMs: number; what: string; signal?: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<R>
): Promise<R> {
  const { clock, limitMs, what, signal } = options;
  return new Promise<R>((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const inner = new AbortController();
    const end = (error: VarveError): void => {
      finish();
      reject(error);
      inner.abort(error);
    };
    const onAbort = (): void => end(cancelled());
    const cancelTimer = clock.setTimer(limitMs, () => end(new VarveError('TIMED_OUT', `${what} took longer than ${limitMs} ms`, { what })));
    const finish = (): void => {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    Promise.resolve()
      .then(() => work(inner.signal))
      .then(
        (value) => {
          finish();
          resolve(value);
        },
        (error: unknown) => {
          finish();
          reject(error);
        }
      );
  });
}

export interface AsyncQueueOptions<T> {
  /** The queue never holds more than this. */
  limit: number;
  /**
   * Items with the same key replace the waiting one, in its place in the line: progress is only interesting in its newest form.
   * `undefined` never coalesces.
   */
  coalesce?: (item: T) => string | undefined;
}

/**
 * Hands items from a producer that must not wait to one consumer that iterates. When it is full, the oldest item is dropped and counted, so
 * that the consumer can say so. Ends by `end()` (what is waiting is still delivered) or by the consumer's `break`.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  #items: { key: string | undefined; item: T }[] = [];
  #byKey = new Map<string, { key: string | undefined; item: T }>();
  #wake: (() => void) | undefined;
  #ended = false;
  #error: unknown;
  #dropped = 0;
  readonly #options: AsyncQueueOptions<T>;

  constructor(options: AsyncQueueOptions<T>) {
    if (!Number.isInteger(options.limit) || options.limit < 1) throw new RangeError('a queue needs a limit of at least one');
    this.#options = options;
  }

  /** How many items were lost because the consumer was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#items.length;
  }

  /** False when the queue has ended and the item was refused. */
  push(item: T): boolean {
    if (this.#ended) return false;
    const key = this.#options.coalesce?.(item);
    const waiting = key === undefined ? undefined : this.#byKey.get(key);
    if (waiting) {
      waiting.item = item;
      return true;
    }
    const entry = { key, item };
    this.#items.push(entry);
    if (key !== undefined) this.#byKey.set(key, entry);
    if (this.#items.length > this.#options.limit) {
      this.#take();
      this.#dropped += 1;
    }
    this.#wake?.();
    return true;
  }

  /** No more items. With an error, the consumer's loop throws it after the waiting items. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        const entry = this.#take();
        if (entry) {
          yield entry.item;
          continue;
        }
        if (this.#ended) {
          if (this.#error !== undefined) throw this.#error;
          return;
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.#ended = true;
      this.#items = [];
      this.#byKey.clear();
    }
  }

  #take(): { key: string | undefined; item: T } | undefined {
    const entry = this.#items.shift();
    if (entry?.key !== undefined) this.#byKey.delete(entry.key);
    return entry;
  }
}
