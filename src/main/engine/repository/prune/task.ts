// The thread `repository.prune`. A dry run only looks: it needs no lock of its own where the place cannot be written.
import type { MaxUnused } from '../../../../contract/maintenance.ts';
import type { WorkerContext } from '../../ports.ts';
import type { MasterKey } from '../format/seal.ts';
import { maintain } from '../maintenance/thread.ts';
import type { Repository } from '../repository.ts';
import { pruneRepository } from './prune.ts';

export interface PruneInput {
  path: string;
  masterKey: MasterKey;
  dryRun: boolean;
  maxUnused: MaxUnused;
}

export function pruneTask(context: WorkerContext, input: unknown): Promise<void> {
  const { path, masterKey, dryRun, maxUnused } = input as PruneInput;
  return maintain(context, [{ path, masterKey, lock: dryRun ? 'looking' : 'exclusive' }], ([repository], running) =>
    pruneRepository(repository as Repository, { dryRun, maxUnused, random: context.random, ...running })
  );
}
