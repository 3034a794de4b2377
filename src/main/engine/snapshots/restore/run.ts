// A whole restore: lock, choose, decide, check the room, write, finish. Order, and what a stop after each step leaves:
//   1. folders that are missing, private                    -> empty folders
//   2. files, each whole under its name or not at all        -> a part of the files, every one of them whole; perhaps one temporary
//   3. hard links, symbolic links, special files             -> the same
//   4. modes, owners and times of folders, from the leaves up
// Nothing outside the target is touched, and no link is followed on the way to a file.
import { dirname } from 'node:path';
import type { TaskProgress } from '../../../../contract/events.ts';
import { errnoOf, fail, throwIfAborted, VarveError } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { Files, WorkerContext } from '../../ports.ts';
import { createLocalBackend, lockForReading, Repository, sha256Hex, twiceWhenRaced } from '../../repository/index.ts';
import { chunkSizes } from '../archive/chunks.ts';
import { DataLanes } from './data-lanes.ts';
import { DataWork } from './data-work.ts';
import { decide, type Decided, type Decisions } from './decide.ts';
import { failureOf, WriteProblem, type Failure } from './failures.ts';
import { applyMetadata, Degraded } from './metadata.ts';
import type { JobOutcome, PreviewFacts, ReportFacts, RestoreRequest } from './protocol.ts';
import { Refusals } from './refusals.ts';
import { selectItems } from './select.ts';
import { markOf, removeLeftBehind } from './temporaries.ts';
import { TrustedFolders } from './trusted-folders.ts';
import { discard, type FileWriter } from './write-file.ts';
import { placesOf, writeFiles } from './write-files.ts';

const breatheMs = 10;
const progressMs = 100;
const listedConflicts = 500;
/** Up to this much one thread is faster than starting several. */
const fewFiles = 256;
const fewBytes = 32 * 1024 * 1024;
/** Room that is left to the file system itself. */
const spareBytes = 16 * 1024 * 1024;

export interface RestoreOptions {
  signal: AbortSignal;
  onProgress(update: Partial<TaskProgress>): void;
  onLockFile(lockId: string, written: boolean): void;
}

type Context = Pick<WorkerContext, 'files' | 'clock' | 'random' | 'logger' | 'machine' | 'workers'>;

export function restoreSnapshot(context: Context, request: RestoreRequest, options: RestoreOptions): Promise<{ preview: PreviewFacts } | { report: ReportFacts }> {
  return twiceWhenRaced((settleLater) => restoreOnce(context, request, options, settleLater));
}

async function restoreOnce(context: Context, request: RestoreRequest, options: RestoreOptions, settleLater: boolean): Promise<{ preview: PreviewFacts } | { report: ReportFacts }> {
  const { files, random, clock } = context;
  const lost = new AbortController();
  const signal = AbortSignal.any([options.signal, lost.signal]);
  options.onProgress({ phase: 'opening' });
  const repository = await Repository.open({ backend: createLocalBackend({ files, random, path: request.repositoryPath }), masterKey: request.masterKey, random, clock, signal, indexCache: { files, path: request.indexCache } });
  options.onProgress({ phase: 'locking' });
  const lock = await lockForReading(repository, {
    identity: request.identity,
    signal,
    settleLater,
    onLost: () => lost.abort(),
    onWrite: (lockId) => options.onLockFile(lockId, true),
    onRemove: (lockId) => options.onLockFile(lockId, false)
  });
  try {
    options.onProgress({ phase: 'checking-index' });
    await repository.loadIndex(signal);
    return await new Restoring(context, request, repository, signal, options.onProgress, async () => lock?.ready()).run();
  } catch (error) {
    if (lost.signal.aborted) await lock?.ready(); // says why, unless it was held and then lost
    if (lost.signal.aborted) throw new VarveError('LOCK_LOST', `the lock on ${request.repositoryPath} was lost`, { path: request.repositoryPath }, { cause: error });
    throw error;
  } finally {
    await lock?.release();
  }
}

