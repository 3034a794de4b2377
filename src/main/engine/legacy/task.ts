// Worker tasks `legacy.copy-out` and `legacy.copy-back`.
import type { TaskProgress } from '../../../contract/events.ts';
import { Breath } from '../kit/breath.ts';
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

export type CopyMessage<R> = { kind: 'progress'; progress: Partial<TaskProgress> } | { kind: 'done'; result: R };
export type CopyOutResult = { id: string; folder: string; manifest: LegacyManifest };
export type CopyBackResult = { manifest: LegacyManifest; movedAside: string | null; files: number; bytes: number };

const everyMs = 100;

export const copyOutTask: WorkerTask = async (context, input) => {
  const { files, random } = context;
  context.post({ kind: 'done', result: await copyOut({ files, random, ...(input as CopyOutInput), turn: counter(context) }) });
};

export const copyBackTask: WorkerTask = async (context, input) => {
  const { files, random } = context;
  context.post({ kind: 'done', result: await copyBack({ files, random, ...(input as CopyBackInput), turn: counter(context) }) });
};

function counter({ clock, post, closing }: WorkerContext): (update: { files?: number; bytes?: number; current?: string }) => void | Promise<void> {
  const sum = { filesDone: 0, bytesDone: 0, current: '' };
  const breath = new Breath(clock, closing);
  let lastMs = -Infinity;
  return ({ files = 0, bytes = 0, current = sum.current }) => {
    sum.filesDone += files;
    sum.bytesDone += bytes;
    sum.current = current;
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs >= everyMs) {
      lastMs = nowMs;
      post({ kind: 'progress', progress: { phase: 'writing', ...sum } });
    }
    return breath.take();
  };
}
