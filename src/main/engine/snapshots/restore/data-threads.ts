// The restore's side of its data threads: each with two jobs in line, so that none runs dry. A job is answered, or its thread has ended:
// only then may a descriptor that it was given be closed.
import { cancelled } from '../../kit/errors.ts';
import type { WorkerHandle, Workers } from '../../ports.ts';
import type { DataWork } from './data-work.ts';
import type { DataJob, DataResult, DataThreadInput, FromData, ToData } from './protocol.ts';

/** Whoever does the jobs of a restore. */
export interface DataLanes {
  readonly count: number;
  /** Resolves when the job is done; waits for a place in the line of this lane, or of the one with least to do. */
  run(job: DataJob, lane?: number): Promise<DataResult>;
  /** Nothing new is begun, what is under way is left. */
  stop(): void;
  close(): Promise<void>;
}

interface Lane {
  handle: WorkerHandle;
  ended: Error | undefined;
  open: Map<number, { resolve(result: DataResult): void; reject(error: unknown): void }>;
}

const jobsInLine = 2;

/** The restore's own thread, one job after the other: starting threads would take longer. */
export class OwnLane implements DataLanes {
  readonly count = 1;
  readonly #work: DataWork;
  #line: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(work: DataWork) {
    this.#work = work;
  }

  run(job: DataJob): Promise<DataResult> {
    const result = this.#line.then(() => (this.#stopped ? Promise.reject(cancelled()) : this.#work.run(job)));
    this.#line = result.catch(() => undefined);
    return result;
  }

  stop(): void {
    this.#stopped = true;
  }

  async close(): Promise<void> {
    this.stop();
    await this.#line;
  }
}

export class DataThreads implements DataLanes {
  readonly #lanes: Lane[] = [];
  readonly #stop: Int32Array;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.stop();
  #jobs = 0;
  #waiting: (() => void)[] = [];

  constructor(workers: Pick<Workers, 'spawn'>, count: number, input: Omit<DataThreadInput, 'stop'>, signal: AbortSignal) {
    const stop = new SharedArrayBuffer(4);
    this.#stop = new Int32Array(stop);
    this.#signal = signal;
    for (let i = 0; i < count; i++) this.#lanes.push(this.#start(workers.spawn('snapshots.restore-data', { ...input, stop } satisfies DataThreadInput)));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.stop();
  }

  get count(): number {
    return this.#lanes.length;
  }

  async run(job: DataJob, at?: number): Promise<DataResult> {
    for (;;) {
      if (this.#signal.aborted || Atomics.load(this.#stop, 0) !== 0) throw cancelled();
      const lane = at === undefined ? this.#lanes.reduce((a, b) => (b.open.size < a.open.size ? b : a)) : (this.#lanes[at] as Lane);
      if (lane.ended !== undefined) throw lane.ended;
      if (lane.open.size < jobsInLine) return this.#send(lane, job);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  stop(): void {
    Atomics.store(this.#stop, 0, 1);
    this.#wake();
  }

  /** Stops what is under way and waits until every thread has ended. */
  async close(): Promise<void> {
    this.stop();
    this.#signal.removeEventListener('abort', this.#onAbort);
    await Promise.all(this.#lanes.map(({ handle }) => handle.close()));
  }

  #send(lane: Lane, work: DataJob): Promise<DataResult> {
    const job = ++this.#jobs;
    return new Promise((resolve, reject) => {
      lane.open.set(job, { resolve, reject });
      lane.handle.post({ kind: 'job', job, work } satisfies ToData);
    });
  }

  #start(handle: WorkerHandle): Lane {
    const lane: Lane = { handle, ended: undefined, open: new Map() };
    handle.onMessage((message) => {
      const { job, result } = message as FromData;
      const waiter = lane.open.get(job);
      lane.open.delete(job);
      if (result === undefined) waiter?.reject(cancelled());
      else waiter?.resolve(result);
      this.#wake();
    });
    handle.onExit((error) => {
      lane.ended = error ?? new Error('a data thread ended early');
      for (const { reject } of lane.open.values()) reject(lane.ended);
      lane.open.clear();
      this.#wake();
    });
    return lane;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
