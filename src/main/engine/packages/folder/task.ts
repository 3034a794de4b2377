import { join } from 'node:path';
import type { Clock, Files, WorkerTask } from '../../ports.ts';
import { placePackage, type PlacedPackage, type PlaceRequest } from '../place.ts';
import { createProgress, stopSignal, type TaskMessage } from '../../kit/task-line.ts';
import { packFolder } from './pack.ts';

export interface PackFolderInput {
  /** Absolute. */
  source: string;
  place: Pick<PlaceRequest, 'folder' | 'format' | 'name' | 'passphrase'>;
  generator: string;
}

export type CopyDatabase = (deps: { files: Files; clock: Clock; signal: AbortSignal }, path: string, target: string) => Promise<{ path: string } | { reason: string }>;

/** Spawned: tells its progress, and last the PlacedPackage. Databases are copied as plans do it. */
export function createPackFolderTask(copyDatabase: CopyDatabase): WorkerTask {
  return async (context, input) => {
    const { files, clock, random, machine } = context;
    const { source, place, generator } = input as PackFolderInput;
    const signal = stopSignal(context);
    const progress = createProgress(context, 'writing');
    const scratch = join(machine.temporaryFolder, `varve-package-${Buffer.from(random.bytes(8)).toString('hex')}`);
    files.mkdir(scratch, 0o700);
    try {
      const deps = { files, signal, onFile: progress.file, onBytes: progress.bytes, copyDatabase: (path: string, target: string) => copyDatabase({ files, clock, signal }, path, target), scratchPath: join(scratch, 'copy') };
      const onReadBack = (count: number): void => {
        progress.phase('verifying');
        progress.bytes(count);
      };
      const placed = await placePackage({ files, clock, random }, { ...place, kind: 'folder', signal, onReadBack }, async (into) => {
        await packFolder(deps, source, place.folder, into);
        return { sourceDir: source, generator };
      });
      context.post({ kind: 'done', facts: placed } satisfies TaskMessage<PlacedPackage>);
    } finally {
      files.removeTree(scratch);
    }
  };
}
