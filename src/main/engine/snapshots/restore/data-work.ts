// The part of a restore that several threads share: files of a job, and pieces of large ones. Runs in a data thread, or in the restore's
// own thread when there is little to do. Every file is whole under its name or not at all; a stop is noticed between chunks.
import { dirname } from 'node:path';
import { throwIfAborted } from '../../kit/errors.ts';
import type { Clock, Files } from '../../ports.ts';
import { BlobIndex, type Repository } from '../../repository/index.ts';
import { BlobReader } from './blob-reader.ts';
import { failureOf, WriteProblem } from './failures.ts';
import type { Degraded } from './metadata.ts';
import type { DataJob, DataResult, JobOutcome } from './protocol.ts';
import { TrustedFolders } from './trusted-folders.ts';
import { FileWriter } from './write-file.ts';

export interface DataWorkDeps {
  files: Files;
  clock: Clock;
  mark: string;
  repository: Repository;
  target: string;
  owners: boolean;
  zeroChunk: string;
  degraded: Degraded;
  signal: AbortSignal;
  stopped(): boolean;
  /** Between files; a promise when the thread needs to breathe. */
  breathe?(): Promise<void> | undefined;
}

export class DataWork {
  readonly writer: FileWriter;
  readonly #deps: DataWorkDeps;
  readonly #reader: BlobReader;
  readonly #folders: TrustedFolders;

  constructor(deps: DataWorkDeps) {
    this.#deps = deps;
    this.#reader = new BlobReader(deps.repository, deps.signal);
    this.#folders = new TrustedFolders(deps);
    this.writer = new FileWriter({ ...deps, reader: this.#reader });
  }

  /** Rejects only with what must end the restore, or when it was stopped. */
  async run(job: DataJob): Promise<DataResult> {
    if (job.packs !== undefined) this.#expect(job.packs);
    this.writer.verifyMs = 0;
    const outcomes = await this.#outcomes(job);
    return { outcomes, verifyMs: this.writer.verifyMs };
  }

  #expect(packs: NonNullable<DataJob['packs']>): void {
    const index = new BlobIndex();
    const ends = new Map<string, number>();
    for (const pack of packs) {
      index.addPack(pack);
      ends.set(pack.id, pack.blobs.reduce((end, blob) => Math.max(end, blob.offset + blob.length), 0));
    }
    this.#reader.expect(index, ends);
  }

  async #outcomes(job: DataJob): Promise<JobOutcome[]> {
    const { writer } = this;
    if (job.kind === 'piece') return [await this.#guarded(() => writer.writePiece(job.fd, job.from, job.content))];
    const outcomes: JobOutcome[] = [];
    for (const file of job.files) {
      const breath = this.#deps.breathe?.();
      if (breath !== undefined) await breath;
      outcomes.push(
        await this.#guarded(() => {
          if (!this.#folders.isReal(dirname(file.path))) throw new WriteProblem('ELOOP');
          return writer.write(file);
        })
      );
      if ('full' in (outcomes.at(-1) as JobOutcome)) break;
    }
    return outcomes;
  }

  /** A file that fails is named, the rest goes on. */
  async #guarded(work: () => number | Promise<number>): Promise<JobOutcome> {
    try {
      return { sizeBytes: await work() };
    } catch (error) {
      throwIfAborted(this.#deps.signal);
      if (this.#deps.stopped()) throw error;
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      return failure;
    }
  }
}
