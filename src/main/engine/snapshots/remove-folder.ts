// Folders that Varve makes for a while and fills. They are removed in a thread: there may be a million files in them, and folders that nobody may write to.
import { join } from 'node:path';
import { errnoOf, fail, toWire } from '../kit/errors.ts';
import { displayName } from '../kit/names.ts';
import type { Files, Logger, WorkerTask, Workers } from '../ports.ts';

/** For the person alone. NOT_WRITABLE, NO_SPACE, CONFLICT when something is there. */
export function makeFolder(files: Pick<Files, 'mkdir'>, path: string): void {
  try {
    files.mkdir(path, 0o700);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'EEXIST') fail('CONFLICT', `${path} is there already`, { kind: 'folder', name: path }, error);
    if (errno === 'ENOSPC' || errno === 'EDQUOT') fail('NO_SPACE', `no space for ${path}`, { path }, error);
    fail('NOT_WRITABLE', `${path} cannot be made: ${errno}`, { path, reason: errno }, error);
  }
}

export const removeFolderTask: WorkerTask = async ({ files, closing }, input) => {
  removeFolder(files, (input as { path: string }).path, () => closing.aborted);
};

/** A folder that is not there is fine. Throws a system error. */
export async function removeInThread(workers: Pick<Workers, 'run'>, path: string): Promise<void> {
  await workers.run('snapshots.remove-folder', { path });
}

/** The same where nothing more can be done about it: a failure is logged with `what`. */
export async function removeOrWarn({ workers, logger }: { workers: Pick<Workers, 'run'>; logger: Logger }, path: string, what: string): Promise<void> {
  await removeInThread(workers, path).catch((error: unknown) => logger.warn(what, { path: displayName(path), code: toWire(error).code }));
}

export function removeFolder(files: Files, path: string, stopped: () => boolean): void {
  const type = files.lstat(path)?.type;
  if (type === undefined || stopped()) return;
  if (type !== 'dir') return files.unlink(path);
  try {
    empty();
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
    files.chmod(path, 0o700);
    empty();
  }
  if (!stopped()) files.rmdir(path);

  function empty(): void {
    for (const { name } of files.readdir(path)) removeFolder(files, join(path, name), stopped);
  }
}
