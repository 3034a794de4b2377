// Copies of databases: the one that is kept before a migration (`<name>.before-<newest schema then>-<random>`), and one of read-only media.
import { basename, dirname, join } from 'node:path';
import type { Files } from '../ports.ts';

const pieceBytes = 1 << 20;
const copyName = /\.before-\d+-[0-9a-f]{8}(-wal)?$/;
/** A copy never outlives this, verified or not: it may hold what has since been erased. */
export const copyLifeMs = 7 * 24 * 3600 * 1000;

/** Copies the bytes of one file to a new one, durably. Names what was written. */
export function copyFileDurable(files: Files, from: string, to: string): void {
  const source = files.open(from, 'r');
  try {
    const target = files.open(to, 'wx', 0o600);
    try {
      const piece = new Uint8Array(pieceBytes);
      for (let at = 0; ; ) {
        const length = files.read(source, piece, 0, piece.length, at);
        if (length === 0) break;
        files.write(target, piece, 0, length, at);
        at += length;
      }
      files.fsync(target);
    } finally {
      files.close(target);
    }
  } finally {
    files.close(source);
  }
  files.fsyncFolder(dirname(to));
}

/** Makes a file that is there durable. */
export function syncFile(files: Files, path: string): void {
  const fd = files.open(path, 'r+');
  try {
    files.fsync(fd);
  } finally {
    files.close(fd);
  }
  files.fsyncFolder(dirname(path));
}

/**
 * Copies a database and its write-ahead log from media that nobody can write to. Never for a database this process may have open: closing
 * the file drops SQLite's locks on it.
 */
export function copyDatabase(files: Files, path: string, copyPath: string): void {
  copyFileDurable(files, path, copyPath);
  const wal = files.lstat(`${path}-wal`);
  if (wal !== undefined && wal.size > 0) copyFileDurable(files, `${path}-wal`, `${copyPath}-wal`);
}

export function migrationCopyPath(path: string, version: number, suffix: string): string {
  return `${path}.before-${version}-${suffix}`;
}

/** Copies that lie beside the database now, by path; erasure reports list them. */
export function listMigrationCopies(files: Files, path: string): string[] {
  const folder = dirname(path);
  if (files.lstat(folder) === undefined) return [];
  return files
    .readdir(folder)
    .filter((entry) => entry.type === 'file' && entry.name.startsWith(`${basename(path)}.before-`) && copyName.test(entry.name))
    .map((entry) => join(folder, entry.name));
}

/**
 * Deletes copies that are no longer needed: all of them once the migrated database was opened and verified, else those older than seven
 * days. Returns the paths that were deleted.
 */
export function sweepMigrationCopies({ files, path, nowMs, verified }: { files: Files; path: string; nowMs: number; verified: boolean }): string[] {
  const removed: string[] = [];
  for (const copy of listMigrationCopies(files, path)) {
    const stat = files.lstat(copy);
    if (stat === undefined || (!verified && nowMs - Number(stat.mtimeNs / 1_000_000n) <= copyLifeMs)) continue;
    files.unlink(copy);
    removed.push(copy);
  }
  return removed;
}
