// The coordinator's side of the data threads: started when there is work, each with a few jobs in line, so that the memory in flight
// is bounded and none runs dry.
import { fail } from '../../kit/errors.ts';
import type { WorkerHandle, Workers } from '../../ports.ts';
import type { IndexPack } from '../../repository/index.ts';
import type { KnownBlobs } from './known-blobs.ts';
import type { DataJob, DataThreadInput, FromData, ReadResult, ToData } from './protocol.ts';

export interface DataThreadsDeps {
  workers: Workers;
  input: Omit<DataThreadInput, 'known'>;
  /** Made when the first thread is. */
  known: () => KnownBlobs;
  /** Resolves when a pack may be stored; rejects when never again. */
  mayStore(): Promise<void>;
  onPacks(packs: readonly IndexPack[]): void;
}

interface Thread {
  handle: WorkerHandle;
  queued: number;
  finished: boolean;
}

const jobsInLine = 3;

export class DataThreads {
  readonly #deps: DataThreadsDeps;
  readonly #threads: Thread[] = [];
  readonly #results = new Map<number, (results: readonly ReadResult[]) => void>();
  #jobs = 0;
  #wake: (() => void)[] = [];
  #failure: { error: unknown } | undefined;
  #closing = false;
  readonly added = { blobs: 0, plainBytes: 0, storedBytes: 0 };

  constructor(deps: DataThreadsDeps) {
    this.#deps = deps;
  }

  /** Whether any thread was needed so far. */
  get started(): boolean {
    return this.#threads.length > 0;
  }

  /** Hands the work to a thread, waiting for a place in line. `onResult` runs when it is done, on this thread. */
  async submit(work: DataJob, onResult: (results: readonly ReadResult[]) => void): Promise<void> {
    const thread = await this.#place();
    const memory = this.#deps.known().grow();
    if (memory) for (const each of this.#threads) this.#post(each, { kind: 'table', memory });
    const job = ++this.#jobs;
    this.#results.set(job, onResult);
    thread.queued += 1;
    this.#post(thread, { kind: 'job', job, work });
  }

  /** Resolves when no job is open. */
  async idle(): Promise<void> {
    while (this.#results.size > 0) await this.#change();
    this.#check();
  }

  /** Stores what the threads still hold and ends them. */
  async finish(): Promise<void> {
    await this.idle();
    for (const thread of this.#threads) this.#post(thread, { kind: 'finish' });
    while (this.#threads.some((thread) => !thread.finished)) await this.#change();
    await this.close();
    this.#check();
  }

  /** Ends the threads whatever they are doing. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#threads.map((thread) => thread.handle.close()));
  }

  /** Ends the waiting of everybody, for example because the lock was lost. */
  abort(error: unknown): void {
    this.#failure ??= { error };
    this.#wakeAll();
  }

  async #place(): Promise<Thread> {
    for (;;) {
      this.#check();
      const least = this.#threads.reduce<Thread | undefined>((a, b) => (a !== undefined && a.queued <= b.queued ? a : b), undefined);
      if (least !== undefined && least.queued === 0) return least;
      if (this.#threads.length < (this.#deps.input.gentle === true ? 1 : this.#deps.workers.dataThreads)) return this.#start();
      if (least !== undefined && least.queued < jobsInLine) return least;
      await this.#change();
    }
  }

  #start(): Thread {
    const input: DataThreadInput = { ...this.#deps.input, known: this.#deps.known().memories };
    const thread: Thread = { handle: this.#deps.workers.spawn('snapshots.data', input), queued: 0, finished: false };
    this.#threads.push(thread);
    thread.handle.onMessage((message) => this.#receive(thread, message as FromData));
    thread.handle.onExit((error) => {
      if (!this.#closing && !thread.finished) this.abort(error ?? new Error('a data thread ended early'));
    });
    return thread;
  }

  #receive(thread: Thread, message: FromData): void {
    if (message.kind === 'ask-store') {
      this.#deps.mayStore().then(
        () => this.#post(thread, { kind: 'may-store', request: message.request }),
        (error: unknown) => this.abort(error)
      );
      return;
    }
    this.#deps.onPacks(message.packs);
    if (message.kind === 'finished') {
      this.added.blobs += message.added.blobs;
      this.added.plainBytes += message.added.plainBytes;
      this.added.storedBytes += message.added.storedBytes;
      thread.finished = true;
    } else {
      thread.queued -= 1;
      const onResult = this.#results.get(message.job) ?? fail('INTERNAL', 'a result nobody asked for', { what: 'a result nobody asked for' });
      this.#results.delete(message.job);
      try {
        onResult(message.results);
      } catch (error) {
        this.abort(error);
      }
    }
    this.#wakeAll();
  }

  #post(thread: Thread, message: ToData): void {
    thread.handle.post(message);
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #change(): Promise<void> {
    this.#check();
    await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#check();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
