// The one-shot task `repository.locks`: lists the locks of a repository, or removes some. Takes no lock itself: it must work where one is stuck.
import type { WorkerContext } from '../../ports.ts';
import { createLocalBackend } from '../backend/local.ts';
import type { MasterKey } from '../format/seal.ts';
import { Repository } from '../repository.ts';
import { judgeLocks, removeLocks, type JudgedLock } from './judge.ts';

export interface LocksInput {
  path: string;
  masterKey: MasterKey;
  remove?: 'stale' | 'all';
}

export interface LocksOutcome {
  removed: JudgedLock[];
  left: JudgedLock[];
}

export async function locksTask(context: WorkerContext, input: unknown): Promise<LocksOutcome> {
  const { path, masterKey, remove } = input as LocksInput;
  const { files, random, clock, machine, closing: signal } = context;
  const repository = await Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey, random, clock, signal });
  const deps = { backend: repository.backend, files: repository.files, clock, machine, signal };
  return remove === undefined ? { removed: [], left: await judgeLocks(deps) } : removeLocks(deps, remove);
}
