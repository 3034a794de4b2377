// A file system in memory, for tests that need thousands of them: fast, copied in a moment, and with a plug that can be pulled. What was not made
// durable (fsync of the file, fsync of the folder its name is in) may then be gone, or there by half: contents are lost from any point on or full
// of zeros, and of the changes to a folder's names only the first few took effect, each folder for itself. That is less than any real file
// system promises.
import type { Files, FileStat } from '../ports.ts';
import { Volume, type Node } from './memory-volume.ts';
import { systemErrorOf } from './system-error.ts';

interface OpenFile {
  node: Node;
  at: number;
  writable: boolean;
}

export interface MemoryFiles extends Files {
  readonly volume: Volume;
  /** Contents of a file, for tests to look at. */
  bytesOf(path: string): Uint8Array;
  /** Makes a file with its folders, durable. */
  put(path: string, bytes: Uint8Array | string, mtimeNs?: bigint): void;
  /** The state as of now, everything durable; open files are not taken along. */
  copy(): MemoryFiles;
  /** Power gone and back. `next`: numbers in [0, 1). */
  cutPower(next: () => number): void;
}

export function createMemoryFiles(volume = new Volume()): MemoryFiles {
  const opened = new Map<number, OpenFile>();
  let nextFd = 1000;
  const file = (fd: number): OpenFile => opened.get(fd) ?? refuse('EBADF', `fd ${fd}`);
  const enter = (path: string, node: Node): void => volume.change(path, node);
  const create = (path: string, type: Node['type'], mode: number): Node => {
    if (volume.find(path, false)) refuse('EEXIST', path);
    const node = volume.make(type, mode);
    enter(path, node);
    return node;
  };
  const need = (path: string, follow = true): Node => volume.find(path, follow) ?? refuse('ENOENT', path);
  const folder = (path: string): Node => {
    const node = need(path);
    return node.type === 'dir' ? node : refuse('ENOTDIR', path);
  };

  const files: MemoryFiles = {
    volume,
    lstat: (path) => statOf(volume.find(path, false)),
    stat: (path) => statOf(volume.find(path, true)),
    fstat: (fd) => statOf(file(fd).node) as FileStat,
    readdir: (path) => [...folder(path).names].map(([name, node]) => ({ name, type: node.type })),
    open(path, flags, mode = 0o600) {
      let node = volume.find(path, flags !== 'rn' && !flags.startsWith('wx'));
      if (flags === 'wx' || flags === 'wx+') node = create(path, 'file', mode);
      else if (flags === 'w') {
        node ??= create(path, 'file', mode);
        node.resize(0);
      }
      if (!node) return refuse('ENOENT', path);
      if (node.type === 'symlink') return refuse('ELOOP', path);
      if (node.type === 'dir' && flags !== 'r' && flags !== 'rn') return refuse('EISDIR', path);
      opened.set(++nextFd, { node, at: 0, writable: flags !== 'r' && flags !== 'rn' });
      return nextFd;
    },
    close(fd) {
      if (!opened.delete(fd)) refuse('EBADF', `fd ${fd}`);
    },
    read(fd, buffer, offset, length, position) {
      const one = file(fd);
      if (one.node.type === 'dir') return refuse('EISDIR', `fd ${fd}`);
      const from = position ?? one.at;
      const bytes = one.node.bytes.subarray(from, from + length);
      buffer.set(bytes, offset);
      if (position === null) one.at += bytes.length;
      return bytes.length;
    },
    write(fd, buffer, offset, length, position) {
      const one = file(fd);
      if (!one.writable) refuse('EBADF', `fd ${fd}`);
      one.node.write(buffer.subarray(offset, offset + length), position ?? one.at);
      if (position === null) one.at += length;
    },
    fsync: (fd) => file(fd).node.sync(),
    fsyncAsync: async (fd) => file(fd).node.sync(),
    truncate: (fd, size) => file(fd).node.resize(size),
    fsyncFolder: (path) => folder(path).syncNames(),
    startWriteBack: () => undefined,
    syncFileSystem: () => volume.sync(),
    mkdir: (path, mode = 0o700) => void create(path, 'dir', mode),
    mkdirs(path, mode = 0o700) {
      const parts = volume.partsOf(path);
      for (let depth = 1; depth <= parts.length; depth++) {
        const here = `/${parts.slice(0, depth).join('/')}`;
        const node = volume.find(here, true);
        if (node === undefined) create(here, 'dir', mode);
        else if (node.type !== 'dir') refuse('ENOTDIR', here);
      }
    },
    rmdir(path) {
      if (folder(path).names.size > 0) refuse('ENOTEMPTY', path);
      volume.change(path, undefined);
    },
    unlink(path) {
      const node = need(path, false);
      if (node.type === 'dir') refuse('EISDIR', path);
      node.links -= 1;
      volume.change(path, undefined);
    },
    removeTree(path) {
      if (volume.find(path, false)) volume.change(path, undefined);
    },
    rename(from, to) {
      const node = need(from, false);
      volume.move(from, to, node);
    },
    renameNew(from, to) {
      if (volume.find(to, false)) refuse('EEXIST', to);
      files.rename(from, to);
    },
    link(existing, path) {
      const node = need(existing, false);
      if (volume.find(path, false)) refuse('EEXIST', path);
      node.links += 1;
      enter(path, node);
    },
    symlink(target, path) {
      create(path, 'symlink', 0o777).target = target;
    },
    readlink: (path) => need(path, false).target ?? refuse('EINVAL', path),
    realpath: (path) => (need(path), path),
    chmod: (path, mode) => void (need(path).mode = mode),
    lchown(path, uid, gid) {
      Object.assign(need(path, false), { uid, gid });
    },
    utimes(path, atimeNs, mtimeNs) {
      Object.assign(need(path, false), { atimeNs, mtimeNs });
    },
    xattrs: () => [],
    setXattr: (path) => refuse('ENOTSUP', path),
    mknod: (path) => refuse('EPERM', path),
    isHole: () => false,
    dataRanges: (_fd, size) => [{ from: 0, to: size }],
    space: () => ({ freeBytes: 2 ** 40, totalBytes: 2 ** 41, fileSystem: 'memory' }),
    userName: () => 'tester',
    groupName: () => 'tester',
    degraded: () => new Map(),
    readFile(path, limitBytes) {
      const { bytes } = need(path);
      return bytes.length > limitBytes ? refuse('EFBIG', path) : new Uint8Array(bytes);
    },
    bytesOf: (path) => need(path).bytes,
    put(path, bytes, mtimeNs) {
      files.mkdirs(path.slice(0, path.lastIndexOf('/')), 0o755);
      const node = volume.find(path, false) ?? create(path, 'file', 0o644);
      node.resize(0);
      node.write(Buffer.from(bytes), 0);
      if (mtimeNs !== undefined) node.mtimeNs = mtimeNs;
      volume.sync();
    },
    copy: () => createMemoryFiles(volume.copy()),
    cutPower(next) {
      opened.clear();
      volume.cutPower(next);
    }
  };
  return files;
}

function statOf(node: Node | undefined): FileStat | undefined {
  if (node === undefined) return undefined;
  const { type, mode, uid, gid, inode, links, mtimeNs, atimeNs, ctimeNs, size } = node;
  return { type, mode, uid, gid, size, inode, device: 1n, rdev: 0n, links, mtimeNs, atimeNs, ctimeNs, allocatedBytes: size };
}

function refuse(code: string, path: string): never {
  throw systemErrorOf(code, 'open', path);
}
