// Blobs into new packs of a repository, with their index files: one writer for each type, an index at 50,000 blobs and at the end. An index
// names only packs that are durable.
import type { Random } from '../../ports.ts';
import type { BlobType } from '../format/ids.ts';
import type { IndexPack } from '../format/index-file.ts';
import { packSize } from '../format/pack.ts';
import { PackWriter } from '../pack-writer.ts';
import type { Repository } from '../repository.ts';

export const fullIndexBlobs = 50_000;

export interface BlobStoreOptions {
  random: Pick<Random, 'bytes'>;
  signal: AbortSignal | undefined;
  /** Smaller in tests. */
  packBytes?: number | undefined;
}

export class BlobStore {
  readonly #repository: Repository;
  readonly #options: BlobStoreOptions;
  readonly #writers: Record<BlobType, PackWriter>;
  /** Every pack and index file that was begun to be stored, also where that failed: it may be there all the same. */
  readonly begunPacks: string[] = [];
  readonly begunIndexes: string[] = [];
  readonly done = { packs: 0, packBytes: 0, indexFiles: 0 };
  #unindexed: IndexPack[] = [];
  #unindexedBlobs = 0;

  constructor(repository: Repository, options: BlobStoreOptions) {
    this.#repository = repository;
    this.#options = options;
    this.#writers = { data: this.#writer('data'), tree: this.#writer('tree') };
  }

  /** What was added so far: blobs, and bytes as stored. */
  added(type: BlobType): { blobs: number; plainBytes: number; storedBytes: number } {
    return this.#writers[type].added;
  }

  /** Adds a blob; whether the repository has it already is the caller's question. */
  async add(type: BlobType, id: string, plain: Uint8Array): Promise<void> {
    const writer = this.#writers[type];
    await writer.add(id, plain);
    this.#take(writer);
    if (this.#unindexedBlobs >= fullIndexBlobs) await this.#saveIndex();
  }

  /** Resolves when everything that was added is durable and in an index. */
  async flush(): Promise<void> {
    for (const writer of Object.values(this.#writers)) {
      await writer.flush();
      this.#take(writer);
    }
    if (this.#unindexed.length > 0) await this.#saveIndex();
  }

  /** Resolves when nothing is on its way any more, however it ended. For giving up. */
  async settle(): Promise<void> {
    for (const writer of Object.values(this.#writers)) await writer.settle();
  }

  /** After a cancellation: what is durable gets its index, so that it need not be stored again. */
  async keepDone(): Promise<void> {
    await this.settle();
    for (const writer of Object.values(this.#writers)) this.#take(writer);
    if (this.#unindexed.length > 0) await this.#repository.saveIndex(this.#unindexed);
  }

  #writer(type: BlobType): PackWriter {
    const { sealer, config } = this.#repository;
    const { random, signal, packBytes } = this.#options;
    return new PackWriter({
      sealer,
      randomBytes: (length) => random.bytes(length),
      type,
      version: config.version,
      maxStoring: 1,
      ...(packBytes !== undefined && { packBytes }),
      store: (pieces, packId) => {
        this.begunPacks.push(packId);
        return this.#repository.savePack(pieces, packId, signal);
      }
    });
  }

  #take(writer: PackWriter): void {
    for (const pack of writer.takeFinished()) {
      this.#unindexed.push(pack);
      this.#unindexedBlobs += pack.blobs.length;
      this.done.packs += 1;
      this.done.packBytes += packSize(pack.blobs.map(({ length, uncompressedLength }) => ({ storedLength: length, uncompressedLength })));
    }
  }

  async #saveIndex(): Promise<void> {
    await this.#repository.saveIndex(this.#unindexed, this.#options.signal, (id) => this.begunIndexes.push(id));
    this.done.indexFiles += 1;
    this.#unindexed = [];
    this.#unindexedBlobs = 0;
  }
}
