// A few threads that are reused for one-shot tasks, one task at a time each, first come first served. Idle threads do not keep the
// process alive, and end after a while: each costs about 20 MiB. A task that goes on after it was cancelled loses its thread.
import { cancelled, VarveError } from '../engine/kit/errors.ts';
import type { Transferable } from '../engine/ports.ts';
import type { Outcome, Thread } from './worker-handle.ts';

interface Job {
  name: string;
  input: unknown;
  transfer: readonly Transferable[];
  signal: AbortSignal | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
  /** Runs when the signal fires; changes its meaning when the job gets a thread. */
  onAbort: () => void;
}

export interface WorkerPoolOptions {
  size: number;
  graceMs: number;
  /** How long a thread without work is kept. */
  idleMs: number;
  start: (name: string) => Thread;
}

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  /** Last in, first out, so that few threads serve a thin stream. With the timer that ends each. */
  readonly #idle = new Map<Thread, NodeJS.Timeout>();
  readonly #busy = new Map<Thread, Job>();
  #queue: Job[] = [];
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  run(name: string, input: unknown, options: { signal?: AbortSignal; transfer?: readonly Transferable[] }): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { signal, transfer = [] } = options;
      if (this.#closed || signal?.aborted) return reject(cancelled());
      const leaveQueue = (): void => {
        this.#queue = this.#queue.filter((other) => other !== job);
        reject(cancelled());
      };
      const job: Job = { name, input, transfer, signal, resolve, reject, onAbort: leaveQueue };
      signal?.addEventListener('abort', () => job.onAbort(), { once: true });
      this.#queue.push(job);
      this.#next();
    });
  }

  /** A thread that nobody uses at the moment, which is the caller's from now on. */
  giveIdle(): Thread | undefined {
    return this.#takeIdle();
  }

  /** Cancels what waits, asks what runs to stop, and waits until every thread has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(cancelled());
    for (const timer of this.#idle.values()) clearTimeout(timer);
    await Promise.all([...this.#idle.keys(), ...this.#busy.keys()].map((thread) => thread.close()));
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#busy.size < this.#options.size) {
      const job = this.#queue.shift()!;
      try {
        this.#begin(job, this.#takeIdle() ?? this.#options.start(job.name));
      } catch (error) {
        job.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  /** A thread may have died while nobody used it. */
  #takeIdle(): Thread | undefined {
    for (const [thread, timer] of [...this.#idle].reverse()) {
      clearTimeout(timer);
      this.#idle.delete(thread);
      if (!thread.ended) return thread;
    }
    return undefined;
  }

  #keep(thread: Thread): void {
    thread.keepAlive(false);
    const timer = setTimeout(() => {
      this.#idle.delete(thread);
      void thread.close();
    }, this.#options.idleMs);
    timer.unref();
    this.#idle.set(thread, timer);
  }

  #begin(job: Job, thread: Thread): void {
    let timer: NodeJS.Timeout | undefined;
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      forgetExit();
      thread.onOutcome(undefined);
      job.onAbort = () => undefined;
      this.#busy.delete(thread);
      if (!thread.ended && !this.#closed && !ending) this.#keep(thread);
      if (outcome.kind === 'done') job.resolve(outcome.value);
      else job.reject(outcome.error);
      if (!this.#closed) this.#next();
    };
    let ending = false;
    const forgetExit = thread.onExit((error) => {
      const reason = job.signal?.aborted || this.#closed ? cancelled() : (error ?? new VarveError('INTERNAL', `the thread of ${job.name} ended early`, { what: `the thread of ${job.name} ended early` }));
      settle({ kind: 'failed', error: reason });
    });
    thread.onOutcome(settle);
    this.#busy.set(thread, job);
    job.onAbort = () => {
      thread.post({ kind: 'abort' });
      timer = setTimeout(() => {
        ending = true;
        void thread.terminate();
      }, this.#options.graceMs);
    };
    try {
      thread.keepAlive(true);
      thread.post({ kind: 'run', name: job.name, input: job.input }, job.transfer);
    } catch (error) {
      // The input cannot be copied; the thread never saw it.
      settle({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
}
