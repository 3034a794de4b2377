// An open restic repository of version 1 or 2. Runs in any thread; one instance per thread. Everything read is checked against its id;
// nothing is written here before the config and a key were read. Order for readers: snapshots first, then the index, so that no
// snapshot is seen without its index. Order for writers: packs, index, snapshot.
import { errnoOf, fail, throwIfAborted } from '../kit/errors.ts';
import type { Clock, Random } from '../ports.ts';
import { isFileMissing, type Backend } from './backend/backend.ts';
import { BlobIndex, type BlobLocation } from './blob-index.ts';
import { parseConfig, type RepositoryConfig } from './format/config.ts';
import { DamagedError, decodeAt, UnsupportedError } from './format/damaged.ts';
import { sha256Hex, type BlobType } from './format/ids.ts';
import { encodeIndex, parseIndex, type IndexFile, type IndexPack } from './format/index-file.ts';
import { release } from './format/release.ts';
import { Sealer, type MasterKey } from './format/seal.ts';
import { encodeSnapshot, parseSnapshot, type SnapshotFile } from './format/snapshot.ts';
import { parseTree, type TreeNode } from './format/tree.ts';
import { decompress } from './format/zstd.ts';
import { Decompressor, roomFor } from './format/zstd-context.ts';
import { readIndexCache, writeIndexCache, type CachedIndex, type IndexCachePlace } from './index-cache.ts';
import { acquireLock, type LockHandle, type LockOptions } from './locks.ts';
import { UnpackedFiles } from './unpacked-files.ts';

/** Largest plaintext of a blob that is read; restic's own chunks have at most 8 MiB, trees of huge folders more. */
const maxBlobBytes = 1024 * 1024 * 1024;
/** Memory for stored blobs up to this size is kept for the next one. */
const keptProofBytes = 9 * 1024 * 1024;

/** Entries below which the index files are read as quickly as a cache. */
const smallestCache = 5_000;

export interface RepositoryDeps {
  backend: Backend;
  masterKey: MasterKey;
  random: Random;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Where the loaded index is kept for the next time. Not for whoever must judge the index files themselves. */
  indexCache?: IndexCachePlace | undefined;
}

export interface LoadedSnapshots {
  snapshots: { id: string; file: SnapshotFile }[];
  unreadable: { id: string; reason: string }[];
}

const leftoverAgeMs = 30 * 60_000;

export class Repository {
  readonly backend: Backend;
  readonly config: RepositoryConfig;
  readonly sealer: Sealer;
  readonly files: UnpackedFiles;
  readonly #clock: Clock;
  readonly #cache: { read(): CachedIndex | undefined; write(loaded: CachedIndex): void } | undefined;
  #index = new BlobIndex();
  #indexFiles = new Set<string>();
  #lock: LockHandle | undefined;

  private constructor(deps: RepositoryDeps, sealer: Sealer, config: RepositoryConfig) {
    this.backend = deps.backend;
    this.#clock = deps.clock;
    this.sealer = sealer;
    this.config = config;
    this.files = new UnpackedFiles({ backend: deps.backend, sealer, version: config.version });
    const { indexCache, masterKey, random } = deps;
    const sealing = { masterKey, repositoryId: config.id };
    if (indexCache !== undefined) this.#cache = { read: () => readIndexCache(indexCache, sealing), write: (loaded) => writeIndexCache({ ...indexCache, random, nowMs: this.#clock.now() }, sealing, loaded) };
  }

  /** Reads the config with the master key. REPOSITORY_MISSING when there is none, REPOSITORY_UNSUPPORTED for versions this program does not know, REPOSITORY_DAMAGED when the key does not fit. */
  static async open(deps: RepositoryDeps): Promise<Repository> {
    const { backend, masterKey, random, signal } = deps;
    const sealer = new Sealer(masterKey, (length) => random.bytes(length));
    return new Repository(deps, sealer, await readConfig(backend, sealer, signal));
  }

  get index(): BlobIndex {
    return this.#index;
  }

  /** Names of the index files that were loaded, and of those written since. */
  get indexFiles(): ReadonlySet<string> {
    return this.#indexFiles;
  }

  // ---- reading ----

  /** Every snapshot file; what cannot be read is named. Always before `loadIndex`. Those in `known` are not read again: a file never changes. */
  async loadSnapshots(signal?: AbortSignal, known?: ReadonlyMap<string, LoadedSnapshots['snapshots'][number]>): Promise<LoadedSnapshots> {
    const loaded: LoadedSnapshots = { snapshots: [], unreadable: [] };
    for await (const { name: id } of this.backend.list('snapshots', signal)) {
      throwIfAborted(signal);
      try {
        loaded.snapshots.push(known?.get(id) ?? { id, file: await this.loadSnapshot(id, signal) });
      } catch (error) {
        if (isFileMissing(error)) continue;
        loaded.unreadable.push({ id, reason: damageOf(error) });
      }
    }
    return loaded;
  }

