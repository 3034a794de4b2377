// A live folder into a package: what is in it now, file after file. What vanishes or cannot be read is named, and the rest goes on.
import { join } from 'node:path';
import { errnoOf, throwIfAborted } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import { homeMarker } from '../../kit/paths.ts';
import type { DirEntry, Files, FileStat } from '../../ports.ts';
import { linkTargetProblem, memberPathProblem } from '../archive/names.ts';
import { isPartialName, readPackageName, withoutManifest } from '../place-names.ts';
import type { PackageWriter } from '../place.ts';

const databaseMark = Buffer.from('SQLite format 3\0');
/** Of a database that was copied whole. */
const databaseSides = ['-wal', '-shm', '-journal'];
const pieceBytes = 1 << 18;
/** Where the files of a package stand in it, so that none is taken for the package's own. */
export const filesFolder = 'files';

export interface FolderPackDeps {
  files: Files;
  signal: AbortSignal;
  onFile(path: string): void;
  onBytes(count: number): void;
  /** Copies a database that somebody may be writing to into a new file, or says why not. */
  copyDatabase(path: string, target: string): Promise<{ path: string } | { reason: string }>;
  /** Where such a copy may lie for a moment: a path where nothing is. */
  scratchPath: string;
}

/** Packs what is below `top`, an absolute path of a folder, as `files/…`. `destination`: packages that lie right in it are left out. */
export async function packFolder(deps: FolderPackDeps, top: string, destination: string, into: PackageWriter): Promise<void> {
  const { files, signal } = deps;
  /** device:inode -> where a file of several names stands. */
  const met = new Map<string, string>();
  await into.folder({ path: filesFolder, ...facts(files.stat(top)) });
  await enter(top, filesFolder);

  async function enter(folder: string, path: string): Promise<void> {
    const entries = list(folder, path);
    if (entries === undefined) return;
    if (entries.some(({ name, type }) => name === homeMarker && type === 'file')) return into.skip(path, 'it is a Varve home; pack its record instead');
    const copied = new Set<string>();
    for (const { name } of entries.toSorted((a, b) => compareNames(a.name, b.name))) {
      throwIfAborted(signal);
      if (folder === destination && isPartialName(name)) continue; // this very package
      const inside = `${path}/${name}`;
      const problem = memberPathProblem(inside);
      if (problem !== undefined) into.skip(inside, problem);
      else if (folder === destination && isPackage(name)) into.skip(inside, 'it is a package');
      else if (copied.has(name)) into.skip(inside, 'it belongs to a database, which is packed whole');
      else if (await one(join(folder, name), inside)) for (const side of databaseSides) copied.add(name + side);
    }
  }

  function list(folder: string, path: string): DirEntry[] | undefined {
    try {
      return files.readdir(folder);
    } catch (error) {
      into.skip(path, reasonOf(error));
      return undefined;
    }
  }

  /** True for a database that was copied whole. */
  async function one(at: string, path: string): Promise<boolean> {
    let stat: FileStat | undefined;
    try {
      stat = files.lstat(at);
      if (stat === undefined) into.skip(path, 'it was gone when its turn came');
      else if (stat.type === 'symlink') await link(at, path, stat);
      else if (stat.type === 'file') return await file(at, path, stat);
      else if (stat.type !== 'dir') into.skip(path, 'it is a device or a pipe');
    } catch (error) {
      into.skip(path, reasonOf(error));
      return false;
    }
    if (stat?.type === 'dir') {
      await into.folder({ path, ...facts(stat) });
      await enter(at, path);
    }
    return false;
  }

  async function link(at: string, path: string, stat: FileStat): Promise<void> {
    const target = files.readlink(at);
    const problem = linkTargetProblem(path, target);
    if (problem !== undefined) return into.skip(path, problem);
    await into.symlink({ path, target, mtimeNs: stat.mtimeNs });
  }

  async function file(at: string, path: string, stat: FileStat): Promise<boolean> {
    deps.onFile(path);
    const key = `${stat.device}:${stat.inode}`;
    const before = stat.links > 1 ? met.get(key) : undefined;
    if (before !== undefined && (await into.hardLink({ path, to: before, ...facts(stat) }))) return false;
    const database = await databaseCopy(at, path);
    try {
      await content(database ?? at, path, stat);
    } finally {
      if (database !== undefined) files.unlink(database);
    }
    if (stat.links > 1) met.set(key, path);
    return database !== undefined;
  }

  async function databaseCopy(at: string, path: string): Promise<string | undefined> {
    const fd = files.open(at, 'rn');
    const start = Buffer.alloc(databaseMark.length);
    try {
      if (files.read(fd, start, 0, start.length, 0) < start.length || !start.equals(databaseMark)) return undefined;
    } finally {
      files.close(fd);
    }
    const copy = await deps.copyDatabase(at, deps.scratchPath);
    if ('path' in copy) return copy.path;
    into.skip(path, `it is packed as it lay there: ${copy.reason}`);
    return undefined;
  }

  async function content(at: string, path: string, stat: FileStat): Promise<void> {
    const fd = files.open(at, 'rn');
    try {
      const { size } = files.fstat(fd);
      await into.file({ path, size, ...facts(stat) }, read(fd, size, path));
    } finally {
      files.close(fd);
    }
  }

  /** As many bytes as it had when it was opened, whatever becomes of it meanwhile. */
  function* read(fd: number, size: number, path: string): Generator<Uint8Array> {
    let told = false;
    for (let at = 0; at < size; ) {
      const piece = Buffer.alloc(Math.min(pieceBytes, size - at));
      let got = 0;
      let reason = told ? '' : 'it became shorter while it was packed';
      try {
        if (!told) got = files.read(fd, piece, 0, piece.length, at);
      } catch (error) {
        reason = reasonOf(error);
      }
      if (got === 0 && !told) {
        told = true;
        into.skip(path, `its end could not be read; zeros stand for it: ${reason}`);
      }
      const bytes = got === 0 ? piece : piece.subarray(0, got);
      at += bytes.length;
      deps.onBytes(bytes.length);
      yield bytes;
    }
  }
}

function facts(stat: FileStat | undefined): { mode?: number; mtimeNs?: bigint } {
  return stat === undefined ? {} : { mode: stat.mode, mtimeNs: stat.mtimeNs };
}

function isPackage(name: string): boolean {
  return readPackageName(withoutManifest(name)) !== undefined;
}

/** What the system said; what it did not say is no matter of one file. */
function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined || code === 'ENOSPC' || code === 'EDQUOT') throw error;
  return code;
}
