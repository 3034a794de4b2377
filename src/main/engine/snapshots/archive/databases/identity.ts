// How a database file is told from others, and one moment of it from another. Pure but for `identityOf`.
import type { Files, FileStat } from '../../../ports.ts';

const magic = Buffer.from('SQLite format 3\0', 'latin1');
/** What SQLite keeps beside a database. */
export const sideEnds = ['-wal', '-shm', '-journal'] as const;
const smallestPage = 512;

export interface FileIdentity {
  size: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  inode: bigint;
}

/** Can a file of this size be a database? Saves a look into most files. */
export function canBeDatabase(size: number): boolean {
  return size >= smallestPage && size % smallestPage === 0;
}

export function isDatabaseHeader(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.equals(bytes.subarray(0, magic.length));
}

/** Looks at the first bytes of a file; false for what cannot be read. */
export function isDatabase(files: Files, path: string): boolean {
  try {
    const fd = files.open(path, 'rn');
    try {
      const header = new Uint8Array(magic.length);
      return files.fstat(fd).type === 'file' && files.read(fd, header, 0, header.length, 0) === header.length && isDatabaseHeader(header);
    } finally {
      files.close(fd);
    }
  } catch {
    return false;
  }
}

export function identity(stat: FileStat): FileIdentity {
  return { size: stat.size, mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs, inode: stat.inode };
}

/** undefined for nothing, for what is no file, and for an empty one: an empty -wal says what none says. */
export function identityOf(files: Files, path: string): FileIdentity | undefined {
  const stat = files.lstat(path);
  return stat?.type === 'file' && stat.size > 0 ? identity(stat) : undefined;
}

export function sameIdentity(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode;
}

/** The same -wal. Not its ctime: SQLite gives it its owner anew whenever the administrator opens the database. */
export function sameWal(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.inode === b.inode;
}