class Restoring {
  readonly #context: Context;
  readonly #request: RestoreRequest;
  readonly #repository: Repository;
  readonly #signal: AbortSignal;
  readonly #onProgress: (update: Partial<TaskProgress>) => void;
  readonly #zeroChunk: string;
  readonly #degraded = new Degraded();
  #refused = new Refusals();
  #breathedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  readonly #folders: TrustedFolders;
  readonly #report: ReportFacts = { files: 0, identical: 0, folders: 0, links: 0, bytes: 0, kept: 0, replaced: 0, beside: 0, skipped: [], skippedCount: 0, degraded: [], writeMs: 0, verifyMs: 0 };
  #bytesTotal = 0;
  readonly #mayWrite: () => Promise<void>;
  readonly #leftBehind: ReadonlySet<string>;

  /** `mayWrite` resolves when the lock holds for certain: what is written before that might have to be written again. */
  constructor(context: Context, request: RestoreRequest, repository: Repository, signal: AbortSignal, onProgress: (update: Partial<TaskProgress>) => void, mayWrite: () => Promise<void>) {
    this.#mayWrite = mayWrite;
    this.#context = context;
    this.#request = request;
    this.#leftBehind = new Set(request.leftBehind);
    this.#repository = repository;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#zeroChunk = sha256Hex(new Uint8Array(chunkSizes(repository.config.chunker).minBytes));
    this.#breathedAt = context.clock.monotonicMs();
    this.#folders = new TrustedFolders({ ...context, target: request.target });
  }

  async run(): Promise<{ preview: PreviewFacts } | { report: ReportFacts }> {
    const { target } = this.#request;
    const decisions = await this.#plan();
    const freeBytes = freeAt(this.#context.files, target);
    if (this.#request.preview) return { preview: this.#preview(decisions, freeBytes) };
    if (decisions.bytes + spareBytes > freeBytes) fail('NO_SPACE', `restoring needs ${decisions.bytes} bytes, ${freeBytes} are free`, { path: target, neededBytes: decisions.bytes, freeBytes });
    await this.#mayWrite();
    return { report: await this.#write(decisions) };
  }

  async #plan(): Promise<Decisions> {
    const { files, machine } = this.#context;
    const { target, conflict, day, forbidden, forbiddenIds, include, exclude, treeId } = this.#request;
    this.#onProgress({ phase: 'planning' });
    const selection = await selectItems(treeId, include, exclude, {
      loadTree: async (id) => {
        const breath = this.#breathe();
        if (breath !== undefined) await breath;
        return this.#repository.loadTree(id, this.#signal);
      },
      platform: machine.platform,
      separator: pathsOf(machine.platform).sep,
      signal: this.#signal
    });
    this.#refused = selection.refused;
    return decide(selection.items, {
      files,
      platform: machine.platform,
      target,
      conflict,
      day,
      forbidden,
      forbiddenIds,
      plainLength: (id) => this.#repository.index.plainLength('data', id),
      zeroChunk: this.#zeroChunk,
      refused: this.#refused,
      onItem: () => this.#breathe()
    });
  }

  #preview(decisions: Decisions, freeBytes: number): PreviewFacts {
    const of = (action: Decided['action']): Decided[] => decisions.files.filter((file) => file.action === action);
    const inTheWay = [...decisions.files, ...decisions.others].filter((one) => one.action !== 'new');
    return {
      target: this.#request.target,
      newFiles: of('new').length,
      newBytes: decisions.bytes,
      identicalFiles: of('identical').length,
      keptFiles: of('keep').length,
      replacedFiles: of('replace').length,
      besideFiles: of('both').length,
      folders: decisions.folders.filter((folder) => !folder.exists).length,
      links: decisions.others.filter((one) => one.item.node.type === 'symlink' && one.action !== 'keep' && one.action !== 'identical').length,
      special: decisions.others.filter((one) => one.item.node.type !== 'symlink').length,
      refused: this.#refused.list,
      conflicts: inTheWay.slice(0, listedConflicts).map(({ item, action }) => ({ path: displayName(`/${item.path}`), action: action === 'new' ? 'keep' : action })),
      freeBytes,
      enoughSpace: decisions.bytes + spareBytes <= freeBytes
    };
  }

  async #write(decisions: Decisions): Promise<ReportFacts> {
    const { files, clock } = this.#context;
    const startedMs = clock.monotonicMs();
    for (const { action } of decisions.files) {
      if (action === 'keep') this.#report.kept += 1;
      else if (action === 'identical') {
        this.#report.files += 1;
        this.#report.identical += 1;
      }
    }
    const writing = decisions.files.filter((file) => file.action !== 'keep' && file.action !== 'identical');
    // Who asks for everything to be replaced wants mode, owner and times back, too, where the content is the same already.
    const touched = this.#request.conflict === 'replace' ? decisions.files.filter((file) => file.action === 'identical') : [];
    decisions.files = []; // what is written is let go of on the way
    this.#bytesTotal = decisions.bytes;
    this.#onProgress({ phase: 'restoring', filesDone: this.#report.files, filesTotal: this.#report.files + writing.length, bytesDone: 0, bytesTotal: decisions.bytes });
    files.mkdirs(this.#request.target);
    this.#tidy(this.#request.target);
    const made = await this.#makeFolders(decisions);
    const writer = await this.#writeFiles(decisions, writing);
    for (const file of touched) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#guard(file, () => {
        if (!this.#folders.isReal(dirname(file.path))) throw new WriteProblem('ELOOP');
        applyMetadata(files, file.path, file.item.node, { owners: this.#request.owners, degraded: this.#degraded });
      });
    }
    for (const other of decisions.others) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#guard(other, () => this.#makeOther(other, writer));
    }
    this.#onProgress({ phase: 'finishing', current: null, filesDone: this.#report.files, bytesDone: this.#bytesTotal });
    for (const { item, path } of made.reverse()) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      if (this.#folders.isReal(path)) applyMetadata(files, path, item.node, { owners: this.#request.owners, degraded: this.#degraded });
    }
    this.#settle();
    const { verifyMs } = this.#report;
    return {
      ...this.#report,
      skipped: this.#refused.list,
      skippedCount: this.#refused.count,
      degraded: this.#degraded.list(),
      verifyMs: Math.round(verifyMs),
      writeMs: Math.max(0, Math.round(clock.monotonicMs() - startedMs - verifyMs))
    };
  }

