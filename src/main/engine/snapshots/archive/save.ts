// One snapshot from lock to snapshot file. Runs in the coordinator's thread. Order, and what a stop after each step leaves:
//   1. shared lock                 -> a lock file of a dead process; removed at the next start of the home that wrote it
//   2. packs, each durable         -> packs no index names: harmless, removed by prune
//   3. index files (at 50,000 blobs, every 10 minutes, at the end) -> blobs no snapshot names: the next snapshot need not store them again
//   4. the snapshot file           -> done
//   5. the lock is given back
import type { TaskProgress } from '../../../../contract/events.ts';
import { Breath } from '../../kit/breath.ts';
import { VarveError } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { WorkerContext } from '../../ports.ts';
import { createLocalBackend, encodeTree, type IndexPack, PackWriter, Repository, sha256Hex, type SnapshotFile, type TreeNode, twiceWhenRaced, utcTime } from '../../repository/index.ts';
import { type CarriedFile, isCarried } from '../carried.ts';
import { incompleteTag, planTag } from '../model.ts';
import { chunkSizes, createScanner, type ChunkSizes } from './chunks.ts';
import { DataThreads } from './data-threads.ts';
import { DatabaseNotes } from './databases/notes.ts';
import { type DatabaseRecord, decodeRecord, recordLimitBytes, recordName } from './databases/record.ts';
import { FolderMemory, FolderMemoryError, FolderNotes } from './folder-memory.ts';
import { FolderSaver } from './folder-saver.ts';
import { KnownBlobs } from './known-blobs.ts';
import { chooseParent } from './parent.ts';
import { LeavesOut } from './leave-out/leave-out.ts';
import type { ReadResult, SaveInput, SaveOutcome } from './protocol.ts';
import { damagedBlobs } from '../restore/prove.ts';
import type { ScanInput, ScanResult } from './scan-task.ts';
import { entriesTree, targetTree } from './targets.ts';
import { refuseTaken } from './top-entries.ts';

const indexBlobs = 50_000;
const indexMs = 10 * 60_000;
const expectedFilesLimit = 1_000_000;
/** A snapshot that is done by then needs no total. */
const countAfterMs = 1_000;

export interface SaveOptions {
  signal: AbortSignal;
  onProgress(update: Partial<TaskProgress>): void;
  onLockFile(lockId: string, written: boolean): void;
  /** What goes into `/.varve/`; asked for when everything else is read. Nothing when not given. */
  carried?: () => Promise<readonly CarriedFile[]>;
}

type Context = Pick<WorkerContext, 'files' | 'clock' | 'random' | 'logger' | 'machine' | 'workers'>;

export function saveSnapshot(context: Context, input: SaveInput, options: SaveOptions): Promise<SaveOutcome> {
  return twiceWhenRaced((settleLater) => saveOnce(context, input, options, settleLater));
}

async function saveOnce(context: Context, input: SaveInput, options: SaveOptions, settleLater: boolean): Promise<SaveOutcome> {
  const { files, random, clock } = context;
  const lost = new AbortController();
  const signal = AbortSignal.any([options.signal, lost.signal]);
  options.onProgress({ phase: 'opening' });
  const backend = createLocalBackend({ files, random, path: input.repositoryPath });
  const repository = await Repository.open({ backend, masterKey: input.masterKey, random, clock, signal, ...(input.indexCache !== undefined && { indexCache: { files, path: input.indexCache } }) });
  if (repository.config.isHot) throw new VarveError('REPOSITORY_UNSUPPORTED', 'the hot half of a two-part repository', { path: input.repositoryPath, reason: 'it is the hot half of a two-part repository' });
  options.onProgress({ phase: 'locking' });
  const lock = await repository.lock({
    exclusive: false,
    identity: input.identity,
    signal,
    settleLater,
    onLost: () => lost.abort(),
    onWrite: (lockId) => options.onLockFile(lockId, true),
    onRemove: (lockId) => options.onLockFile(lockId, false)
  });
  const begin = (damaged: ReadonlySet<string>): Saving => new Saving(context, input, repository, () => lock.ready(), signal, options, damaged);
  let saving = begin(new Set());
  try {
    try {
      return await saving.run({ remember: true });
    } catch (error) {
      if (!(error instanceof FolderMemoryError || error instanceof DamagedBlobs)) throw error;
      context.logger.warn('a snapshot is begun again', { reason: error.message });
      await saving.keepDone();
      await saving.close();
      saving = begin(error instanceof DamagedBlobs ? error.ids : new Set());
      return await saving.run({ remember: false });
    }
  } catch (error) {
    if (options.signal.aborted && !lost.signal.aborted) await saving.keepDone();
    if (lost.signal.aborted) await lock.ready(); // says why, unless it was held and then lost
    if (lost.signal.aborted) throw new VarveError('LOCK_LOST', `the lock on ${input.repositoryPath} was lost`, { path: input.repositoryPath }, { cause: error });
    throw error;
  } finally {
    await saving.close();
    if (input.databaseFolder !== undefined) context.files.removeTree(input.databaseFolder);
    await lock.release();
  }
}

