import type { PackageCheck } from '../../../../contract/packages.ts';
import type { WorkerTask } from '../../ports.ts';
import { createProgress, stopSignal, type TaskMessage } from '../../kit/task-line.ts';
import { checkPackage } from './check.ts';
import { createRecordCheck } from './record.ts';

export interface CheckInput {
  path: string;
  passphrase?: string | undefined;
  /** Versions of state.db that this program knows. */
  knownState: readonly number[];
}

/** Spawned: tells its progress, and last the PackageCheck. The package is read once, the record in it with its files. */
export const checkTask: WorkerTask = async (context, input) => {
  const { path, passphrase, knownState } = input as CheckInput;
  const signal = stopSignal(context);
  const progress = createProgress(context, 'verifying', context.files.stat(path)?.size);
  const record = createRecordCheck(context);
  try {
    const { check, manifest } = await checkPackage(context, path, { passphrase, signal, onRead: progress.bytes, take: record.take });
    if (check.kind === 'log' && check.problemCount === 0 && manifest !== undefined) {
      progress.phase('proving-record');
      const { log, lies } = await record.judge(manifest, { path, known: knownState }, signal);
      Object.assign(check, { log, problems: lies, problemCount: lies.length });
    }
    context.post({ kind: 'done', facts: check } satisfies TaskMessage<PackageCheck>);
  } finally {
    record.end();
  }
};
