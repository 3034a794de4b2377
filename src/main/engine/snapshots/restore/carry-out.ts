// Carries out what was decided: folders, files, links, deletions, and last what belongs to folders. The order, and what a stop after each step leaves, is in
// run.ts. One file that fails is named, and the rest goes on; a full disk and a cancellation end everything.
import { dirname } from 'node:path';
import type { TaskProgress } from '../../../../contract/events.ts';
import type { Breath } from '../../kit/breath.ts';
import { errnoOf, fail, throwIfAborted } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { WorkerContext } from '../../ports.ts';
import type { Repository } from '../../repository/index.ts';
import { DataLanes } from './data-lanes.ts';
import { DataWork } from './data-work.ts';
import { writesContent, type Decided, type DecidedFolder, type Decisions, type Extra } from './decide.ts';
import { failureOf, WriteProblem, type Failure } from './failures.ts';
import { applyMetadata, Degraded, metadataDiffers } from './metadata.ts';
import type { JobOutcome, ReportFacts, RestoreRequest } from './protocol.ts';
import type { Refusals } from './refusals.ts';
import { placesOfWriting } from './room.ts';
import { requireSeen } from './seen.ts';
import { markOf, removeLeftBehind } from './temporaries.ts';
import { TrustedFolders } from './trusted-folders.ts';
import { discard, type FileWriter } from './write-file.ts';
import { placesOf, writeFiles } from './write-files.ts';

const progressMs = 100;
/** Up to this much one thread is faster than starting several. */
const fewFiles = 256;
const fewBytes = 32 * 1024 * 1024;

export interface CarryOutDeps {
  context: Pick<WorkerContext, 'files' | 'clock' | 'random' | 'logger' | 'machine' | 'workers'>;
  request: RestoreRequest;
  repository: Repository;
  signal: AbortSignal;
  zeroChunk: string;
  breath: Breath;
  /** What was refused while it was decided; what fails is added. */
  refused: Refusals;
  /** What is known of the report already. */
  report: Partial<ReportFacts>;
  onProgress(update: Partial<TaskProgress>): void;
}

export class CarryingOut {
  readonly #context: CarryOutDeps['context'];
  readonly #request: RestoreRequest;
  readonly #repository: Repository;
  readonly #signal: AbortSignal;
  readonly #zeroChunk: string;
  readonly #breath: Breath;
  readonly #refused: Refusals;
  readonly #onProgress: CarryOutDeps['onProgress'];
  readonly #degraded = new Degraded();
  readonly #folders: TrustedFolders;
  readonly #leftBehind: ReadonlySet<string>;
  readonly #report: ReportFacts;
  #bytesTotal = 0;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor({ context, request, repository, signal, zeroChunk, breath, refused, report, onProgress }: CarryOutDeps) {
    this.#context = context;
    this.#request = request;
    this.#repository = repository;
    this.#signal = signal;
    this.#zeroChunk = zeroChunk;
    this.#breath = breath;
    this.#refused = refused;
    this.#onProgress = onProgress;
    this.#folders = new TrustedFolders({ ...context, target: request.target });
    this.#leftBehind = new Set(request.leftBehind);
    this.#report = { files: 0, identical: 0, folders: 0, links: 0, bytes: 0, kept: 0, replaced: 0, beside: 0, metadata: 0, deleted: 0, safetySnapshotId: null, skipped: [], skippedCount: 0, degraded: [], writeMs: 0, verifyMs: 0, ...report };
  }

  async run(decisions: Decisions): Promise<ReportFacts> {
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
      const breath = this.#breath.take();
      if (breath !== undefined) await breath;
      this.#guard(file, () => this.#touch(file));
    }
    for (const other of decisions.others) {
      const breath = this.#breath.take();
      if (breath !== undefined) await breath;
      this.#guard(other, () => this.#makeOther(other, writer));
    }
    for (const extra of decisions.extras) {
      const breath = this.#breath.take();
      if (breath !== undefined) await breath;
      this.#delete(extra);
    }
    this.#onProgress({ phase: 'finishing', current: null, filesDone: this.#report.files, bytesDone: this.#bytesTotal });
    for (const { item, path, action } of made.reverse()) {
      const breath = this.#breath.take();
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
      const breath = this.#breath.take();
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
    const own = new DataWork({ ...this.#context, ...shared, mark: markOf(restore, 0), repository: this.#repository, degraded: this.#degraded, signal: this.#signal, stopped: () => this.#signal.aborted || Atomics.load(isStopped, 0) !== 0, breathe: () => this.#breath.take() });
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
        breathe: () => this.#breath.take(),
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
}
