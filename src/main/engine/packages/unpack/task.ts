import type { UnpackReport } from '../../../../contract/packages.ts';
import type { WorkerTask } from '../../ports.ts';
import { createProgress, stopSignal, type TaskMessage } from '../../kit/task-line.ts';
import { unpackPackage, type UnpackRequest } from './unpack.ts';

export type UnpackInput = Pick<UnpackRequest, 'path' | 'passphrase' | 'target' | 'existing' | 'paths'>;

/** Spawned: tells its progress, and last the UnpackReport. */
export const unpackTask: WorkerTask = async (context, input) => {
  const { files, clock, random, machine } = context;
  const progress = createProgress(context, 'verifying');
  const report = await unpackPackage({ files, clock, random, platform: machine.platform }, { ...(input as UnpackInput), signal: stopSignal(context), onPhase: progress.phase, onBytes: progress.bytes, onFile: progress.file });
  context.post({ kind: 'done', facts: report } satisfies TaskMessage<UnpackReport>);
};
