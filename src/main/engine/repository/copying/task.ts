// The thread `repository.copy`. The source is only read: it may lie where nothing can be written.
import type { WorkerContext } from '../../ports.ts';
import type { MasterKey } from '../format/seal.ts';
import { maintain } from '../maintenance/thread.ts';
import type { Repository } from '../repository.ts';
import { copySnapshots } from './copy.ts';

export interface CopyInput {
  from: { path: string; masterKey: MasterKey };
  to: { path: string; masterKey: MasterKey };
  snapshots?: readonly string[] | undefined;
}

export function copyTask(context: WorkerContext, input: unknown): Promise<void> {
  const { from, to, snapshots } = input as CopyInput;
  const places = [{ ...from, lock: 'looking' as const }, { ...to, lock: 'shared' as const }];
  return maintain(context, places, ([source, target], running) => copySnapshots(source as Repository, target as Repository, { snapshots, random: context.random, ...running }));
}
