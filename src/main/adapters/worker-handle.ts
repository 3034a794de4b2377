// One worker thread as its starter sees it: mail, end, and the way to make it end.
import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fromWire, VarveError } from '../engine/kit/errors.ts';
import type { Logger, Transferable, WorkerHandle } from '../engine/ports.ts';
import { Mailbox, type FromThread, type ThreadStart, type ToThread } from './worker-wire.ts';

/**
 * Three times the room for new objects. By default V8 takes up to 96 MiB of it in every thread, fills all of it before it looks for
 * garbage, and lets twice as much memory outside of its heap wait for that. Little room costs no time: most of what threads make is
 * garbage at once. Where this limit is ignored, only memory is lost.
 */
const maxYoungGenerationSizeMb = 6;

export interface ThreadOptions {
  workerFile: string;
  dataThreads: number;
  env: Record<string, string> | undefined;
  logger: Logger | undefined;
  graceMs: number;
  task: { name: string; data: unknown } | undefined;
  transfer: readonly Transferable[] | undefined;
}

/** What a one-shot task came to. */
export type Outcome = { kind: 'done'; value: unknown } | { kind: 'failed'; error: Error };

export class Thread {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #mailbox = new Mailbox();
  readonly #exitListeners = new Set<(error: Error | undefined) => void>();
  readonly #exited: Promise<void>;
  #onOutcome: ((outcome: Outcome) => void) | undefined;
  #error: Error | undefined;
  #ended = false;
  #forced = false;
  #closing: Promise<void> | undefined;
  #name: string | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
    const { workerFile, dataThreads, env, task, transfer } = options;
    this.#name = task?.name;
    const start: ThreadStart = { varveThread: true, workerFile, dataThreads, ...(task && { task }) };
    this.#worker = new Worker(isAbsolute(workerFile) ? pathToFileURL(workerFile) : new URL(workerFile), {
      workerData: start,
      transferList: [...(transfer ?? [])],
      resourceLimits: { maxYoungGenerationSizeMb },
      execArgv: [], // the starter's own flags (a test runner's loader, an inspector) are not the thread's
      name: task?.name ?? 'varve-pool',
      ...(env && { env })
    });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('messageerror', (error) => (this.#error ??= error));
    this.#worker.on('error', (error) => (this.#error ??= error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#end(code);
        resolve();
      });
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  post(message: ToThread, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  /** Gives a thread that was started without a task its own. */
  begin(name: string, data: unknown, transfer: readonly Transferable[] = []): void {
    this.keepAlive(true);
    this.#name = name;
    this.post({ kind: 'begin', name, data }, transfer);
  }

  /** While true, the thread keeps the process alive. */
  keepAlive(yes: boolean): void {
    if (yes) this.#worker.ref();
    else this.#worker.unref();
  }

  /** For the pool: what the running one-shot task came to. */
  onOutcome(listener: ((outcome: Outcome) => void) | undefined): void {
    this.#onOutcome = listener;
  }

  onExit(listener: (error: Error | undefined) => void): () => void {
    if (this.#ended) queueMicrotask(() => listener(this.#error));
    else this.#exitListeners.add(listener);
    return () => void this.#exitListeners.delete(listener);
  }

  /** Tells it to finish, waits, and ends it by force when the grace is over. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Ends it by force and waits until it has ended. */
  async terminate(error?: Error): Promise<void> {
    if (this.#ended) return;
    this.#forced = true;
    this.#error ??= error;
    await this.#worker.terminate();
    await this.#exited;
  }

  /** What the one who spawned it gets. */
  handle(): WorkerHandle {
    return {
      post: (value, transfer) => this.post({ kind: 'message', value }, transfer),
      onMessage: (listener) => this.#mailbox.listen(listener),
      onExit: (listener) => this.onExit(listener),
      close: () => this.close()
    };
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    this.keepAlive(true);
    this.post({ kind: 'close' });
    const timer = setTimeout(() => {
      const what = this.#name ?? 'a worker thread';
      this.#options.logger?.warn('a worker thread did not finish and was ended', { task: what, graceMs: this.#options.graceMs });
      void this.terminate(new VarveError('TIMED_OUT', `${what} did not finish when asked to`, { what }));
    }, this.#options.graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #receive(message: FromThread): void {
    if (message.kind === 'message') this.#mailbox.deliver(message.value);
    else if (message.kind === 'log') this.#options.logger?.[message.level](message.message, message.fields);
    else if (this.#onOutcome) this.#onOutcome(message.kind === 'done' ? message : { kind: 'failed', error: fromWire(message.error) });
    else if (message.kind === 'failed') this.#error ??= fromWire(message.error);
  }

  #end(code: number): void {
    this.#ended = true;
    if (code !== 0 && !this.#forced) this.#error ??= new VarveError('INTERNAL', `a worker thread ended with code ${code}`, { what: `a worker thread ended with code ${code}` });
    for (const listener of this.#exitListeners) listener(this.#error);
    this.#exitListeners.clear();
  }
}
