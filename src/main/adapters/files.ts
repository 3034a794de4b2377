// `Files` on Node: synchronous, one per thread. The only place that touches the file system; through `original-fs` under Electron.
// Failures are Node's own system errors. New files and folders are private (0o600, 0o700) unless the caller says otherwise.
import { dirname } from 'node:path';
import type { DirEntry, Files, FileStat, FileType } from '../engine/ports.ts';
import { decodeName } from '../engine/kit/names.ts';
import { createNativeFiles } from './files-native.ts';
import { readText, systemError, toSystemPath } from './files-paths.ts';
import { toFileStat, typeOfEntry } from './files-stat.ts';
import { fileSystemName } from './file-systems.ts';
import { loadNative, type Native } from './native.ts';
import { createOwnerNames } from './owner-names.ts';
import { insideElectron, loadFs, type RawFs } from './raw-fs.ts';

export interface NodeFilesOptions {
  /** Only for tests: a system that lacks some calls. */
  native?: () => Native;
}

const maybeMissing = { bigint: true, throwIfNoEntry: false } as const;
const typed = { withFileTypes: true } as const;
/** Some network file systems refuse fsync on a folder; there is then nothing to make durable that way. */
const noFolderSync = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF']);

export function createNodeFiles(options: NodeFilesOptions = {}): Files {
  const fs = loadFs();
  const missing = new Map<string, number>();
  const wanted = (name: string): void => void missing.set(name, (missing.get(name) ?? 0) + 1);
  let loaded: Native | undefined;
  const native = (): Native => (loaded ??= options.native ? options.native() : loadNative());
  const shared = { fs, native, wanted };
  const owners = createOwnerNames(shared);
  const flags = openFlags(fs);

  // Node answers ENOENT by undefined, but throws ENOTDIR: a part of the path is a file, so nothing can be there either.
  const ask = (call: typeof fs.lstatSync, path: string): FileStat | undefined => {
    try {
      const stat = call(toSystemPath(path), maybeMissing);
      return stat && toFileStat(stat);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
      throw error;
    }
  };
  const lstatType = (path: string): FileType | undefined => ask(fs.lstatSync, path)?.type;

  return {
    ...createNativeFiles(shared),

    lstat: (path) => ask(fs.lstatSync, path),
    stat: (path) => ask(fs.statSync, path),
    fstat: (fd) => toFileStat(fs.fstatSync(fd, { bigint: true })),
    readdir: (path) => readFolder(fs, path, lstatType),

    open: (path, how, mode = 0o600) => fs.openSync(toSystemPath(path), flags[how], mode),
    close: (fd) => fs.closeSync(fd),
    read: (fd, buffer, offset, length, position) => fs.readSync(fd, buffer, offset, length, position),
    write(fd, buffer, offset, length, position) {
      for (let done = 0; done < length; ) {
        done += fs.writeSync(fd, buffer, offset + done, length - done, position === null ? null : position + done);
      }
    },
    fsync: (fd) => fs.fsyncSync(fd),
    fsyncAsync: (fd) => new Promise((resolve, reject) => fs.fsync(fd, (error) => (error ? reject(error) : resolve()))),
    truncate: (fd, size) => fs.ftruncateSync(fd, size),
    fsyncFolder(path) {
      if (process.platform === 'win32') return;
      const fd = fs.openSync(toSystemPath(path), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
      try {
        fs.fsyncSync(fd);
      } catch (error) {
        if (!noFolderSync.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        wanted('fsync of a folder');
      } finally {
        fs.closeSync(fd);
      }
    },

    mkdir: (path, mode = 0o700) => fs.mkdirSync(toSystemPath(path), { mode }),
    mkdirs: (path, mode = 0o700) => makeFolders(fs, path, mode),
    rmdir: (path) => fs.rmdirSync(toSystemPath(path)),
    unlink: (path) => fs.unlinkSync(toSystemPath(path)),
    removeTree(path) {
      removeTree(fs, path, lstatType);
    },
    rename: (from, to) => fs.renameSync(toSystemPath(from), toSystemPath(to)),
    link: (existing, path) => fs.linkSync(toSystemPath(existing), toSystemPath(path)),
    symlink: (target, path) => fs.symlinkSync(toSystemPath(target), toSystemPath(path)),
    readlink: (path) => readText((encoding) => fs.readlinkSync(toSystemPath(path), encoding as 'utf8')),
    realpath: (path) => readText((encoding) => fs.realpathSync.native(toSystemPath(path), encoding as 'utf8')),
    chmod: (path, mode) => fs.chmodSync(toSystemPath(path), mode),
    lchown: (path, uid, gid) => fs.lchownSync(toSystemPath(path), uid, gid),

    space(path) {
      const facts = fs.statfsSync(toSystemPath(path), { bigint: true });
      return {
        freeBytes: Number(facts.bavail * facts.bsize),
        totalBytes: Number(facts.blocks * facts.bsize),
        fileSystem: process.platform === 'linux' ? fileSystemName(facts.type) : 'unknown'
      };
    },
    ...owners,
    degraded: () => new Map(missing),
    readFile: (path, limitBytes) => readWhole(fs, path, limitBytes)
  };
}

/** `rn` also never waits for a writer, should the file have become a FIFO since it was looked at. */
function openFlags(fs: RawFs): Record<'r' | 'rn' | 'w' | 'wx' | 'wx+' | 'r+', number> {
  const c = fs.constants;
  return {
    r: c.O_RDONLY,
    rn: c.O_RDONLY | (c.O_NOFOLLOW ?? 0) | (c.O_NONBLOCK ?? 0),
    w: c.O_WRONLY | c.O_CREAT | c.O_TRUNC,
    wx: c.O_WRONLY | c.O_CREAT | c.O_EXCL,
    'wx+': c.O_RDWR | c.O_CREAT | c.O_EXCL,
    'r+': c.O_RDWR
  };
}

/**
 * Names come as text, and as bytes only when one of them is not UTF-8. Where the file system does not give types, Node asks for each one
 * and throws if an entry has gone meanwhile; then we ask ourselves and leave it out.
 */
function readFolder(fs: RawFs, path: string, lstatType: (path: string) => FileType | undefined): DirEntry[] {
  const where = toSystemPath(path);
  let entries: DirEntry[];
  try {
    entries = fs.readdirSync(where, typed).map((entry) => ({ name: entry.name, type: typeOfEntry(entry) }));
    if (entries.some((entry) => entry.name.includes('\uFFFD'))) {
      entries = fs.readdirSync(where, { withFileTypes: true, encoding: 'buffer' }).map((entry) => ({ name: decodeName(entry.name), type: typeOfEntry(entry) }));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'lstat') throw error;
    entries = fs.readdirSync(where, 'buffer').flatMap((bytes) => {
      const name = decodeName(bytes);
      const type = lstatType(`${path}/${name}`);
      return type ? [{ name, type }] : [];
    });
  }
  // On a file system without types Node's question goes through Electron's own `fs`, which takes archives for folders.
  if (insideElectron) for (const entry of entries) if (entry.name.endsWith('.asar')) entry.type = lstatType(`${path}/${entry.name}`) ?? entry.type;
  return entries;
}

/** Own recursion: Node's never returns where the system says ENOENT inside a folder that exists, as Linux does for /proc. */
function makeFolders(fs: RawFs, path: string, mode: number): void {
  const make = (): string | undefined => {
    try {
      fs.mkdirSync(toSystemPath(path), { mode });
      return undefined;
    } catch (error) {
      // Whatever the system says of a folder that is there (EEXIST, EPERM of a drive, EROFS): it is there.
      if (fs.statSync(toSystemPath(path), { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw error;
      return code;
    }
  };
  if (make() === undefined) return;
  const parent = dirname(path);
  if (parent === path) throw systemError('ENOENT', 'mkdir', path);
  makeFolders(fs, parent, mode);
  if (make() !== undefined) throw systemError('ENOENT', 'mkdir', path);
}

/** Own recursion: Node's takes the names as text and would miss those that are not. Links are removed, never followed. */
function removeTree(fs: RawFs, path: string, lstatType: (path: string) => FileType | undefined): void {
  const type = lstatType(path);
  if (type === undefined) return;
  if (type !== 'dir') return fs.unlinkSync(toSystemPath(path));
  for (const entry of readFolder(fs, path, lstatType)) removeTree(fs, `${path}/${entry.name}`, lstatType);
  fs.rmdirSync(toSystemPath(path));
}

function readWhole(fs: RawFs, path: string, limitBytes: number): Uint8Array {
  const fd = fs.openSync(toSystemPath(path), fs.constants.O_RDONLY);
  try {
    const expected = fs.fstatSync(fd).size; // a hint only: files of /proc claim 0 bytes, those of /sys 4096
    let bytes = new Uint8Array(Math.min(limitBytes, Math.max(expected, 4095)) + 1);
    let length = 0;
    for (;;) {
      const count = fs.readSync(fd, bytes, length, bytes.length - length, null);
      if (count === 0) return bytes.slice(0, length);
      length += count;
      if (length > limitBytes) throw systemError('EFBIG', 'read', path);
      if (length === bytes.length) {
        const larger = new Uint8Array(Math.min(limitBytes + 1, bytes.length * 2));
        larger.set(bytes);
        bytes = larger;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}