/** What the repository was thought to have, it has no more. */
class DamagedBlobs extends Error {
  readonly ids: ReadonlySet<string>;

  constructor(ids: ReadonlySet<string>) {
    super(`blobs that cannot be read any more: ${ids.size}`);
    this.ids = ids;
  }
}

class Saving {
  readonly #context: Context;
  readonly #input: SaveInput;
  readonly #repository: Repository;
  readonly #mayStore: () => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #onProgress: (update: Partial<TaskProgress>) => void;
  readonly #carried: () => Promise<readonly CarriedFile[]>;
  readonly #scanning = new AbortController();
  #data: DataThreads | undefined;
  readonly #trees: PackWriter;
  /** Data made here, when there is so little that no thread was started. */
  readonly #own: PackWriter;
  readonly #newTrees = new Set<string>();
  /** Stored anew although an index names them. */
  readonly #damaged: ReadonlySet<string>;
  /** What is relied on and was not stored here; only where that is proven. */
  readonly #reused = { data: new Set<string>(), tree: new Set<string>() };
  #treeWait: Promise<void> | undefined;
  #unindexed: IndexPack[] = [];
  #unindexedBlobs = 0;
  #indexedAt: number;
  #indexing: Promise<unknown> = Promise.resolve();

  constructor(context: Context, input: SaveInput, repository: Repository, mayStore: () => Promise<void>, signal: AbortSignal, options: Pick<SaveOptions, 'onProgress' | 'carried'>, damaged: ReadonlySet<string>) {
    this.#context = context;
    this.#input = input;
    this.#repository = repository;
    this.#mayStore = mayStore;
    this.#signal = signal;
    this.#damaged = damaged;
    this.#onProgress = options.onProgress;
    this.#carried = options.carried ?? (async () => []);
    this.#indexedAt = context.clock.monotonicMs();
    const writerOf = (type: 'tree' | 'data'): PackWriter =>
      new PackWriter({
        sealer: repository.sealer,
        randomBytes: (length) => context.random.bytes(length),
        type,
        version: repository.config.version,
        maxStoring: 1,
        store: (pieces, packId) => repository.savePack(pieces, packId, signal)
      });
    this.#trees = writerOf('tree');
    this.#own = writerOf('data');
  }

