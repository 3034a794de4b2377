// What lay at a place when it was decided what happens there, as one line: whoever writes later looks whether it still does. Without the time of the
// last change of its metadata, which a new or lost other name of the same file moves.
import type { Files, FileStat } from '../../ports.ts';
import { WriteProblem } from './failures.ts';

export function seenOf({ type, device, inode, size, mtimeNs, mode, uid, gid }: FileStat): string {
  return type === 'dir' ? `dir ${device}:${inode}` : `${type} ${device}:${inode} ${size} ${mtimeNs} ${mode} ${uid}:${gid}`;
}

/** Throws when something else lies there by now. */
export function requireSeen(files: Pick<Files, 'lstat'>, path: string, seen: string): void {
  const now = files.lstat(path);
  if (now !== undefined && seenOf(now) !== seen) throw new WriteProblem('was changed while the restore ran, and is left as it is');
}