  /** Every folder that is ours to finish: made now, or there before where everything is to be replaced. */
  async #makeFolders(decisions: Decisions): Promise<Decisions['folders']> {
    const { files } = this.#context;
    const made: Decisions['folders'] = [];
    for (const folder of decisions.folders) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#guard({ item: folder.item }, () => {
        this.#requireReal(dirname(folder.path));
        if (!folder.exists) files.mkdir(folder.path, 0o700);
        else {
          this.#requireReal(folder.path);
          this.#tidy(folder.path);
        }
        if (!folder.exists) this.#report.folders += 1;
        if (!folder.exists || this.#request.conflict === 'replace') made.push(folder);
      });
    }
    return made;
  }

  /** What restores that were killed have left in a folder. Not being able to is no reason not to restore. */
  #tidy(folder: string): void {
    if (this.#leftBehind.size === 0) return;
    const { files, logger } = this.#context;
    try {
      const removed = removeLeftBehind(files, folder, this.#leftBehind);
      if (removed > 0) logger.info('temporary files of an interrupted restore were removed', { count: removed });
    } catch (error) {
      const reason = errnoOf(error);
      if (reason === undefined) throw error;
      logger.warn('temporary files of an interrupted restore could not be removed', { reason });
    }
  }

  /** Returns what makes single entries, for those that are left. */
  async #writeFiles(decisions: Decisions, writing: Decided[]): Promise<FileWriter> {
    const { files, workers } = this.#context;
    const { index } = this.#repository;
    const { repositoryPath, masterKey, target, owners, mark: restore } = this.#request;
    const shared = { repositoryPath, masterKey, target, owners, zeroChunk: this.#zeroChunk };
    const stop = new SharedArrayBuffer(4);
    const isStopped = new Int32Array(stop);
    const own = new DataWork({ ...this.#context, ...shared, mark: markOf(restore, 0), repository: this.#repository, degraded: this.#degraded, signal: this.#signal, stopped: () => this.#signal.aborted || Atomics.load(isStopped, 0) !== 0, breathe: () => this.#breathe() });
    const little = writing.length <= fewFiles && decisions.bytes <= fewBytes;
    const lanes = new DataLanes({ own, stop, workers, threads: little ? 0 : workers.dataThreads - 1, input: shared, restore, placesOf: (content) => placesOf(content, index), signal: this.#signal });
    let verifyMs = 0;
    try {
      await writeFiles(writing, {
        files,
        index,
        zeroChunk: this.#zeroChunk,
        lanes,
        folders: this.#folders,
        writer: own.writer,
        degraded: this.#degraded,
        signal: this.#signal,
        breathe: () => this.#breathe(),
        onOutcome: (file, outcome) => this.#settleFile(file, outcome),
        onVerified: (ms) => (verifyMs += ms)
      });
    } finally {
      await lanes.close();
    }
    this.#report.verifyMs = verifyMs / lanes.count;
    return own.writer;
  }

  #settleFile(file: Decided, outcome: JobOutcome): void {
    if (!('sizeBytes' in outcome)) return this.#refuse(file, outcome);
    this.#countFile(file, outcome.sizeBytes);
    const now = this.#context.clock.monotonicMs();
    if (now - this.#shownAt < progressMs) return;
    this.#shownAt = now;
    this.#onProgress({ filesDone: this.#report.files, bytesDone: Math.min(this.#report.bytes, this.#bytesTotal), current: displayName(`/${file.item.path}`) });
  }

  #countFile(file: Decided, sizeBytes: number): void {
    this.#report.files += 1;
    this.#report.identical += 1;
    this.#report.bytes += sizeBytes;
    if (file.action === 'replace') this.#report.replaced += 1;
    if (file.action === 'both') this.#report.beside += 1;
  }

  #makeOther(other: Decided, writer: FileWriter): void {
    const { files, machine } = this.#context;
    const { node } = other.item;
    if (other.action === 'keep') this.#report.kept += 1;
    if (other.action === 'keep' || other.action === 'identical') return;
    if (node.type === 'socket' || node.type === 'irregular') return this.#degraded.note(`${node.type} left out`);
    if ((node.type === 'dev' || node.type === 'chardev') && machine.uid !== 0) return this.#degraded.note('device left out, only the administrator may make one');
    this.#requireReal(dirname(other.path));
    const temporary = writer.temporaryPath(other.path);
    try {
      if (node.type === 'symlink') files.symlink(node.linkTarget ?? '', temporary);
      else if (node.type === 'fifo' || node.type === 'dev' || node.type === 'chardev') files.mknod(temporary, node.type, 0o600, node.device ?? 0n);
      applyMetadata(files, temporary, node, { owners: this.#request.owners, degraded: this.#degraded });
      writer.putInPlace(temporary, other.path, other.action === 'replace');
    } catch (error) {
      discard(files, temporary);
      throw error;
    }
    if (node.type === 'symlink') this.#report.links += 1;
    if (other.action === 'replace') this.#report.replaced += 1;
    if (other.action === 'both') this.#report.beside += 1;
  }

  /** One sync at the end for all files that replaced nothing (each that did was made durable before its rename). */
  #settle(): void {
    try {
      this.#context.files.syncFileSystem(this.#request.target);
    } catch (error) {
      this.#degraded.note(`sync (${errnoOf(error) ?? 'error'})`);
    }
  }

  #requireReal(folder: string): void {
    if (!this.#folders.isReal(folder)) throw new WriteProblem('ELOOP');
  }

  /** A file that fails is named, the rest goes on; a full disk and cancellation end everything. */
  #guard(decided: Pick<Decided, 'item'>, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#noteFailure(decided, error);
    }
  }

  #noteFailure(decided: Pick<Decided, 'item'>, error: unknown): void {
    throwIfAborted(this.#signal);
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    this.#refuse(decided, failure);
  }

  #refuse({ item }: Pick<Decided, 'item'>, { reason, full }: Failure): void {
    if (full) fail('NO_SPACE', 'the target is full', { path: this.#request.target });
    this.#refused.add(`/${item.path}`, reason);
    this.#onProgress({ errors: this.#refused.count });
  }

  /** Often called, and nearly never has to wait. */
  #breathe(): Promise<void> | undefined {
    throwIfAborted(this.#signal);
    return this.#context.clock.monotonicMs() - this.#breathedAt < breatheMs ? undefined : this.#takeBreath();
  }

  async #takeBreath(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#breathedAt = this.#context.clock.monotonicMs();
    throwIfAborted(this.#signal);
  }
}

/** Free bytes where the target lies or will lie. */
function freeAt(files: Files, target: string): number {
  for (let at = target; ; at = dirname(at)) if (files.stat(at) !== undefined) return files.space(at).freeBytes;
}
