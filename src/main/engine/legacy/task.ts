// Worker tasks `legacy.copy-out` and `legacy.copy-back`.
import { Breath } from '../kit/breath.ts';
import { createProgress, type TaskMessage } from '../kit/task-line.ts';
import type { WorkerContext, WorkerTask } from '../ports.ts';
import { copyBack } from './copy-back.ts';
import { copyOut } from './copy-out.ts';
import type { LegacyManifest } from './manifest.ts';

export interface CopyOutInput {
  homePath: string;
  source: string | undefined;
  crontab: Uint8Array | undefined;
  atMs: number;
}

export interface CopyBackInput {
  id: string;
  folder: string;
  target: string | undefined;
  atMs: number;
}

export type CopyOutResult = { id: string; folder: string; manifest: LegacyManifest };
export type CopyBackResult = { manifest: LegacyManifest; movedAside: string | null; files: number; bytes: number };

export const copyOutTask: WorkerTask = async (context, input) => {
  const { files, random } = context;
  context.post({ kind: 'done', facts: await copyOut({ files, random, ...(input as CopyOutInput), turn: counter(context) }) } satisfies TaskMessage<CopyOutResult>);
};

export const copyBackTask: WorkerTask = async (context, input) => {
  const { files, random } = context;
  context.post({ kind: 'done', facts: await copyBack({ files, random, ...(input as CopyBackInput), turn: counter(context) }) } satisfies TaskMessage<CopyBackResult>);
};

/** Tells what was done, and lets a stop in between. */
function counter(context: WorkerContext): (update: { file?: string; bytes?: number; current?: string }) => void | Promise<void> {
  const progress = createProgress(context, 'writing');
  const breath = new Breath(context.clock, context.closing);
  return ({ file, bytes, current }) => {
    if (current !== undefined) progress.current(current);
    if (file !== undefined) progress.file(file);
    if (bytes !== undefined) progress.bytes(bytes);
    return breath.take();
  };
}
