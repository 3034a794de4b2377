import type { PackageCheck } from '../../../../contract/packages.ts';
import type { WorkerTask } from '../../ports.ts';
import { createProgress, stopSignal, type PackageTaskMessage } from '../task-line.ts';
import { checkPackage } from './check.ts';

export interface CheckInput {
  path: string;
  passphrase?: string | undefined;
}

/** Spawned: tells its progress, and last the PackageCheck (without `log`). */
export const checkTask: WorkerTask = async (context, input) => {
  const { path, passphrase } = input as CheckInput;
  const signal = stopSignal(context);
  const progress = createProgress(context, 'verifying');
  const { check } = await checkPackage(context, path, { passphrase, signal, onBytes: progress.bytes });
  context.post({ kind: 'done', facts: check } satisfies PackageTaskMessage<PackageCheck>);
};
