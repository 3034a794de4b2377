// The thread `repository.repair`. A dry run only looks.
import type { RepairWhat } from '../../../../contract/maintenance.ts';
import type { WorkerContext } from '../../ports.ts';
import type { MasterKey } from '../format/seal.ts';
import { maintain } from '../maintenance/thread.ts';
import type { Repository } from '../repository.ts';
import { repairIndex } from './index-repair.ts';
import { repairPacks } from './pack-repair.ts';
import { repairSnapshots } from './snapshot-repair.ts';

export interface RepairInput {
  path: string;
  masterKey: MasterKey;
  what: RepairWhat;
  dryRun: boolean;
  forget: boolean;
}

export function repairTask(context: WorkerContext, input: unknown): Promise<void> {
  const { path, masterKey, what, dryRun, forget } = input as RepairInput;
  return maintain(context, [{ path, masterKey, lock: dryRun ? 'looking' : 'exclusive' }], ([opened], running) => {
    const repository = opened as Repository;
    const options = { dryRun, random: context.random, ...running };
    if (what === 'index') return repairIndex(repository, options);
    return what === 'packs' ? repairPacks(repository, options) : repairSnapshots(repository, { ...options, forget });
  });
}
