// Repositories that a thread opens to read in them, each with its shared lock, let go together at the end.
import type { WorkerContext } from '../ports.ts';
import { createLocalBackend, lockForReading, lockNotes, Repository, type LockHandle, type LockIdentity, type MasterKey } from '../repository/index.ts';

/** What a thread needs to open a repository. Plain data. */
export interface PlaceRequest {
  repositoryPath: string;
  masterKey: MasterKey;
  /** File of the home's cache for the loaded index. */
  indexCache: string;
}

export class OpenedForReading {
  readonly #context: WorkerContext;
  readonly #identity: LockIdentity;
  readonly #signal: AbortSignal;
  readonly #onLost: () => void;
  readonly #locks: (LockHandle | undefined)[] = [];

  constructor(context: WorkerContext, identity: LockIdentity, signal: AbortSignal, onLost: () => void) {
    this.#context = context;
    this.#identity = identity;
    this.#signal = signal;
    this.#onLost = onLost;
  }

  /** Opened, locked, with its index. `place` goes with the notes of its lock, so that the engine knows whose they are. */
  async repository({ repositoryPath, masterKey, indexCache }: PlaceRequest, place: number): Promise<Repository> {
    const { files, random, clock, logger } = this.#context;
    const signal = this.#signal;
    const repository = await Repository.open({ backend: createLocalBackend({ files, random, path: repositoryPath }), masterKey, random, clock, signal, indexCache: { files, path: indexCache } });
    const line = { post: (note: unknown) => this.#context.post({ ...(note as object), place }), onMessage: (listener: (message: unknown) => void) => this.#context.onMessage(listener), closing: this.#context.closing };
    this.#locks.push(await lockForReading(repository, { identity: this.#identity, logger, signal, onLost: this.#onLost, ...lockNotes(line) }));
    await repository.loadIndex(signal);
    return repository;
  }

  async close(): Promise<void> {
    for (const lock of this.#locks) await lock?.release();
  }
}
