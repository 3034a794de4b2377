// What every thread that maintains repositories does around its work: open them, lock them, pass on progress and locks, give the locks back.
import { isVarveError } from '../../kit/errors.ts';
import type { TaskProgress } from '../../../../contract/events.ts';
import type { WorkerContext } from '../../ports.ts';
import { breathing } from '../backend/breathing.ts';
import { createLocalBackend } from '../backend/local.ts';
import type { MasterKey } from '../format/seal.ts';
import { lockNotes, type LockNote } from '../lock-notes.ts';
import type { LockHandle } from '../locks.ts';
import { lockIdentity } from '../model.ts';
import { lockForReading } from '../read-lock.ts';
import { Repository } from '../repository.ts';
import { throttle } from '../throttle.ts';

/** A repository to open. `looking`: a shared lock, and none where the place cannot be written. */
export interface PlaceToMaintain {
  path: string;
  masterKey: MasterKey;
  lock: 'exclusive' | 'shared' | 'looking';
}

/** `place`: which of the places the lock file lies in. */
export type MaintenanceMessage = { kind: 'progress'; update: Partial<TaskProgress> } | (LockNote & { place: number }) | { kind: 'done'; result: unknown };

export interface Maintaining {
  signal: AbortSignal;
  onProgress: (update: Partial<TaskProgress>) => void;
}

/** Runs `work` on the opened and locked repositories and posts what it returns. A lost lock stops it with LOCK_LOST. */
export async function maintain<R>(context: WorkerContext, places: readonly PlaceToMaintain[], work: (repositories: Repository[], running: Maintaining) => Promise<R>): Promise<void> {
  const { files, random, clock, closing } = context;
  const post = (message: MaintenanceMessage): void => context.post(message);
  const onProgress = throttle((update) => post({ kind: 'progress', update }), () => clock.monotonicMs());
  const stop = new AbortController();
  const signal = AbortSignal.any([closing, stop.signal]);
  const repositories: Repository[] = [];
  const locks: (LockHandle | undefined)[] = [];
  let lost: Repository | undefined;
  try {
    for (const { path, masterKey } of places) repositories.push(await Repository.open({ backend: breathing(createLocalBackend({ files, random, path }), clock), masterKey, random, clock, signal }));
    onProgress({ phase: 'locking' });
    for (const [place, repository] of repositories.entries()) {
      const onLost = (): void => {
        lost = repository;
        stop.abort();
      };
      locks.push(await lockPlace(context, repository, { place, kind: places[place]?.lock ?? 'exclusive', signal, onLost }));
    }
    post({ kind: 'done', result: await work(repositories, { signal, onProgress }) });
  } catch (error) {
    if (lost && !(isVarveError(error) && error.code === 'LOCK_LOST')) lost.refuseLostLock();
    throw error;
  } finally {
    for (const lock of locks) await lock?.release();
  }
}

interface PlaceLock {
  place: number;
  kind: PlaceToMaintain['lock'];
  signal: AbortSignal;
  onLost: () => void;
}

function lockPlace(context: WorkerContext, repository: Repository, { place, kind, signal, onLost }: PlaceLock): Promise<LockHandle | undefined> {
  const line = { post: (note: unknown) => context.post({ ...(note as LockNote), place }), onMessage: (listener: (message: unknown) => void) => context.onMessage(listener), closing: context.closing };
  const options = { identity: lockIdentity(context.machine), signal, onLost, ...lockNotes(line) };
  return kind === 'looking' ? lockForReading(repository, { ...options, logger: context.logger }) : repository.lock({ ...options, exclusive: kind === 'exclusive' });
}
