// What the two sides of a worker thread say to each other. Structured clones over the thread's own port; errors in their wire form.
import type { WireError } from '../../contract/errors.ts';

/** Given to a thread when it starts. `task` is absent for a thread of the pool, which gets its tasks by message. */
export interface ThreadStart {
  varveThread: true;
  task?: { name: string; data: unknown };
  workerFile: string;
  dataThreads: number;
}

export type ToThread =
  | { kind: 'message'; value: unknown }
  | { kind: 'close' }
  /** Loads what the task needs. */
  | { kind: 'prepare'; name: string }
  /** A thread that was started without a task becomes the one of this spawned task. */
  | { kind: 'begin'; name: string; data: unknown }
  | { kind: 'run'; name: string; input: unknown }
  /** Asks the running one-shot task to stop. */
  | { kind: 'abort' };

export type FromThread =
  | { kind: 'message'; value: unknown }
  | { kind: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; message: string; fields: Record<string, unknown> | undefined }
  | { kind: 'done'; value: unknown }
  | { kind: 'failed'; error: WireError };

/** Keeps what arrives until somebody listens, so that nothing is lost between the start of a thread and its first listener. */
export class Mailbox {
  #listeners = new Set<(message: unknown) => void>();
  #waiting: unknown[] = [];

  deliver(message: unknown): void {
    const listeners = [...this.#listeners]; // one that is added by another must not hear this message
    if (listeners.length === 0) this.#waiting.push(message);
    for (const listener of listeners) listener(message);
  }

  listen(listener: (message: unknown) => void): () => void {
    this.#listeners.add(listener);
    for (const message of this.#waiting.splice(0)) listener(message);
    return () => void this.#listeners.delete(listener);
  }
}
