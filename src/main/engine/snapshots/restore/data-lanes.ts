// Who does the jobs of a restore: its own thread, which has nothing else to do meanwhile, and beside it as many others as there are processors for.
// Each has a few jobs in line, so that none runs dry while this one is busy. A job is answered, or its thread has ended: only then may a descriptor
// that it was given be closed.
import { cancelled } from '../../kit/errors.ts';
import type { WorkerHandle, Workers } from '../../ports.ts';
import type { IndexPack } from '../../repository/index.ts';
import type { DataWork } from './data-work.ts';
import type { DataJob, DataResult, DataThreadInput, FromData, ToData } from './protocol.ts';
import { markOf } from './temporaries.ts';

/** The own thread answers others only between files. */
export const jobsInLine = 3;

interface Lane {
  /** Jobs that are not answered yet. */
  readonly open: number;
  /** Rejects when it is stopped, or with what ended it. */
  run(job: DataJob): Promise<DataResult>;
  /** Waits until nothing is under way any more. */
  close(): Promise<void>;
}

/** The restore's own thread, one job after the other. Between them it hears the other lanes: a job waits for nothing that would let them in. */
class OwnLane implements Lane {
  readonly #work: DataWork;
  readonly #stopped: () => boolean;
  #line: Promise<unknown> = Promise.resolve();
  open = 0;

  constructor(work: DataWork, stopped: () => boolean) {
    this.#work = work;
    this.#stopped = stopped;
  }

  run(job: DataJob): Promise<DataResult> {
    this.open += 1;
    const result = this.#line.then(() => (this.#stopped() ? Promise.reject(cancelled()) : this.#work.run(job))).finally(() => (this.open -= 1));
    this.#line = result.catch(() => undefined).then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    return result;
  }

  async close(): Promise<void> {
    await this.#line;
  }
}

/** Another thread. It has no index of its own: each job says where its chunks lie. */
class ThreadLane implements Lane {
  readonly #handle: WorkerHandle;
  readonly #placesOf: (content: readonly string[]) => IndexPack[];
  readonly #answers = new Map<number, PromiseWithResolvers<DataResult>>();
  #ended: Error | undefined;
  #jobs = 0;

  constructor(handle: WorkerHandle, placesOf: (content: readonly string[]) => IndexPack[], onChange: () => void) {
    this.#handle = handle;
    this.#placesOf = placesOf;
    handle.onMessage((message) => {
      const { job, result } = message as FromData;
      const answer = this.#answers.get(job);
      this.#answers.delete(job);
      if (result === undefined) answer?.reject(cancelled());
      else answer?.resolve(result);
      onChange();
    });
    handle.onExit((error) => {
      this.#ended = error ?? new Error('a data thread ended early');
      for (const { reject } of this.#answers.values()) reject(this.#ended);
      this.#answers.clear();
      onChange();
    });
  }

  get open(): number {
    return this.#answers.size;
  }

  run(job: DataJob): Promise<DataResult> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const answer = Promise.withResolvers<DataResult>();
    const number = ++this.#jobs;
    this.#answers.set(number, answer);
    const content = job.kind === 'piece' ? job.content : job.files.flatMap(({ node }) => node.content ?? []);
    this.#handle.post({ kind: 'job', job: number, work: { ...job, packs: this.#placesOf(content) } } satisfies ToData);
    return answer.promise;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

export interface DataLanesDeps {
  own: DataWork;
  /** One Int32, which `own` looks at too: not 0 when everything is to stop. */
  stop: SharedArrayBuffer;
  workers: Pick<Workers, 'spawn'>;
  /** How many beside the own one. */
  threads: number;
  input: Omit<DataThreadInput, 'stop' | 'mark'>;
  /** Mark of the restore; the own thread has number 0. */
  restore: string;
  placesOf(content: readonly string[]): IndexPack[];
  signal: AbortSignal;
}

export class DataLanes {
  readonly #lanes: Lane[];
  readonly #stop: Int32Array;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.stop();
  #waiting: (() => void)[] = [];

  constructor({ own, stop, workers, threads, input, restore, placesOf, signal }: DataLanesDeps) {
    this.#stop = new Int32Array(stop);
    this.#signal = signal;
    const start = (thread: number): Lane => new ThreadLane(workers.spawn('snapshots.restore-data', { ...input, mark: markOf(restore, thread), stop } satisfies DataThreadInput), placesOf, () => this.#wake());
    this.#lanes = [new OwnLane(own, () => this.#stopped), ...Array.from({ length: threads }, (_, i) => start(i + 1))];
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.stop();
  }

  get count(): number {
    return this.#lanes.length;
  }

  /** Resolves when the job is done; waits for a place in the line of this lane, or of the one with least to do. */
  async run(job: DataJob, at?: number): Promise<DataResult> {
    for (;;) {
      if (this.#stopped) throw cancelled();
      const lane = at === undefined ? this.#lanes.reduce((a, b) => (b.open < a.open ? b : a)) : (this.#lanes[at] as Lane);
      if (lane.open < jobsInLine) return lane.run(job).finally(() => this.#wake());
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Nothing new is begun, what is under way is left. */
  stop(): void {
    Atomics.store(this.#stop, 0, 1);
    this.#wake();
  }

  /** Stops what is under way and waits until every thread has ended. */
  async close(): Promise<void> {
    this.stop();
    this.#signal.removeEventListener('abort', this.#onAbort);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  get #stopped(): boolean {
    return this.#signal.aborted || Atomics.load(this.#stop, 0) !== 0;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
