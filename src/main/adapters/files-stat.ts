// Node's numbers turned into the facts of `FileStat`.
import type { BigIntStats, Dirent } from 'node:fs';
import type { FileStat, FileType } from '../engine/ports.ts';

const typeMask = 0o170000;
const types = new Map<number, FileType>([
  [0o100000, 'file'],
  [0o040000, 'dir'],
  [0o120000, 'symlink'],
  [0o060000, 'dev'],
  [0o020000, 'chardev'],
  [0o010000, 'fifo'],
  [0o140000, 'socket']
]);

export function toFileStat(stat: BigIntStats): FileStat {
  const mode = Number(stat.mode);
  const size = Number(stat.size);
  return {
    type: types.get(mode & typeMask) ?? 'irregular',
    mode: mode & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size,
    inode: stat.ino,
    device: stat.dev,
    rdev: stat.rdev,
    links: Number(stat.nlink),
    mtimeNs: stat.mtimeNs,
    atimeNs: stat.atimeNs,
    ctimeNs: stat.ctimeNs,
    allocatedBytes: stat.blocks === undefined ? size : Number(stat.blocks) * 512
  };
}

export function typeOfEntry(entry: Dirent<string> | Dirent<Buffer>): FileType {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'dir';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isFIFO()) return 'fifo';
  if (entry.isSocket()) return 'socket';
  if (entry.isBlockDevice()) return 'dev';
  if (entry.isCharacterDevice()) return 'chardev';
  return 'irregular';
}
