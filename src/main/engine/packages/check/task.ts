import type { PackageCheck } from '../../../../contract/packages.ts';
import type { WorkerTask } from '../../ports.ts';
import { createProgress, stopSignal, type PackageTaskMessage } from '../task-line.ts';
import { checkPackage } from './check.ts';
import { checkRecord } from './record.ts';

export interface CheckInput {
  path: string;
  passphrase?: string | undefined;
  /** Versions of state.db that this program knows. */
  knownState: readonly number[];
}

/** Spawned: tells its progress, and last the PackageCheck. The record in a package is looked at once its files are known to be whole. */
export const checkTask: WorkerTask = async (context, input) => {
  const { path, passphrase, knownState } = input as CheckInput;
  const signal = stopSignal(context);
  const progress = createProgress(context, 'verifying');
  const { check } = await checkPackage(context, path, { passphrase, signal, onBytes: progress.bytes });
  if (check.kind === 'log' && check.problemCount === 0) {
    const { log, lies } = await checkRecord(context, { path, passphrase, knownState, signal, onBytes: progress.bytes });
    Object.assign(check, { log, problems: lies, problemCount: lies.length });
  }
  context.post({ kind: 'done', facts: check } satisfies PackageTaskMessage<PackageCheck>);
};
