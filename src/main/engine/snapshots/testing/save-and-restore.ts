// Saving and restoring without the engine around it. Only for tests.
import type { Conflict } from '../../../../contract/snapshots.ts';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import type { SaveInput, SaveOutcome } from '../archive/protocol.ts';
import { saveSnapshot } from '../archive/save.ts';
import type { CarriedFile } from '../carried.ts';
import type { PreviewFacts, ReportFacts, RestoreRequest, SafetyMade } from '../restore/protocol.ts';
import { restoreSnapshot } from '../restore/run.ts';
import { cachesOf, saveInput, type Context } from './workshop.ts';

const quiet = { signal: new AbortController().signal, onProgress: () => undefined, onLockFile: () => undefined };

export function save(context: Context, repository: string, key: MasterKey, paths: readonly string[], more: Partial<SaveInput> = {}, signal: AbortSignal = quiet.signal): Promise<SaveOutcome> {
  return saveSnapshot(context, saveInput(context, repository, key, paths, more), { ...quiet, signal });
}

/** A snapshot that carries files along in `/.varve/`. */
export function saveCarrying(context: Context, repository: string, key: MasterKey, paths: readonly string[], files: Readonly<Record<string, string>>): Promise<SaveOutcome> {
  const carried = async (): Promise<CarriedFile[]> => Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content, 'utf8') }));
  return saveSnapshot(context, saveInput(context, repository, key, paths), { ...quiet, carried });
}

type Wanted = Pick<RestoreRequest, 'treeId' | 'target'> & Partial<Omit<RestoreRequest, 'conflict'>> & { conflict?: Conflict };

function requestOf(context: Context, repository: string, key: MasterKey, wanted: Wanted): RestoreRequest {
  return { mark: '0123456789abcdef0123456789abcdef', leftBehind: [], repositoryPath: repository, masterKey: key, indexCache: cachesOf(repository).index, include: [], exclude: [], conflict: 'keep', choices: [], modes: true, owners: context.machine.uid === 0, day: '2026-11-21', forbidden: [], forbiddenIds: [], identity: lockIdentity(context.machine), preview: false, ...wanted };
}

/** A restore in place that can be undone: what `undo` needs to know of it. */
export interface InPlace {
  file: string;
  safety: SafetyMade | undefined;
}

/** In place, as the service asks for it. `paths`: what the snapshot was taken of. `file`: for what the undoing needs. */
export async function restoreInPlace(context: Context, repository: string, key: MasterKey, wanted: Omit<Wanted, 'target'> & { paths: readonly string[]; file: string }, options: { signal?: AbortSignal; onUndoable?: (done: InPlace) => void } = {}): Promise<{ report: ReportFacts; done: InPlace }> {
  const { paths, file, ...rest } = wanted;
  const done: InPlace = { file, safety: undefined };
  const request = requestOf(context, repository, key, { ...rest, target: '/', inPlace: paths, safety: { restore: '01932b6e-0000-7000-8000-0000000000aa', file, offsetMinutes: 0, programVersion: 'varve test' } });
  const outcome = await restoreSnapshot(context, request, {
    ...quiet,
    ...(options.signal && { signal: options.signal }),
    onUndoable: async (safety) => {
      done.safety = safety;
      options.onUndoable?.(done);
    }
  });
  if (!('report' in outcome)) throw new Error('no report');
  return { report: outcome.report, done };
}

export function undoRestore(context: Context, repository: string, key: MasterKey, paths: readonly string[], done: InPlace): Promise<ReportFacts> {
  return restore(context, repository, key, { treeId: done.safety?.treeId ?? '', target: '/', inPlace: paths, conflict: 'replace', undo: done.file });
}

export async function restore(context: Context, repository: string, key: MasterKey, wanted: Wanted, signal: AbortSignal = quiet.signal): Promise<ReportFacts> {
  const outcome = await restoreSnapshot(context, requestOf(context, repository, key, wanted), { ...quiet, signal });
  if (!('report' in outcome)) throw new Error('no report');
  return outcome.report;
}

export async function preview(context: Context, repository: string, key: MasterKey, wanted: Wanted): Promise<PreviewFacts> {
  const outcome = await restoreSnapshot(context, requestOf(context, repository, key, { ...wanted, preview: true }), quiet);
  if (!('preview' in outcome)) throw new Error('no preview');
  return outcome.preview;
}
