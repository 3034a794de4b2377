// Carries out a decided prune so that a stop at any moment harms nothing. Before all else, what cut-off writes have left is removed. What a stop leaves after each step:
//   1. packs that no index names are removed     -> some of them are still there; the next prune removes them
//   2. needed blobs are written into new packs   -> packs that no index names, or blobs that lie in two packs
//   3. new index files, without the packs to go  -> packs that are described twice
//   4. the old index files are removed           -> the same; every needed blob is in the new ones already
//   5. the old packs are removed                 -> packs that no index names
// A failure or a cancellation up to the end of step 3 takes the new index files and packs back. The caller holds the exclusive lock.
import type { TaskProgress } from '../../../../contract/events.ts';
import { fail } from '../../kit/errors.ts';
import { isFileMissing } from '../backend/backend.ts';
import { BlobStore, fullIndexBlobs, type BlobStoreOptions } from '../maintenance/blob-store.ts';
import { removeFiles, writeIndexesAnew } from '../maintenance/index-files.ts';
import { readBlobs } from '../maintenance/pack-reader.ts';
import type { Repository } from '../repository.ts';
import { bytesToCopy, entriesToCopy, filesToReplace, stays, type DecidedPrune } from './state.ts';

export interface CarryOutOptions extends BlobStoreOptions {
  onProgress: (update: Partial<TaskProgress>) => void;
}

export interface CarriedOut {
  packsWritten: number;
  bytesWritten: number;
  indexFilesWritten: number;
  indexFilesRemoved: number;
}

export function carryOut(repository: Repository, prune: DecidedPrune, options: CarryOutOptions): Promise<CarriedOut> {
  return new Carrying(repository, prune, options).run();
}

class Carrying {
  readonly #repository: Repository;
  readonly #prune: DecidedPrune;
  readonly #options: CarryOutOptions;
  readonly #store: BlobStore;
  #indexFiles = 0;

  constructor(repository: Repository, prune: DecidedPrune, options: CarryOutOptions) {
    this.#repository = repository;
    this.#prune = prune;
    this.#options = options;
    this.#store = new BlobStore(repository, options);
  }

  async run(): Promise<CarriedOut> {
    const { files, unindexed, decisions, index, sizes } = this.#prune;
    const replaced = filesToReplace(this.#prune, fullIndexBlobs);
    await this.#repository.sweepLeftovers(this.#options.signal);
    await removeFiles(this.#repository, 'data', unindexed.map(({ id }) => id), this.#options);
    try {
      await this.#repack();
      this.#proveNothingIsLost();
      this.#indexFiles = await writeIndexesAnew(this.#repository, { files, replaced, stays: (pack) => stays(this.#prune, pack), onName: (id) => this.#store.begunIndexes.push(id) }, this.#options.signal);
    } catch (error) {
      await this.#takeBack();
      throw error;
    }
    this.#options.onProgress({ phase: 'finishing', current: null });
    await removeFiles(this.#repository, 'index', [...replaced], this.#options);
    const gone: string[] = [];
    for (const [pack, decision] of decisions.entries()) if (decision.do !== 'keep' && (sizes[pack] as number) >= 0) gone.push(index.packId(pack));
    await removeFiles(this.#repository, 'data', gone, this.#options);
    const { packs, packBytes, indexFiles } = this.#store.done;
    return { packsWritten: packs, bytesWritten: packBytes, indexFilesWritten: indexFiles + this.#indexFiles, indexFilesRemoved: replaced.size };
  }

  async #repack(): Promise<void> {
    const { signal, onProgress } = this.#options;
    const packs = this.#prune.decisions.flatMap((decision, pack) => (decision.do === 'repack' ? [pack] : []));
    if (packs.length === 0) return;
    onProgress({ phase: 'writing', filesDone: 0, filesTotal: packs.length, bytesDone: 0, bytesTotal: bytesToCopy(this.#prune) });
    try {
      let bytesDone = 0;
      for (const [done, pack] of packs.entries()) {
        for await (const { type, id, length, plain } of readBlobs(this.#repository, entriesToCopy(this.#prune, pack), signal)) {
          await this.#store.add(type, id, plain);
          bytesDone += length;
          onProgress({ bytesDone });
        }
        onProgress({ filesDone: done + 1 });
      }
      await this.#store.flush();
    } finally {
      await this.#store.settle();
    }
  }

  /** Every needed blob lies in a pack that stays or in a new one; if not, this program is at fault and nothing is removed. */
  #proveNothingIsLost(): void {
    const { index, used, chosen, decisions } = this.#prune;
    const before = decisions.length;
    for (let entry = 0; entry < chosen.length; entry++) {
      if (!used.has(entry)) continue;
      const safe = stays(this.#prune, index.packOf(chosen[entry] as number)) || index.copies(entry).some((copy) => index.packOf(copy) >= before);
      if (!safe) fail('INTERNAL', 'a needed blob would be lost', { what: 'a needed blob would be lost' });
    }
  }

  /** Index files first: packs go only when no index can name them any more. */
  async #takeBack(): Promise<void> {
    const remove = async (kind: 'data' | 'index', ids: readonly string[]): Promise<void> => {
      for (const id of ids) {
        await this.#repository.removeFile(kind, id).catch((error: unknown) => {
          if (!isFileMissing(error)) throw error;
        });
      }
    };
    try {
      await remove('index', this.#store.begunIndexes);
      await remove('data', this.#store.begunPacks);
    } catch {
      // What is left is harmless, and the next prune removes it.
    }
  }
}
