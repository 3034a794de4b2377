// Where the file went that a followed path named a moment ago: renamed (same device and inode under another name), or copied before it was cut
// (another file that begins and goes on as it did).
import { basename, dirname, extname, join } from 'node:path';
import { errnoOf } from '../../../kit/errors.ts';
import type { Files } from '../../../ports.ts';
import { continues, hashOf, identityOf, sameFile, type Identity } from './fingerprint.ts';
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

/**
 * Files that were moved away from the path without ever having been looked at, in the order in which they were written: it was rotated more than once
 * since. By their names, and by having been written to after the file that was looked at last; none that was read before, under whatever name, no file
 * that holds byte for byte what was read of another, and no copy of what lies at the path now.
 */
export function findUnseen(files: Files, path: string, { sinceNs, current, known }: { sinceNs: bigint; current: number; known: readonly Cursor[] }): (Identity & { name: string })[] {
  const folder = dirname(path);
  const isRotated = rotatedName(path);
  const found: (Identity & { name: string; mtimeNs: bigint })[] = [];
  for (const name of namesIn(files, folder)) {
    if (!isRotated(name)) continue;
    const fd = openIfThere(files, join(folder, name));
    if (fd === undefined) continue;
    try {
      const stat = files.fstat(fd);
      const identity = identityOf(stat);
      if (stat.type !== 'file' || stat.mtimeNs < sinceNs || sameFile(identity, identityOf(files.fstat(current)))) continue;
      // Another file that only begins alike is not the same: all may begin with one line.
      const wasRead = known.some((cursor) => (sameFile(identity, cursor) || stat.size === cursor.offset) && continues(files, fd, cursor.offset, cursor));
      if (!wasRead && !isCopyOf(files, fd, current)) found.push({ ...identity, name, mtimeNs: stat.mtimeNs });
    } finally {
      files.close(fd);
    }
  }
  return found.sort((a, b) => (a.mtimeNs === b.mtimeNs ? (a.name < b.name ? -1 : 1) : a.mtimeNs < b.mtimeNs ? -1 : 1)).map(({ device, inode, name }) => ({ device, inode, name }));
}

/** `app.jsonl.1`, `app.jsonl-20261127`, `app-2026-11-27.jsonl` and the like: the name with a number or a time. */
function rotatedName(path: string): (name: string) => boolean {
  const name = basename(path);
  const end = extname(name);
  const stem = name.slice(0, name.length - end.length);
  const moment = /^[._-][0-9][0-9TZ._:-]*$/;
  return (other) =>
    (other.startsWith(name) && moment.test(other.slice(name.length))) || (end !== '' && other.endsWith(end) && other.length > name.length && other.startsWith(stem) && moment.test(other.slice(stem.length, other.length - end.length)));
}

/** Everything in the first is what the second begins with: it is about to be cut. */
function isCopyOf(files: Files, copy: number, original: number): boolean {
  const size = files.fstat(copy).size;
  if (size === 0 || size > files.fstat(original).size) return false;
  return hashOf(files, copy, 0, size) === hashOf(files, original, 0, size);
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