  async loadSnapshot(id: string, signal?: AbortSignal): Promise<SnapshotFile> {
    const json = await this.files.load('snapshots', id, signal);
    return decodeAt(`${this.backend.location}/snapshots/${id}`, () => parseSnapshot(json));
  }

  /** Replaces the index by the union of all index files. An unreadable one is REPOSITORY_DAMAGED: without it nothing may be said about what exists. */
  async loadIndex(signal?: AbortSignal, onProgress?: (done: number, total: number) => void): Promise<void> {
    const names = new Set<string>();
    for await (const { name } of this.backend.list('index', signal)) names.add(name);
    const cached = this.#cachedIndex(names);
    const index = cached?.index ?? new BlobIndex();
    const before = index.count;
    let done = cached?.names.size ?? 0;
    for (const name of names) {
      if (cached?.names.has(name)) continue;
      throwIfAborted(signal);
      for (const pack of await this.loadIndexFile(name, signal)) index.addPack(pack);
      onProgress?.(++done, names.size);
    }
    this.#index = index;
    this.#indexFiles = names;
    if (index.count - before >= Math.max(smallestCache, before / 8)) this.#keepIndex();
  }

  /** undefined when there is none that stands for files that are all still there. */
  #cachedIndex(names: ReadonlySet<string>): CachedIndex | undefined {
    const cached = quietly(() => this.#cache?.read());
    return cached !== undefined && [...cached.names].every((name) => names.has(name)) ? cached : undefined;
  }

  /** It only saves time: what cannot be written is read from the repository again. */
  #keepIndex(): void {
    quietly(() => this.#cache?.write({ index: this.#index, names: new Set(this.#indexFiles) }));
  }

  /** Takes an index that was put together elsewhere (a check reads what can be read). */
  useIndex(index: BlobIndex): void {
    this.#index = index;
  }

  /** The packs of one index file. */
  async loadIndexFile(id: string, signal?: AbortSignal): Promise<readonly IndexPack[]> {
    return (await this.loadWholeIndexFile(id, signal)).packs;
  }

  /** One index file with what other programs put into it: for whoever is about to replace it. */
  async loadWholeIndexFile(id: string, signal?: AbortSignal): Promise<IndexFile> {
    const json = await this.files.load('index', id, signal);
    return decodeAt(`${this.backend.location}/index/${id}`, () => {
      const file = parseIndex(json);
      const compressed = this.config.version === 1 && file.packs.some((pack) => pack.blobs.some((blob) => blob.uncompressedLength !== 0));
      if (compressed) throw new DamagedError('an index of a version 1 repository names compressed blobs');
      return file;
    });
  }

  /** The plaintext of a blob, tried at every place the index names until one verifies. Throws REPOSITORY_DAMAGED when none does. */
  async loadBlob(type: BlobType, id: string, signal?: AbortSignal): Promise<Buffer> {
    const places = this.#index.find(type, id);
    if (places.length === 0) throw new DamagedError(`${type} blob ${id} is in no index`, this.backend.location);
    let failure: unknown;
    for (const place of places) {
      // The second reading tells a bad way from a bad disk.
      for (let attempt = 0; attempt < 2; attempt++) {
        throwIfAborted(signal);
        try {
          return await this.#loadAt(place, id, signal);
        } catch (error) {
          if (signal?.aborted) throw error;
          failure = error;
          if (!(error instanceof DamagedError)) break;
        }
      }
    }
    // A pack that the index names and that is not there is damage of the repository, not a wrong name.
    if (isFileMissing(failure)) throw new DamagedError(`a pack with ${type} blob ${id} is missing`, this.backend.location);
    throw failure;
  }

