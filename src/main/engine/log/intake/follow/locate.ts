// Where the file went that a followed path named a moment ago: renamed (same device and inode under another name), or copied before it was cut
// (another file that begins and goes on as it did).
import { basename, dirname, extname, join } from 'node:path';
import { errnoOf } from '../../../kit/errors.ts';
import type { Files } from '../../../ports.ts';
import { continues, identityOf, sameFile, type Identity } from './fingerprint.ts';
import type { Cursor } from './store.ts';

/** Folders of many thousand files are looked through only so far. */
const mostNames = 20_000;
const mostCopies = 200;

/** Opens the file of a cursor by the name it had last, or by searching its folder; undefined when it is gone or no longer what was read. */
export function openRotated(files: Files, path: string, cursor: Cursor): { fd: number; name: string } | undefined {
  const folder = dirname(path);
  const names = [cursor.name, ...namesIn(files, folder)];
  for (const name of names) {
    const stat = files.stat(join(folder, name));
    if (stat?.type !== 'file' || !sameFile(identityOf(stat), cursor)) continue;
    const fd = openIfThere(files, join(folder, name));
    if (fd === undefined) continue;
    if (sameFile(identityOf(files.fstat(fd)), cursor) && continues(files, fd, cursor.offset, cursor)) return { fd, name };
    files.close(fd);
  }
  return undefined;
}

/** A copy of what the cursor read, that is not the file itself. */
export function findCopy(files: Files, path: string, cursor: Cursor): (Identity & { name: string }) | undefined {
  // What was hardly read at all is known by nothing: any file would be its copy.
  if (cursor.offset === 0) return undefined;
  const folder = dirname(path);
  const stem = basename(path, extname(path));
  const likely = namesIn(files, folder).filter((name) => name.startsWith(stem) && name !== basename(path));
  const candidates = likely.flatMap((name) => {
    const stat = files.stat(join(folder, name));
    return stat?.type === 'file' && stat.size >= cursor.offset && !sameFile(identityOf(stat), cursor) ? [{ name, stat }] : [];
  });
  // The youngest first: older rotated files begin alike when all begin with the same line.
  candidates.sort((a, b) => (a.stat.mtimeNs < b.stat.mtimeNs ? 1 : -1));
  for (const { name } of candidates.slice(0, mostCopies)) {
    const fd = openIfThere(files, join(folder, name));
    if (fd === undefined) continue;
    try {
      if (continues(files, fd, cursor.offset, cursor)) return { ...identityOf(files.fstat(fd)), name };
    } finally {
      files.close(fd);
    }
  }
  return undefined;
}

function namesIn(files: Files, folder: string): string[] {
  return files.readdir(folder).slice(0, mostNames).flatMap(({ name, type }) => (type === 'file' ? [name] : []));
}

export function openIfThere(files: Files, path: string): number | undefined {
  try {
    return files.open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
