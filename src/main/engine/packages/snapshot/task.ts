import { fail } from '../../kit/errors.ts';
import type { WorkerTask } from '../../ports.ts';
import { createLocalBackend, lockForReading, lockNotes, Repository, type LockIdentity, type MasterKey } from '../../repository/index.ts';
import type { PlacedPackage, PlaceRequest } from '../place.ts';
import { createProgress, stopSignal, type TaskMessage } from '../../kit/task-line.ts';
import { placeSnapshot } from './place.ts';

export interface PackSnapshotInput {
  repositoryPath: string;
  masterKey: MasterKey;
  /** File of the home's cache for the loaded index. */
  indexCache: string;
  identity: LockIdentity;
  treeId: string;
  /** As in the snapshot; all of it when none. */
  paths: readonly string[];
  /** What the manifest says it was made of. */
  sourceDir: string;
  /** Further fields of the manifest: which snapshot, of which plan, when. */
  further: Readonly<Record<string, unknown>>;
  place: Pick<PlaceRequest, 'folder' | 'format' | 'name' | 'passphrase'>;
  generator: string;
}

/** Spawned: holds a shared lock of the repository, whose notes come as those of place 0; tells its progress, and last the PlacedPackage. */
export const packSnapshotTask: WorkerTask = async (context, input) => {
  const { files, clock, random, logger } = context;
  const { repositoryPath, masterKey, indexCache, identity, treeId, paths, sourceDir, further, place, generator } = input as PackSnapshotInput;
  const lost = new AbortController();
  const signal = AbortSignal.any([stopSignal(context), lost.signal]);
  const progress = createProgress(context, 'writing');
  const repository = await Repository.open({ backend: createLocalBackend({ files, random, path: repositoryPath }), masterKey, random, clock, signal, indexCache: { files, path: indexCache } });
  const line = { post: (note: unknown) => context.post({ ...(note as object), place: 0 }), onMessage: (listener: (message: unknown) => void) => context.onMessage(listener), closing: context.closing };
  const lock = await lockForReading(repository, { identity, logger, signal, onLost: () => lost.abort(), ...lockNotes(line) });
  try {
    await repository.loadIndex(signal);
    const placed = await placeSnapshot({ files, clock, random }, { ...place, signal }, { repository, treeId, paths, facts: { sourceDir, generator, further } }, progress);
    context.post({ kind: 'done', facts: placed } satisfies TaskMessage<PlacedPackage>);
  } catch (error) {
    if (lost.signal.aborted) fail('LOCK_LOST', 'a lock was lost', { path: repositoryPath }, error);
    throw error;
  } finally {
    await lock?.release();
  }
};