  async #loadAt(place: BlobLocation, id: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const bytes = await this.backend.read('data', place.pack, { offset: place.offset, length: place.length }, signal);
    return decodeAt(`${this.backend.location}/data/${place.pack}`, () => {
      if (bytes.length !== place.length) throw new DamagedError(`pack ends inside blob ${id}`);
      return openBlob(this.sealer, bytes, id, place.uncompressedLength);
    });
  }

  /** A tree's JSON as stored, for copying. */
  async loadTreeBytes(id: string, signal?: AbortSignal): Promise<Buffer> {
    return this.loadBlob('tree', id, signal);
  }

  async loadTree(id: string, signal?: AbortSignal): Promise<TreeNode[]> {
    const bytes = await this.loadBlob('tree', id, signal);
    return decodeAt(`${this.backend.location}: tree ${id}`, () => parseTree(bytes));
  }

  // ---- writing ----

  /** Stores a finished pack durably. For `PackWriter`. */
  async savePack(pieces: readonly Uint8Array[], packId: string, signal?: AbortSignal): Promise<void> {
    await this.#lock?.ready();
    await this.backend.write('data', packId, pieces, signal);
  }

  /** Stores one index file that describes these packs, which must be durable, and takes them into the loaded index. */
  async saveIndex(packs: readonly IndexPack[], signal?: AbortSignal, onName?: (id: string) => void): Promise<string> {
    const id = await this.writeIndex(packs, signal, onName);
    for (const pack of packs) this.#index.addPack(pack);
    return id;
  }

  /** As `saveIndex`, for packs that the loaded index knows already. `onName` learns the file's name before it is written: a write that fails may leave it all the same. */
  async writeIndex(packs: readonly IndexPack[], signal?: AbortSignal, onName?: (id: string) => void): Promise<string> {
    await this.#lock?.ready();
    const json = encodeIndex(packs);
    const sealed = this.files.seal(json);
    release(json);
    onName?.(sealed.id);
    await this.backend.write('index', sealed.id, sealed.bytes, signal);
    await this.#standsOnlyLocked('index', sealed.id);
    this.#indexFiles.add(sealed.id);
    return sealed.id;
  }

  /** Stores a snapshot; everything it names must be stored and indexed before. */
  async saveSnapshot(file: SnapshotFile, signal?: AbortSignal): Promise<string> {
    await this.#lock?.ready();
    const id = await this.files.save('snapshots', encodeSnapshot(file), signal);
    await this.#standsOnlyLocked('snapshots', id);
    return id;
  }

  /** What was written while the lock was lost (a machine that slept) may name packs that others have removed meanwhile: it goes again. */
  async #standsOnlyLocked(kind: 'index' | 'snapshots', id: string): Promise<void> {
    try {
      await this.#lock?.ready();
    } catch (error) {
      await this.backend.remove(kind, id).catch(() => undefined);
      throw error;
    }
  }

  async removeSnapshot(id: string, signal?: AbortSignal): Promise<void> {
    await this.#lock?.ready();
    await this.backend.remove('snapshots', id, signal);
  }

  /** Removes a pack or an index file. NOT_FOUND when it is gone already. Only under the exclusive lock. */
  async removeFile(kind: 'data' | 'index', id: string, signal?: AbortSignal): Promise<void> {
    await this.#lock?.ready();
    await this.backend.remove(kind, id, signal);
  }

  /** Removes what cut-off writes have left, when it is older than a lock may get without being refreshed. Only under the exclusive lock. */
  async sweepLeftovers(signal?: AbortSignal): Promise<void> {
    await this.#lock?.ready();
    await this.backend.sweep?.(this.#clock.now() - leftoverAgeMs, signal);
  }

  /** Takes the repository's lock (see locks.ts). While it is held, everything this instance writes waits for its refresh and stops when it is lost. */
  async lock(options: LockOptions): Promise<LockHandle> {
    const lock = await acquireLock({ backend: this.backend, files: this.files, clock: this.#clock }, options);
    this.#lock = lock;
    return lock;
  }

  refuseLostLock(): never {
    return fail('LOCK_LOST', `the lock on ${this.backend.location} was lost`, { path: this.backend.location });
  }
}

/** Opens a stored blob and proves that it is the one with this id. */
export function openBlob(sealer: Sealer, stored: Uint8Array, id: string, uncompressedLength: number): Buffer {
  const opened = sealer.open(stored);
  const plain = uncompressedLength === 0 ? opened : decompress(opened, uncompressedLength, maxBlobBytes);
  if (sha256Hex(plain) !== id) throw new DamagedError(`blob ${id} has another content`);
  return plain;
}

/** Proves that stored blobs are those with these ids, as `openBlob` does, in memory of its own that is used again and again. */
export class BlobProver {
  readonly #sealer: Sealer;
  readonly #decompressor = new Decompressor();
  #opened = Buffer.alloc(0);

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** Throws DamagedError. */
  prove(stored: Uint8Array, id: string, uncompressedLength: number): void {
    if (this.#opened.length < stored.length) this.#opened = Buffer.allocUnsafeSlow(roomFor(stored.length));
    const opened = this.#opened.subarray(0, this.#sealer.openInto(stored, this.#opened));
    const kept = uncompressedLength === 0 ? opened : this.#decompressor.decompress(opened, uncompressedLength);
    const plain = kept ?? decompress(opened, uncompressedLength, maxBlobBytes);
    const found = sha256Hex(plain);
    if (kept === undefined) release(plain);
    if (stored.length > keptProofBytes) this.#opened = Buffer.alloc(0);
    if (found !== id) throw new DamagedError(`blob ${id} has another content`);
  }
}

/** For what only saves time: a failure of the system is as good as no answer. */
function quietly<R>(work: () => R): R | undefined {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

async function readConfig(backend: Backend, sealer: Sealer, signal: AbortSignal | undefined): Promise<RepositoryConfig> {
  const path = `${backend.location}/config`;
  let bytes: Uint8Array;
  try {
    bytes = await backend.read('config', 'config', {}, signal);
  } catch (error) {
    if (isFileMissing(error)) fail('REPOSITORY_MISSING', `${backend.location} holds no repository`, { path: backend.location }, error);
    throw error;
  }
  return decodeAt(path, () => parseConfig(sealer.open(bytes)));
}

/** The reason of a damage in words for a report; errors that are none are thrown again. */
export function damageOf(error: unknown): string {
  if (error instanceof DamagedError) return error.data.what;
  if (error instanceof UnsupportedError) return error.data.reason;
  throw error;
}