  /** `remember`: use what the last snapshot saw. Throws FolderMemoryError when it turns out not to fit. */
  async run({ remember }: { remember: boolean }): Promise<SaveOutcome> {
    const { files, clock, machine, workers } = this.#context;
    const input = this.#input;
    const repository = this.#repository;
    this.#onProgress({ phase: 'checking-index' });
    const { snapshots } = await repository.loadSnapshots(this.#signal);
    await repository.loadIndex(this.#signal);
    const parent = input.planId === undefined ? undefined : chooseParent(snapshots, { planId: input.planId, hostname: input.hostname, paths: input.paths, timeNs: input.timeNs });
    const { config } = repository;
    const sizes = chunkSizes(config.chunker);
    let blobs: KnownBlobs | undefined;
    const known = (): KnownBlobs => (blobs ??= this.#knownBlobs(parent?.file));
    const notes = input.memoryPath === undefined ? undefined : new FolderNotes();
    const data = new DataThreads({
      workers,
      known,
      input: { repositoryPath: input.repositoryPath, masterKey: input.masterKey, version: config.version, polynomial: config.chunkerPolynomial, chunker: sizes, ...(input.databaseFolder !== undefined && { databaseFolder: input.databaseFolder }), ...(input.gentle === true && { gentle: true }) },
      mayStore: this.#mayStore,
      onPacks: (packs) => this.#takePacks(packs)
    });
    this.#data = data;
    this.#signal.addEventListener('abort', () => data.abort(new VarveError('CANCELLED', 'cancelled', {})), { once: true });
    let scanner: ReturnType<typeof createScanner> | undefined;
    const zeroChunk = sha256Hex(new Uint8Array(sizes.minBytes));
    const repositoryFolder = files.stat(input.repositoryPath);
    const skip = new Set(repositoryFolder ? [`${repositoryFolder.device}:${repositoryFolder.inode}`] : []);
    if (input.databaseFolder !== undefined) files.mkdirs(input.databaseFolder, 0o700);
    const databases = input.databaseFolder === undefined ? undefined : new DatabaseNotes(files, await this.#databasesBefore(parent?.file.tree));
    const folders = new FolderSaver({
      files,
      clock,
      data,
      leavesOut: new LeavesOut(files, input.excludes, input.leaveOut),
      scanner: () => (scanner ??= createScanner(config.chunkerPolynomial, sizes)),
      sizes,
      signal: this.#signal,
      skip,
      hasData: (id) => repository.index.has('data', id),
      loadBefore: (treeId) => this.#loadBefore(treeId),
      memory: remember ? this.#rememberedFolders(parent?.id) : undefined,
      notes,
      beforeIsOurs: parent?.file.programVersion === input.programVersion,
      saveTree: (nodes) => this.#saveTree(nodes),
      saveBytes: (contents) => this.#saveBytes(contents, data, sizes),
      treesSettled: async () => this.#treeWait,
      zeroChunk,
      databases,
      streams: (input.streams ?? []).map(({ name, path }) => ({ path, node: this.#streamNode(name) })),
      onProgress: this.#onProgress
    });
    this.#showTotals(parent?.file, skip);
    const top = input.entries === true ? entriesTree(input.paths, pathsOf(machine.platform)) : targetTree(input.paths, pathsOf(machine.platform));
    for (const { name } of input.streams ?? []) if (!top.whole && top.children.has(name)) refuseTaken(name);
    const tree = await folders.save(top, parent?.file.tree, this.#carried);

    this.#scanning.abort();
    this.#onProgress({ phase: 'finishing', current: null, filesDone: folders.tally.counts.totalFiles, bytesDone: folders.tally.counts.totalBytes, filesTotal: folders.tally.counts.totalFiles, bytesTotal: folders.tally.counts.totalBytes });
    await Promise.all([data.finish(), this.#trees.flush(), this.#own.flush()]);
    for (const writer of [this.#trees, this.#own]) this.#takePacks(writer.takeFinished());
    await this.#flushIndex(this.#signal);
    const added = this.#trees.added;
    const own = this.#own.added;
    const summary = {
      ...folders.tally.counts,
      dataBlobs: data.added.blobs + own.blobs,
      treeBlobs: added.blobs,
      dataAdded: data.added.plainBytes + own.plainBytes + added.plainBytes,
      dataAddedPacked: data.added.storedBytes + own.storedBytes + added.storedBytes
    };
    for (const [what, count] of files.degraded()) folders.tally.degraded.set(what, count);
    const { totalFiles, totalBytes, ...counted } = summary;
    const file: SnapshotFile = {
      time: { ns: input.timeNs, offset: input.offsetMinutes },
      ...(parent && { parent: parent.id }),
      tree,
      paths: input.shownPaths ?? [...input.paths, ...(input.streams ?? []).map(({ name }) => `/${name}`)],
      hostname: input.hostname,
      username: input.username,
      ...(machine.uid !== undefined && { uid: machine.uid }),
      ...(machine.gid !== undefined && { gid: machine.gid }),
      excludes: input.excludes,
      tags: [...(input.planId === undefined ? [] : [planTag(input.planId)]), ...input.tags, ...(folders.tally.gapCount > 0 ? [incompleteTag] : [])],
      programVersion: input.programVersion,
      summary: { backupStart: utcTime(input.timeNs), backupEnd: utcTime(clock.nowNs()), ...counted, totalFilesProcessed: totalFiles, totalBytesProcessed: totalBytes }
    };
    if (input.proven === true) await this.#proveReused(zeroChunk);
    const snapshotId = await repository.saveSnapshot(file, this.#signal);
    this.#remember(notes, snapshotId);
    return {
      snapshotId,
      file,
      parentId: parent?.id,
      summary,
      gaps: folders.tally.gaps,
      gapCount: folders.tally.gapCount,
      degraded: [...folders.tally.degraded].map(([what, count]) => ({ what, count })),
      databases: databases?.summary ?? { copied: 0, sideFiles: 0, raw: [], rawCount: 0 }
    };
  }

  /** Reads back what no thread of this snapshot has stored. Throws DamagedBlobs. */
  async #proveReused(zeroChunk: string): Promise<void> {
    const repository = this.#repository;
    const { data, tree } = this.#reused;
    const breath = new Breath(this.#context.clock, this.#signal);
    const damaged = await damagedBlobs([[...data]], { repository, zeroChunk, signal: this.#signal, breathe: () => breath.take(), onBytes: () => undefined });
    for (const id of tree) {
      try {
        await repository.loadTree(id, this.#signal);
      } catch (error) {
        if (this.#signal.aborted) throw error;
        damaged.add(id);
      }
    }
    if (damaged.size > 0) throw new DamagedBlobs(damaged);
  }

  /** After a cancellation: what is durable already gets its index, so that the next snapshot need not store it again. */
  async keepDone(): Promise<void> {
    try {
      await this.#data?.close();
      for (const writer of [this.#trees, this.#own]) this.#takePacks(writer.takeFinished());
      await this.#flushIndex(undefined);
    } catch (error) {
      this.#context.logger.warn('the packs of a cancelled snapshot got no index', { error: String(error) });
    }
  }

  async close(): Promise<void> {
    this.#scanning.abort();
    await this.#data?.close();
    // What is on its way is waited for: given up in the middle it would leave a temporary file behind.
    await this.#trees.settle();
    await this.#own.settle();
    await this.#indexing;
  }

  #knownBlobs(parent: SnapshotFile | undefined): KnownBlobs {
    const ids = this.#repository.index.ids('data');
    // A foreign parent may claim anything; the table grows when it must.
    const expected = Math.min(parent?.summary?.totalFilesProcessed ?? 0, expectedFilesLimit);
    const known = KnownBlobs.create(ids.length / 32 + Math.max(65_536, expected >>> 2));
    for (let at = 0; at < ids.length; at += 32) {
      const id = ids.subarray(at, at + 32);
      if (this.#damaged.size === 0 || !this.#damaged.has(Buffer.from(id.buffer, id.byteOffset, 32).toString('hex'))) known.claim(id);
    }
    return known;
  }

  #rememberedFolders(snapshot: string | undefined): FolderMemory | undefined {
    const { memoryPath, programVersion: program } = this.#input;
    if (memoryPath === undefined || snapshot === undefined) return undefined;
    try {
      return FolderMemory.read(this.#context.files, memoryPath, { program, snapshot, indexes: this.#repository.indexFiles });
    } catch (error) {
      this.#context.logger.warn('what the last snapshot saw cannot be read', { error: String(error) });
      return undefined;
    }
  }

  /** The snapshot is done: what cannot be noted now only costs the next one time. */
  #remember(notes: FolderNotes | undefined, snapshot: string): void {
    const { memoryPath, programVersion: program } = this.#input;
    if (memoryPath === undefined || notes === undefined) return;
    try {
      notes.write(this.#context.files, memoryPath, { program, snapshot, indexes: [...this.#repository.indexFiles] });
    } catch (error) {
      this.#context.logger.warn('what this snapshot saw could not be noted', { error: String(error) });
    }
  }

  /** How much there will be: as much as in the parent, or what a second thread counts meanwhile. */
  #showTotals(parent: SnapshotFile | undefined, skip: ReadonlySet<string>): void {
    const { summary } = parent ?? {};
    this.#onProgress({ phase: 'writing', filesTotal: summary?.totalFilesProcessed ?? null, bytesTotal: summary?.totalBytesProcessed ?? null });
    if (summary !== undefined || this.#input.entries === true) return;
    const scan: ScanInput = { paths: this.#input.paths, excludes: this.#input.excludes, leaveOut: this.#input.leaveOut, skip };
    const cancel = this.#context.clock.setTimer(countAfterMs, () => {
      this.#context.workers.run<ScanResult>('snapshots.scan', scan, { signal: this.#scanning.signal }).then(
        ({ files, bytes }) => this.#onProgress({ filesTotal: files, bytesTotal: bytes }),
        (error: unknown) => {
          if (!this.#scanning.signal.aborted) this.#context.logger.debug('the total could not be counted', { error: String(error) });
        }
      );
    });
    this.#scanning.signal.addEventListener('abort', cancel, { once: true });
  }

  /** As restic keeps standard input: of the moment of the snapshot and of who takes it; readable by them alone. */
  #streamNode(name: string): TreeNode {
    const { files, machine } = this.#context;
    const time = utcTime(this.#input.timeNs);
    const [uid, gid] = [machine.uid ?? 0, machine.gid ?? 0];
    return { name, type: 'file', mode: 0o600, mtime: time, atime: time, ctime: time, uid, gid, user: files.userName(uid) ?? '', group: files.groupName(gid) ?? '', inode: 0n, deviceId: 0n, links: 1, content: [] };
  }

  /** Which files of the parent are copies of databases; nothing when that cannot be had: they are copied anew. */
  async #databasesBefore(treeId: string | undefined): Promise<DatabaseRecord> {
    const nothing: DatabaseRecord = new Map();
    const carried = (treeId === undefined ? undefined : await this.#loadBefore(treeId))?.find(isCarried);
    const node = (carried?.subtree === undefined ? undefined : await this.#loadBefore(carried.subtree))?.find(({ name }) => name === recordName);
    if (node?.type !== 'file' || !Array.isArray(node.content) || (node.size ?? 0) > recordLimitBytes) return nothing;
    try {
      const pieces: Buffer[] = [];
      for (const id of node.content) pieces.push(await this.#repository.loadBlob('data', id, this.#signal));
      return decodeRecord(Buffer.concat(pieces));
    } catch (error) {
      if (this.#signal.aborted) throw error;
      return nothing;
    }
  }

  /** A parent's tree that cannot be read only costs time: its files are read again. */
  async #loadBefore(treeId: string): Promise<TreeNode[] | undefined> {
    try {
      return await this.#repository.loadTree(treeId, this.#signal);
    } catch (error) {
      if (this.#signal.aborted) throw error;
      this.#context.logger.warn('a folder of the parent snapshot could not be read', { treeId, error: String(error) });
      return undefined;
    }
  }

  /** Content of files that are on no disk: in a data thread where one runs or there are cuts to find, else here. */
  async #saveBytes(contents: readonly Uint8Array[], data: DataThreads, sizes: ChunkSizes): Promise<readonly ReadResult[]> {
    if (data.started || contents.some(({ length }) => length > sizes.minBytes)) {
      let results: readonly ReadResult[] = [];
      await data.submit({ kind: 'bytes', files: contents.map((bytes) => Uint8Array.from(bytes)) }, (read) => (results = read));
      await data.idle();
      return results;
    }
    const results: ReadResult[] = [];
    const own = new Set<string>();
    for (const bytes of contents) {
      const id = sha256Hex(bytes);
      if (bytes.length > 0 && !own.has(id) && !this.#has('data', id)) {
        own.add(id);
        await this.#own.add(id, bytes);
      }
      results.push({ content: bytes.length === 0 ? [] : [id], sizeBytes: bytes.length });
    }
    return results;
  }

  /** In the repository from before, and not known to be damaged. */
  #has(type: 'data' | 'tree', id: string): boolean {
    return this.#repository.index.has(type, id) && !this.#damaged.has(id);
  }

  #saveTree(nodes: readonly TreeNode[]): string {
    const bytes = encodeTree(nodes);
    const id = sha256Hex(bytes);
    if (this.#input.proven === true) for (const { content } of nodes) for (const each of content ?? []) if (this.#has('data', each)) this.#reused.data.add(each);
    if (this.#newTrees.has(id)) return id;
    if (this.#has('tree', id)) {
      if (this.#input.proven === true) this.#reused.tree.add(id);
      return id;
    }
    this.#newTrees.add(id);
    const wait = this.#trees.add(id, bytes);
    if (wait) {
      const mine: Promise<void> = wait.finally(() => {
        if (this.#treeWait === mine) this.#treeWait = undefined;
      });
      mine.catch((error: unknown) => this.#data?.abort(error));
      this.#treeWait = mine;
    }
    this.#takePacks(this.#trees.takeFinished());
    return id;
  }

  #takePacks(packs: readonly IndexPack[]): void {
    for (const pack of packs) {
      this.#unindexed.push(pack);
      this.#unindexedBlobs += pack.blobs.length;
    }
    if (this.#unindexedBlobs === 0) return;
    if (this.#unindexedBlobs >= indexBlobs || this.#context.clock.monotonicMs() - this.#indexedAt >= indexMs) void this.#flushIndex(this.#signal).catch((error: unknown) => this.#data?.abort(error));
  }

  /**
   * Index files one after the other; each names only packs that are durable. What could not be written is kept for the next flush: a
   * snapshot must never be saved with a blob that no index names.
   */
  #flushIndex(signal: AbortSignal | undefined): Promise<void> {
    const flushed = this.#indexing.then(async () => {
      const packs = this.#unindexed;
      this.#unindexed = [];
      this.#unindexedBlobs = 0;
      this.#indexedAt = this.#context.clock.monotonicMs();
      if (packs.length === 0) return;
      try {
        // Not taken into the loaded index: what is new here is known to `#newTrees` and to the threads, and a first snapshot of many files would double it.
        await this.#repository.writeIndex(packs, signal);
      } catch (error) {
        this.#unindexed.unshift(...packs);
        this.#unindexedBlobs += packs.reduce((sum, pack) => sum + pack.blobs.length, 0);
        throw error;
      }
    });
    this.#indexing = flushed.catch(() => undefined);
    return flushed;
  }
}
