// A whole restore: lock, choose, decide, check the room, write, finish. Order, and what a stop after each step leaves:
//   1. in place: all that is needed is read and proven          -> nothing
//   2. in place: the safety snapshot, then the undo file         -> a safety snapshot; the next restore makes its own
//   3. folders that are missing, private                         -> empty folders
//   4. what belongs to databases that are replaced is deleted    -> a database without what was not in it yet; the safety snapshot has both
//   5. files, each whole under its name or not at all            -> a part of the files, every one of them whole; perhaps one temporary
//   6. hard links, symbolic links, special files                 -> the same
//   7. what is to be deleted, each folder after what was in it   -> the same
//   8. modes, owners and times of folders, from the leaves up
// Whatever is replaced or deleted must still be what it was when that was decided. Nothing outside the target is touched, and no link is followed on the
// way to a file. Undoing a restore is the same work, decided by undo.ts.
import { dirname } from 'node:path';
import type { TaskProgress } from '../../../../contract/events.ts';
import { errnoOf, fail, throwIfAborted, VarveError } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { WorkerContext } from '../../ports.ts';
import { createLocalBackend, lockForReading, Repository, sha256Hex, twiceWhenRaced } from '../../repository/index.ts';
import { chunkSizes } from '../archive/chunks.ts';
import { takeSample } from '../drills/sample.ts';
import { DataLanes } from './data-lanes.ts';
import { DataWork } from './data-work.ts';
import { sidesOfReplaced } from './database-sides.ts';
import { damagedFiles, refuseDamaged } from './damage.ts';
import { decide, shownPath, writesContent, type Decided, type DecidedFolder, type Decisions, type Extra } from './decide.ts';
import { findExtras } from './extras.ts';
import { failureOf, WriteProblem, type Failure } from './failures.ts';
import { applyMetadata, Degraded, metadataDiffers } from './metadata.ts';
import { namesOfPlace, placeBelow, placeOfOrigin } from './place.ts';
import { previewFacts } from './preview-facts.ts';
import type { JobOutcome, PreviewFacts, ReportFacts, RestoreRequest, SafetyMade } from './protocol.ts';
import type { ProveDeps } from './prove.ts';
import { Refusals } from './refusals.ts';
import { UndoFile, writePreview, writeUndoFile } from './rows.ts';
import { takeSafetySnapshot, touchedBy } from './safety.ts';
import { requireSeen } from './seen.ts';
import { selectItems, type Selection } from './select.ts';
import { markOf, removeLeftBehind } from './temporaries.ts';
import { placesOfWriting, roomFor, type Room } from './room.ts';
import { tokenOf } from './token.ts';
import { TrustedFolders } from './trusted-folders.ts';
import { decideUndo } from './undo.ts';
import { discard, type FileWriter } from './write-file.ts';
import { placesOf, writeFiles } from './write-files.ts';

const breatheMs = 10;
const progressMs = 100;
/** Up to this much one thread is faster than starting several. */
const fewFiles = 256;
const fewBytes = 32 * 1024 * 1024;

export interface RestoreOptions {
  signal: AbortSignal;
  onProgress(update: Partial<TaskProgress>): void;
  onLockFile(lockId: string, written: boolean): void;
  /** In place, before anything is touched: resolves when it is noted that this restore can be undone. */
  onUndoable?(safety: SafetyMade | undefined): Promise<void>;
}

/** `damaged`: how many files and folders cannot be read whole. */
export type RestoreOutcome = { preview: PreviewFacts } | { report: ReportFacts } | { damaged: number };

type Context = Pick<WorkerContext, 'files' | 'clock' | 'random' | 'logger' | 'machine' | 'workers'>;

export function restoreSnapshot(context: Context, request: RestoreRequest, options: RestoreOptions): Promise<RestoreOutcome> {
  return twiceWhenRaced((settleLater) => restoreOnce(context, request, options, settleLater));
}

