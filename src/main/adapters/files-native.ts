// The part of `Files` that Node has no call for: exact times, extended attributes, special files, holes. Where the system has no such
// call either, the nearest thing is done (or nothing) and counted through `wanted`, never silently.
import { decodeName } from '../engine/kit/names.ts';
import type { Files, Xattr } from '../engine/ports.ts';
import { systemError, toNativePath, toSystemPath } from './files-paths.ts';
import { whence, type Native } from './native.ts';
import type { RawFs } from './raw-fs.ts';

type NativeFiles = Pick<Files, 'utimes' | 'xattrs' | 'setXattr' | 'mknod' | 'dataRanges' | 'isHole' | 'startWriteBack' | 'syncFileSystem' | 'renameNew'>;

const typeBits = { fifo: 0o010000, dev: 0o060000, chardev: 0o020000 } as const;
const noAttributes = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
/** File systems that know of no such rename. */
const noSuchRename = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);
const attributeGone = new Set(['ENODATA', 'ENOATTR']);

export function createNativeFiles(options: { fs: RawFs; native: () => Native; wanted: (missing: string) => void }): NativeFiles {
  const { fs, native, wanted } = options;
  const names = Buffer.alloc(4096); // one list of names almost always fits; never handed out

  function listNames(path: string): Uint8Array | undefined {
    const list = native().get('llistxattr');
    if (!list) {
      wanted('llistxattr');
      return undefined;
    }
    const where = toNativePath(path);
    let into = names;
    for (;;) {
      const length = list(where, into, into.length);
      if (length >= 0) return into.subarray(0, length);
      const code = native().lastError();
      if (noAttributes.has(code)) return undefined;
      if (code !== 'ERANGE' || into.length >= 1 << 20) throw systemError(code, 'llistxattr', path);
      into = Buffer.alloc(into.length * 4);
    }
  }

  /** undefined when the attribute went away since it was listed. */
  function readValue(path: string, name: string): Uint8Array | undefined {
    const read = native().get('lgetxattr');
    if (!read) {
      wanted('lgetxattr');
      return undefined;
    }
    const where = toNativePath(path);
    const which = toNativePath(name);
    for (let size = 256; ; ) {
      const into = new Uint8Array(size);
      const length = read(where, which, into, size);
      if (length >= 0) return into.slice(0, length);
      const code = native().lastError();
      if (attributeGone.has(code)) return undefined;
      if (code !== 'ERANGE') throw systemError(code, 'lgetxattr', path);
      const needed = read(where, which, null, 0);
      size = Math.max(needed, size * 2); // it may grow between the two calls
    }
  }

  return {
    utimes(path, atimeNs, mtimeNs) {
      const set = native().get('utimensat');
      if (!set) {
        wanted('utimensat');
        fs.lutimesSync(toSystemPath(path), Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9);
        return;
      }
      const times = new BigInt64Array([...secondsAndRest(atimeNs), ...secondsAndRest(mtimeNs)]);
      if (set(toNativePath(path), times) !== 0) throw systemError(native().lastError(), 'utimensat', path);
    },

    renameNew(from, to) {
      const rename = native().get('renameNew');
      if (!rename) wanted('rename without replacing');
      else if (rename(toNativePath(from), toNativePath(to)) === 0) return;
      else {
        const code = native().lastError();
        if (!noSuchRename.has(code)) throw systemError(code, 'rename', to);
      }
      if (fs.lstatSync(toSystemPath(to), { throwIfNoEntry: false }) !== undefined) throw systemError('EEXIST', 'rename', to);
      fs.renameSync(toSystemPath(from), toSystemPath(to));
    },

    xattrs(path) {
      const found: Xattr[] = [];
      const list = listNames(path);
      if (!list || list.length === 0) return found;
      // The buffer is reused by the next call, so the names are taken out before any value is read.
      const listed: string[] = [];
      for (let from = 0; from < list.length; ) {
        const end = list.indexOf(0, from);
        const stop = end < 0 ? list.length : end;
        if (stop > from) listed.push(decodeName(list.subarray(from, stop)));
        from = stop + 1;
      }
      for (const name of listed) {
        const value = readValue(path, name);
        if (value) found.push({ name, value });
      }
      return found;
    },

    setXattr(path, name, value) {
      const set = native().get('lsetxattr');
      if (!set) {
        wanted('lsetxattr');
        throw systemError('ENOTSUP', 'lsetxattr', path);
      }
      if (set(toNativePath(path), toNativePath(name), value, value.length) !== 0) throw systemError(native().lastError(), 'lsetxattr', path);
    },

    mknod(path, type, mode, rdev) {
      const permissions = mode & 0o7777;
      const make = native().get('mknod');
      const makeFifo = type === 'fifo' ? native().get('mkfifo') : undefined;
      if (!make && !makeFifo) {
        wanted('mknod');
        throw systemError('ENOTSUP', 'mknod', path);
      }
      const code = makeFifo ? makeFifo(toNativePath(path), permissions) : make!(toNativePath(path), typeBits[type] | permissions, rdev);
      if (code !== 0) throw systemError(native().lastError(), 'mknod', path);
    },

    startWriteBack(fd, from, length) {
      native().get('syncFileRange')?.(fd, from, length);
    },

    syncFileSystem(path) {
      const sync = native().get('syncfs');
      if (!sync) return wanted('syncfs');
      const fd = fs.openSync(toSystemPath(path), fs.constants.O_RDONLY);
      try {
        if (sync(fd) !== 0) throw systemError(native().lastError(), 'syncfs', path);
      } finally {
        fs.closeSync(fd);
      }
    },

    isHole(fd, from, to) {
      const seek = native().get('lseek');
      if (!seek) {
        wanted('lseek');
        return false;
      }
      const data = seek(fd, from, whence.data);
      // ENXIO: no data from here on, or the file ends before.
      const nothing = data >= 0 ? data >= to : native().lastError() === 'ENXIO';
      return nothing && seek(fd, 0, whence.end) >= to;
    },

    dataRanges(fd, size) {
      if (size <= 0) return [];
      const whole = [{ from: 0, to: size }];
      const seek = native().get('lseek');
      if (!seek) {
        wanted('lseek');
        return whole;
      }
      const place = seek(fd, 0, whence.current); // reading at "the descriptor's own place" must go on where it was
      if (place < 0) return whole;
      try {
        const ranges: { from: number; to: number }[] = [];
        for (let at = 0; at < size; ) {
          const from = seek(fd, at, whence.data);
          if (from < 0) {
            if (native().lastError() === 'ENXIO') break; // only a hole is left
            return whole; // this file system does not say
          }
          if (from >= size) break;
          const to = seek(fd, from, whence.hole);
          if (to <= from) return whole;
          ranges.push({ from, to: Math.min(to, size) });
          at = to;
        }
        return ranges;
      } finally {
        seek(fd, place, whence.set);
      }
    }
  };
}

/** Whole seconds rounded down, and the rest, so that times before 1970 come out right. */
function secondsAndRest(ns: bigint): [bigint, bigint] {
  const billion = 1_000_000_000n;
  const rest = ((ns % billion) + billion) % billion;
  return [(ns - rest) / billion, rest];
}
