// The write that matters: after `writeFileDurable` returns, the file holds either all of the new bytes or, if we stopped before
// step 4, all of the old ones, also after a power cut. Runs wherever a Files port is.
import { dirname, join } from 'node:path';
import type { Files, Random } from '../ports.ts';

/** `<name>.tmp-<16 hex>`: what is left of a write that was cut off. */
const temporaryName = /\.tmp-[0-9a-f]{16}$/;

export function isTemporaryName(name: string): boolean {
  return temporaryName.test(name);
}

export interface DurableWriteOptions {
  random: Random;
  /** Permission bits of the new file; 0o600 when not given. An existing file's mode is not kept. */
  mode?: number;
}

/**
 * Replaces `path` with `bytes`. Steps, and what recovery finds if we stop after each:
 *
 * 1. create `<name>.tmp-<random>` in the same folder, exclusively   -> the old file; an empty temporary for `sweepTemporary`
 * 2. write all bytes                                                -> the old file; a temporary, perhaps cut short
 * 3. fsync the temporary                                            -> the old file; a whole temporary
 * 4. rename over `path`                                             -> old or new, each whole, whichever the folder on the disk says
 * 5. fsync the folder                                               -> the new file, for good
 *
 * A failure before step 4 removes the temporary and throws what the system said (ENOSPC, EACCES, ...); the old file is untouched.
 * A failure in step 5 throws too: the new content is visible but may not outlive a power cut.
 * A link at `path` is replaced, not followed.
 */
export function writeFileDurable(files: Files, path: string, bytes: Uint8Array, options: DurableWriteOptions): void {
  const mode = options.mode ?? 0o600;
  const temporary = `${path}.tmp-${Buffer.from(options.random.bytes(8)).toString('hex')}`;
  const fd = files.open(temporary, 'wx', mode); // 1
  let open = true;
  try {
    files.write(fd, bytes, 0, bytes.length, 0); // 2
    files.chmod(temporary, mode); // the umask may have taken bits away
    files.fsync(fd); // 3
    open = false;
    files.close(fd);
    files.rename(temporary, path); // 4
  } catch (error) {
    removeQuietly(files, temporary, open ? fd : undefined);
    throw error;
  }
  files.fsyncFolder(dirname(path)); // 5
}

/**
 * Removes temporaries of `writeFileDurable` directly in `folder` whose time of change is more than `olderThanMs` before `nowMs`; younger ones
 * may belong to a writer that is still at work. Only plain files go. Returns the names that were removed; a missing folder has none.
 */
export function sweepTemporary(files: Files, folder: string, options: { olderThanMs: number; nowMs: number }): string[] {
  if (files.lstat(folder) === undefined) return [];
  const removed: string[] = [];
  for (const entry of files.readdir(folder)) {
    if (entry.type !== 'file' || !isTemporaryName(entry.name)) continue;
    const path = join(folder, entry.name);
    const stat = files.lstat(path);
    if (!stat || stat.type !== 'file' || options.nowMs - Number(stat.mtimeNs / 1_000_000n) <= options.olderThanMs) continue;
    files.unlink(path);
    removed.push(entry.name);
  }
  return removed;
}

/** The first error is the one that matters; what goes wrong while tidying up only leaves a temporary for the sweep. */
function removeQuietly(files: Files, temporary: string, fd: number | undefined): void {
  try {
    if (fd !== undefined) files.close(fd);
  } catch {
    // the descriptor is gone either way
  }
  try {
    files.unlink(temporary);
  } catch {
    // left for sweepTemporary
  }
}
