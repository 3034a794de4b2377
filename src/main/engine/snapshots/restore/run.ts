// A whole restore: lock, choose, decide, check the room, prove, make it undoable, carry it out (carry-out.ts). Order, and what a stop after each step leaves:
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
import type { TaskProgress } from '../../../../contract/events.ts';
import { Breath } from '../../kit/breath.ts';
import { fail, VarveError } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import { pathsOf } from '../../kit/paths.ts';
import type { WorkerContext } from '../../ports.ts';
import { createLocalBackend, lockForReading, Repository, sha256Hex, twiceWhenRaced } from '../../repository/index.ts';
import { chunkSizes } from '../archive/chunks.ts';
import { takeSample } from '../drills/sample.ts';
import { CarryingOut } from './carry-out.ts';
import { sidesOfReplaced } from './database-sides.ts';
import { damagedFiles, refuseDamaged } from './damage.ts';
import { decide, shownPath, writesContent, type Decisions } from './decide.ts';
import { findExtras } from './extras.ts';
import { namesOfPlace, placeBelow, placeOfOrigin } from './place.ts';
import { previewFacts } from './preview-facts.ts';
import type { PreviewFacts, ReportFacts, RestoreRequest, SafetyMade } from './protocol.ts';
import type { ProveDeps } from './prove.ts';
import { Refusals } from './refusals.ts';
import { UndoFile, writePreview, writeUndoFile } from './rows.ts';
import { takeSafetySnapshot, touchedBy } from './safety.ts';
import { selectItems, type Selection } from './select.ts';
import { roomFor, type Room } from './room.ts';
import { tokenOf } from './token.ts';
import { decideUndo } from './undo.ts';

const progressMs = 100;
/** Small files come in fast, and what is shown of them moves along. */
const breatheMs = 10;

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
  #refused = new Refusals();
  readonly #breath: Breath;
  #shownAt = Number.NEGATIVE_INFINITY;
  /** What is known of it before anything is written. */
  readonly #report: Partial<ReportFacts> = {};
  readonly #mayWrite: () => Promise<void>;

  /** `mayWrite` resolves when the lock holds for certain: what is written before that might have to be written again. */
  constructor(context: Context, request: RestoreRequest, repository: Repository, signal: AbortSignal, options: RestoreOptions, mayWrite: () => Promise<void>) {
    this.#mayWrite = mayWrite;
    this.#context = context;
    this.#request = request;
    this.#repository = repository;
    this.#signal = signal;
    this.#options = options;
    this.#onProgress = options.onProgress;
    this.#zeroChunk = sha256Hex(new Uint8Array(chunkSizes(repository.config.chunker).minBytes));
    this.#breath = new Breath(context.clock, signal, breatheMs);
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
    return { report: await this.#carryOut(decisions) };
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
        const breath = this.#breath.take();
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
      onItem: () => this.#breath.take()
    };
    if (undo !== undefined) {
      const left = new UndoFile(files, undo);
      try {
        return await decideUndo(selection.items, left, { ...deps, within: inPlace ?? [] });
      } finally {
        left.close();
      }
    }
    const decisions = await decide(selection.items, deps);
    decisions.sides = await sidesOfReplaced(decisions, { files, replaces: ({ item }) => (deps.choices.get(shownPath(item, machine.platform)) ?? conflict) === 'replace', shown: ({ item }) => shownPath(item, machine.platform), breathe: () => this.#breath.take() });
    if (deleteExtra !== undefined) Object.assign(decisions, await findExtras(decisions, selection, { ...deps, separator: pathsOf(machine.platform).sep, leaves: deleteExtra, breathe: () => this.#breath.take() }));
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
      breathe: () => this.#breath.take(),
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
    await writeUndoFile(this.#context.files, safety.file, decisions, touched, { plainLength: (id) => this.#repository.index.plainLength('data', id), breathe: () => this.#breath.take() });
    await this.#options.onUndoable?.(made);
  }

  async #preview(decisions: Decisions, room: Room): Promise<PreviewFacts> {
    const { previewFile } = this.#request;
    const { platform } = this.#context.machine;
    if (previewFile !== undefined) {
      const plainLength = (id: string): number | undefined => this.#repository.index.plainLength('data', id);
      await writePreview(this.#context.files, previewFile, decisions, this.#refused, { plainLength, shown: ({ item }) => shownPath(item, platform), breathe: () => this.#breath.take() });
    }
    return previewFacts(decisions, this.#refused, room, tokenOf(this.#request, decisions, this.#refused));
  }

  #carryOut(decisions: Decisions): Promise<ReportFacts> {
    return new CarryingOut({
      context: this.#context,
      request: this.#request,
      repository: this.#repository,
      signal: this.#signal,
      zeroChunk: this.#zeroChunk,
      breath: this.#breath,
      refused: this.#refused,
      report: this.#report,
      onProgress: this.#onProgress
    }).run(decisions);
  }
}

function isDamaged({ reason }: { reason: string }): boolean {
  return reason.startsWith('damaged') || reason === 'contains itself';
}
