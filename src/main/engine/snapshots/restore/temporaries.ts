// Names of files that are not whole yet: `.varve-restore-<restore><thread><count>.tmp`, all hexadecimal, the first 32 digits the restore's. By these a
// later restore knows what one that was killed has left.
import type { Files } from '../../ports.ts';
import { join } from 'node:path';

const pattern = /^\.varve-restore-([0-9a-f]{32})[0-9a-f]+\.tmp$/;

/** The mark of a restore's thread. */
export function markOf(restore: string, thread: number): string {
  return restore + thread.toString(16).padStart(2, '0');
}

export function temporaryName(mark: string, count: number): string {
  return `.varve-restore-${mark}${count.toString(16)}.tmp`;
}

/** A file of a restore that is under way, or was cut off. */
export function isTemporary(name: string): boolean {
  return pattern.test(name);
}

/** Removes what these restores have left in one folder, which must be a real one; returns how many there were. Folders are never removed, whatever their name. */
export function removeLeftBehind(files: Pick<Files, 'readdir' | 'unlink'>, folder: string, restores: ReadonlySet<string>): number {
  let removed = 0;
  for (const { name, type } of files.readdir(folder)) {
    const restore = pattern.exec(name)?.[1];
    if (restore === undefined || !restores.has(restore) || type === 'dir') continue;
    files.unlink(join(folder, name));
    removed += 1;
  }
  return removed;
}