async function restoreOnce(context: Context, request: RestoreRequest, options: RestoreOptions, settleLater: boolean): Promise<RestoreOutcome> {
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
    return await new Restoring(context, request, repository, signal, options, async () => lock?.ready()).run();
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
  readonly #options: RestoreOptions;
  readonly #onProgress: (update: Partial<TaskProgress>) => void;
  readonly #zeroChunk: string;
  readonly #degraded = new Degraded();
  #refused = new Refusals();
  #breathedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  readonly #folders: TrustedFolders;
  readonly #report: ReportFacts = { files: 0, identical: 0, folders: 0, links: 0, bytes: 0, kept: 0, replaced: 0, beside: 0, metadata: 0, deleted: 0, safetySnapshotId: null, skipped: [], skippedCount: 0, degraded: [], writeMs: 0, verifyMs: 0 };
  #bytesTotal = 0;
  readonly #mayWrite: () => Promise<void>;
  readonly #leftBehind: ReadonlySet<string>;

  /** `mayWrite` resolves when the lock holds for certain: what is written before that might have to be written again. */
  constructor(context: Context, request: RestoreRequest, repository: Repository, signal: AbortSignal, options: RestoreOptions, mayWrite: () => Promise<void>) {
    this.#mayWrite = mayWrite;
    this.#context = context;
    this.#request = request;
    this.#leftBehind = new Set(request.leftBehind);
    this.#repository = repository;
    this.#signal = signal;
    this.#options = options;
    this.#onProgress = options.onProgress;
    this.#zeroChunk = sha256Hex(new Uint8Array(chunkSizes(repository.config.chunker).minBytes));
    this.#breathedAt = context.clock.monotonicMs();
    this.#folders = new TrustedFolders({ ...context, target: request.target });
  }

  async run(): Promise<RestoreOutcome> {
    const request = this.#request;
    if (request.proveOnly) return { damaged: await this.#countDamaged() };
    const decisions = await this.#plan();
    const room = roomFor(this.#context.files, request, decisions, (content) => this.#bytesOf(content));
    if (request.preview) return { preview: await this.#preview(decisions, room) };
    if (request.token !== undefined && request.token !== tokenOf(request, decisions, this.#refused)) fail('PREVIEW_OUTDATED', 'something else would happen now', { name: displayName(request.inPlace?.[0] ?? request.target) });
    if (!room.enough) fail('NO_SPACE', `restoring needs ${room.neededBytes} bytes, ${room.freeBytes} are free`, { path: room.path, neededBytes: room.neededBytes, freeBytes: room.freeBytes });
    if (request.inPlace !== undefined) await this.#prove(decisions);
    await this.#mayWrite();
    if (request.safety !== undefined) await this.#makeUndoable(decisions);
    return { report: await this.#write(decisions) };
  }

  /** Holes that are known as such do not count. */
  #bytesOf(content: readonly string[]): number {
    return content.reduce((sum, id) => sum + (id === this.#zeroChunk ? 0 : (this.#repository.index.plainLength('data', id) ?? 0)), 0);
  }

  async #select(): Promise<Selection> {
    const { platform } = this.#context.machine;
    const { inPlace, deleteExtra, include, exclude, treeId } = this.#request;
    this.#onProgress({ phase: 'planning' });
    if (treeId === '') return { items: [], refused: new Refusals(), spared: new Map(), partial: new Set() };
    const roots = deleteExtra?.roots ?? inPlace?.map((path) => namesOfPlace(path, platform));
    return selectItems(treeId, include, exclude, {
      loadTree: async (id) => {
        const breath = this.#breathe();
        if (breath !== undefined) await breath;
        return this.#repository.loadTree(id, this.#signal);
      },
      platform,
      separator: pathsOf(platform).sep,
      signal: this.#signal,
      inPlace: inPlace !== undefined,
      ...(roots !== undefined && { roots })
    });
  }

  async #plan(): Promise<Decisions> {
    const { files, machine } = this.#context;
    const { target, inPlace, conflict, choices, deleteExtra, owners, modes, day, forbidden, forbiddenIds, undo } = this.#request;
    const selection = await this.#select();
    this.#refused = selection.refused;
    if (this.#request.sample !== undefined) this.#report.chosenFiles = takeSample(selection, this.#request.sample);
    const deps = {
      files,
      platform: machine.platform,
      place: inPlace === undefined ? placeBelow(target) : placeOfOrigin(machine.platform),
      conflict,
      choices: new Map(choices.map(({ path, conflict: chosen }) => [path, chosen])),
      owners,
      modes,
      inPlace: inPlace !== undefined,
      day,
      forbidden,
      forbiddenIds,
      plainLength: (id: string) => this.#repository.index.plainLength('data', id),
      zeroChunk: this.#zeroChunk,
      refused: this.#refused,
      onItem: () => this.#breathe()
    };
    if (undo !== undefined) {
      const left = new UndoFile(files, undo);
      try {
        return await decideUndo(selection.items, left, deps);
      } finally {
        left.close();
      }
    }
    const decisions = await decide(selection.items, deps);
    decisions.sides = await sidesOfReplaced(decisions, { files, replaces: ({ item }) => (deps.choices.get(shownPath(item, machine.platform)) ?? conflict) === 'replace', shown: ({ item }) => shownPath(item, machine.platform), breathe: () => this.#breathe() });
    if (deleteExtra !== undefined) Object.assign(decisions, await findExtras(decisions, selection, { ...deps, separator: pathsOf(machine.platform).sep, leaves: deleteExtra, breathe: () => this.#breathe() }));
    return decisions;
  }

  /** In place: every byte that is needed, before anything is touched. */
  async #prove(decisions: Decisions): Promise<void> {
    const { others = [] } = this.#request;
    const writing = decisions.files.filter(({ action }) => writesContent(action));
    const deps = this.#proving(decisions.bytes);
    const { platform } = this.#context.machine;
    const damaged = await damagedFiles(writing.map(({ item }) => ({ path: shownPath(item, platform), content: item.node.content ?? [] })), deps);
    const unreadable = this.#refused.list.filter(isDamaged).map(({ path }) => path);
    if (damaged.length > 0 || unreadable.length > 0) await refuseDamaged(this.#request, [...damaged, ...unreadable], others, deps);
  }

  /** Of everything that is chosen. */
  async #countDamaged(): Promise<number> {
    const { items, refused } = await this.#select();
    const files = items.filter(({ node }) => node.type === 'file');
    const { platform } = this.#context.machine;
    const damaged = await damagedFiles(files.map((item) => ({ path: shownPath(item, platform), content: item.node.content ?? [] })), this.#proving(null));
    return damaged.length + refused.list.filter(isDamaged).length;
  }

  #proving(bytesTotal: number | null): ProveDeps {
    this.#onProgress({ phase: 'proving', bytesDone: 0, bytesTotal });
    let done = 0;
    return {
      repository: this.#repository,
      zeroChunk: this.#zeroChunk,
      signal: this.#signal,
      breathe: () => this.#breathe(),
      onBytes: (bytes) => this.#showBytes((done += bytes))
    };
  }

  #showBytes(bytesDone: number): void {
    const now = this.#context.clock.monotonicMs();
    if (now - this.#shownAt < progressMs) return;
    this.#shownAt = now;
    this.#onProgress({ bytesDone });
  }

  async #makeUndoable(decisions: Decisions): Promise<void> {
    const { safety } = this.#request;
    if (safety === undefined) return;
    this.#onProgress({ phase: 'safety', bytesDone: 0, bytesTotal: null });
    const touched = touchedBy(decisions);
    const made = await takeSafetySnapshot(this.#context, this.#request, touched, { signal: this.#signal, onProgress: ({ bytesDone, current }) => this.#onProgress({ ...(bytesDone !== undefined && { bytesDone }), ...(current !== undefined && { current }) }), onLockFile: this.#options.onLockFile });
    this.#report.safetySnapshotId = made?.snapshotId ?? null;
    await writeUndoFile(this.#context.files, safety.file, decisions, touched, { plainLength: (id) => this.#repository.index.plainLength('data', id), breathe: () => this.#breathe() });
    await this.#options.onUndoable?.(made);
  }

  async #preview(decisions: Decisions, room: Room): Promise<PreviewFacts> {
    const { previewFile } = this.#request;
    const { platform } = this.#context.machine;
    if (previewFile !== undefined) {
      const plainLength = (id: string): number | undefined => this.#repository.index.plainLength('data', id);
      await writePreview(this.#context.files, previewFile, decisions, this.#refused, { plainLength, shown: ({ item }) => shownPath(item, platform), breathe: () => this.#breathe() });
    }
    return previewFacts(decisions, this.#refused, room, tokenOf(this.#request, decisions, this.#refused));
  }

  async #write(decisions: Decisions): Promise<ReportFacts> {
    const { files, clock } = this.#context;
    const startedMs = clock.monotonicMs();
    for (const { action } of decisions.files) {
      if (action === 'keep') this.#report.kept += 1;
      else if (action === 'identical' || action === 'metadata') {
        this.#report.files += 1;
        this.#report.identical += 1;
      }
    }
    const writing = decisions.files.filter((file) => writesContent(file.action));
    const touched = decisions.files.filter((file) => file.action === 'metadata');
    decisions.files = []; // what is written is let go of on the way
    this.#bytesTotal = decisions.bytes;
    this.#onProgress({ phase: 'restoring', filesDone: this.#report.files, filesTotal: this.#report.files + writing.length, bytesDone: 0, bytesTotal: decisions.bytes });
    if (this.#request.inPlace === undefined) {
      files.mkdirs(this.#request.target);
      this.#tidy(this.#request.target);
    }
    const made = await this.#makeFolders(decisions);
    for (const side of decisions.sides) this.#delete(side);
    const writer = await this.#writeFiles(decisions, writing);
    for (const file of touched) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#guard(file, () => this.#touch(file));
    }
    for (const other of decisions.others) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#guard(other, () => this.#makeOther(other, writer));
    }
    for (const extra of decisions.extras) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#delete(extra);
    }
    this.#onProgress({ phase: 'finishing', current: null, filesDone: this.#report.files, bytesDone: this.#bytesTotal });
    for (const { item, path, action } of made.reverse()) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      if (!this.#folders.isReal(path)) continue;
      applyMetadata(files, path, item.node, { owners: this.#request.owners, degraded: this.#degraded });
      if (action === 'metadata') this.#report.metadata += 1;
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

  /** Every folder that is ours to finish: made now, or there before and to be as it was. */
  async #makeFolders(decisions: Decisions): Promise<DecidedFolder[]> {
    const { files } = this.#context;
    const made: DecidedFolder[] = [];
    for (const folder of decisions.folders) {
      const breath = this.#breathe();
      if (breath !== undefined) await breath;
      this.#guard({ item: folder.item }, () => {
        this.#requireReal(dirname(folder.path));
        if (folder.action === 'new') files.mkdir(folder.path, 0o700);
        else {
          this.#requireReal(folder.path);
          this.#tidy(folder.path);
        }
        if (folder.action === 'new') this.#report.folders += 1;
        if (folder.finish) made.push(folder);
      });
    }
    return made;
  }

  /** Right content, other metadata. */
  #touch({ path, item, seen }: Decided): void {
    const { files } = this.#context;
    this.#requireReal(dirname(path));
    const { owners } = this.#request;
    const now = files.lstat(path);
    // Another name of the same file may have had its turn.
    if (now === undefined || metadataDiffers(files, path, item.node, now, { owners, platform: this.#context.machine.platform })) {
      if (seen !== undefined) requireSeen(files, path, seen);
      applyMetadata(files, path, item.node, { owners, degraded: this.#degraded });
    }
    this.#report.metadata += 1;
  }

  #delete({ path, shown, type, seen }: Extra): void {
    const { files } = this.#context;
    try {
      this.#requireReal(dirname(path));
      if (files.lstat(path) === undefined) return;
      requireSeen(files, path, seen);
      if (type === 'dir') files.rmdir(path);
      else files.unlink(path);
      this.#report.deleted += 1;
    } catch (error) {
      throwIfAborted(this.#signal);
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      this.#refused.add(shown, failure.reason);
    }
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
    if (other.action === 'metadata') this.#touch(other);
    if (!writesContent(other.action)) return;
    if (node.type === 'socket' || node.type === 'irregular') return this.#degraded.note(`${node.type} left out`);
    if ((node.type === 'dev' || node.type === 'chardev') && machine.uid !== 0) return this.#degraded.note('device left out, only the administrator may make one');
    this.#requireReal(dirname(other.path));
    const temporary = writer.temporaryPath(other.path);
    try {
      if (node.type === 'symlink') files.symlink(node.linkTarget ?? '', temporary);
      else if (node.type === 'fifo' || node.type === 'dev' || node.type === 'chardev') files.mknod(temporary, node.type, 0o600, node.device ?? 0n);
      applyMetadata(files, temporary, node, { owners: this.#request.owners, degraded: this.#degraded });
      writer.putInPlace(temporary, other.path, other.action === 'replace', other.seen);
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
    for (const place of placesOfWriting(this.#context.files, this.#request)) {
      try {
        this.#context.files.syncFileSystem(place);
      } catch (error) {
        this.#degraded.note(`sync (${errnoOf(error) ?? 'error'})`);
      }
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
    if (full) fail('NO_SPACE', 'the target is full', { path: this.#request.inPlace?.[0] ?? this.#request.target });
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

function isDamaged({ reason }: { reason: string }): boolean {
  return reason.startsWith('damaged') || reason === 'contains itself';
}
