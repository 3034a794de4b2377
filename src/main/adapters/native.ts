// System calls that Node lacks, through koffi: nanosecond times of links, extended attributes, device nodes, holes, names of users.
// Loaded on first need, each function resolved by itself; what is absent is undefined, and the caller counts that. 64-bit only: the
// layouts (two 64-bit words per timespec) hold on every 64-bit Linux, glibc and musl, and on macOS.
import { createRequire } from 'node:module';
import { constants } from 'node:os';

type NativeFunction = (...parameters: unknown[]) => number;
type Koffi = typeof import('koffi');

/** A path or name for C: a string, or bytes that end with a NUL. */
export type NativeString = string | Uint8Array;

export interface NativeCalls {
  utimensat(path: NativeString, times: BigInt64Array): number;
  llistxattr(path: NativeString, into: Uint8Array | null, size: number): number;
  lgetxattr(path: NativeString, name: NativeString, into: Uint8Array | null, size: number): number;
  lsetxattr(path: NativeString, name: NativeString, value: Uint8Array, size: number): number;
  mknod(path: NativeString, mode: number, device: bigint): number;
  mkfifo(path: NativeString, mode: number): number;
  lseek(fd: number, offset: number, whence: number): number;
  /** Begins to write a range out, without waiting (Linux). */
  syncFileRange(fd: number, offset: number, length: number): number;
  /** A rename that replaces nothing. */
  renameNew(from: NativeString, to: NativeString): number;
  /** Writes out the whole file system that holds the descriptor. */
  syncfs(fd: number): number;
  /** undefined when there is no such user; asks the system's name services, so directory users are found too. */
  userName(uid: number): string | undefined;
  groupName(gid: number): string | undefined;
}

export interface Native {
  /** The call, or undefined where this system has none. */
  get<K extends keyof NativeCalls>(name: K): NativeCalls[K] | undefined;
  /** Name of the last error (`ENODATA`). To be asked right after the call that failed. */
  lastError(): string;
}

const seekData = process.platform === 'darwin' ? 4 : 3;
const seekHole = process.platform === 'darwin' ? 3 : 4;
export const whence = { set: 0, current: 1, end: 2, data: seekData, hole: seekHole } as const;

const nothingNative: Native = { get: () => undefined, lastError: () => 'ENOSYS' };

/** `platform` only so that tests can have a system where everything is absent. */
export function loadNative(platform: string = process.platform): Native {
  const is64Bit = !['arm', 'ia32', 'mips', 'mipsel'].includes(process.arch);
  if ((platform !== 'linux' && platform !== 'darwin') || !is64Bit) return nothingNative;
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return nothingNative; // every wanted call is then counted as missing by the caller
  }
  const libraries = openLibraries(koffi, platform);
  const codeNames = new Map(Object.entries({ ...koffi.os.errno, ...constants.errno }).map(([name, code]) => [code, name]));
  const resolve = (name: string, result: string, parameters: string[]): NativeFunction | undefined => {
    for (const library of libraries) {
      try {
        return library.func(name, result, parameters) as unknown as NativeFunction;
      } catch {
        // not in this library
      }
    }
    return undefined;
  };
  const makers = platform === 'darwin' ? darwinCalls(resolve) : linuxCalls(resolve);
  const all = { ...makers, ...accountCalls(koffi, resolve) };
  const resolved = new Map<string, unknown>();
  return {
    get(name) {
      if (!resolved.has(name)) resolved.set(name, all[name]());
      return resolved.get(name) as never;
    },
    lastError() {
      const code = koffi.errno();
      return codeNames.get(code) ?? `E${code}`;
    }
  };
}

type Resolve = (name: string, result: string, parameters: string[]) => NativeFunction | undefined;
type Makers<K extends keyof NativeCalls> = { [N in K]: () => NativeCalls[N] | undefined };
type FileCalls = Makers<Exclude<keyof NativeCalls, 'userName' | 'groupName'>>;

/** The process itself comes first: it already has its C library, whichever it is. */
function openLibraries(koffi: Koffi, platform: 'linux' | 'darwin'): ReturnType<Koffi['load']>[] {
  const names = platform === 'darwin' ? [null, 'libSystem.B.dylib'] : [null, 'libc.so.6', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`];
  return names.flatMap((name) => {
    try {
      return [koffi.load(name)];
    } catch {
      return [];
    }
  });
}

function linuxCalls(resolve: Resolve): FileCalls {
  const currentFolder = -100; // AT_FDCWD
  const noFollow = 0x100; // AT_SYMLINK_NOFOLLOW
  const noReplace = 1; // RENAME_NOREPLACE
  const startWrite = 2; // SYNC_FILE_RANGE_WRITE
  return {
    utimensat: () => bind(resolve('utimensat', 'int', ['int', 'char *', 'void *', 'int']), (call) => (path, times) => call(currentFolder, path, times, noFollow)),
    llistxattr: () => bind(resolve('llistxattr', 'int64_t', ['char *', 'void *', 'size_t']), (call) => (path, into, size) => call(path, into, size)),
    lgetxattr: () => bind(resolve('lgetxattr', 'int64_t', ['char *', 'char *', 'void *', 'size_t']), (call) => (path, name, into, size) => call(path, name, into, size)),
    lsetxattr: () => bind(resolve('lsetxattr', 'int', ['char *', 'char *', 'void *', 'size_t', 'int']), (call) => (path, name, value, size) => call(path, name, value, size, 0)),
    // glibc before 2.33 has mknod only as an inline function around __xmknod(version, ...).
    mknod: () =>
      bind(resolve('mknod', 'int', ['char *', 'uint32_t', 'uint64_t']), (call) => (path, mode, device) => call(path, mode, device)) ??
      bind(resolve('__xmknod', 'int', ['int', 'char *', 'uint32_t', 'void *']), (call) => (path, mode, device) => call(0, path, mode, new BigUint64Array([device]))),
    mkfifo: () => bind(resolve('mkfifo', 'int', ['char *', 'uint32_t']), (call) => (path, mode) => call(path, mode)),
    lseek: () => bind(resolve('lseek', 'int64_t', ['int', 'int64_t', 'int']), (call) => (fd, offset, from) => call(fd, offset, from)),
    syncFileRange: () => bind(resolve('sync_file_range', 'int', ['int', 'int64_t', 'int64_t', 'uint32_t']), (call) => (fd, offset, length) => call(fd, offset, length, startWrite)),
    renameNew: () => bind(resolve('renameat2', 'int', ['int', 'char *', 'int', 'char *', 'uint32_t']), (call) => (from, to) => call(currentFolder, from, currentFolder, to, noReplace)),
    syncfs: () => bind(resolve('syncfs', 'int', ['int']), (call) => (fd) => call(fd))
  };
}

function darwinCalls(resolve: Resolve): FileCalls {
  const currentFolder = -2;
  const noFollow = 0x20;
  const xattrNoFollow = 1;
  const exclusive = 4; // RENAME_EXCL
  return {
    utimensat: () => bind(resolve('utimensat', 'int', ['int', 'char *', 'void *', 'int']), (call) => (path, times) => call(currentFolder, path, times, noFollow)),
    llistxattr: () => bind(resolve('listxattr', 'int64_t', ['char *', 'void *', 'size_t', 'int']), (call) => (path, into, size) => call(path, into, size, xattrNoFollow)),
    lgetxattr: () =>
      bind(resolve('getxattr', 'int64_t', ['char *', 'char *', 'void *', 'size_t', 'uint32_t', 'int']), (call) => (path, name, into, size) => call(path, name, into, size, 0, xattrNoFollow)),
    lsetxattr: () =>
      bind(resolve('setxattr', 'int', ['char *', 'char *', 'void *', 'size_t', 'uint32_t', 'int']), (call) => (path, name, value, size) => call(path, name, value, size, 0, xattrNoFollow)),
    mknod: () => bind(resolve('mknod', 'int', ['char *', 'uint16_t', 'int32_t']), (call) => (path, mode, device) => call(path, mode, Number(BigInt.asIntN(32, device)))),
    mkfifo: () => bind(resolve('mkfifo', 'int', ['char *', 'uint16_t']), (call) => (path, mode) => call(path, mode)),
    lseek: () => bind(resolve('lseek', 'int64_t', ['int', 'int64_t', 'int']), (call) => (fd, offset, from) => call(fd, offset, from)),
    renameNew: () => bind(resolve('renamex_np', 'int', ['char *', 'char *', 'uint32_t']), (call) => (from, to) => call(from, to, exclusive)),
    syncFileRange: () => undefined,
    // macOS can only sync everything; the call says nothing of success.
    syncfs: () =>
      bind(resolve('sync', 'void', []), (call) => () => {
        call();
        return 0;
      })
  };
}

function bind<C>(call: NativeFunction | undefined, wrap: (call: NativeFunction) => C): C | undefined {
  return call && wrap(call);
}

/**
 * The re-entrant forms, because threads of one process share the plain ones' answer. Both structures begin with a pointer to the name,
 * and that is all we read; 256 bytes hold either structure everywhere.
 */
function accountCalls(koffi: Koffi, resolve: Resolve): Makers<'userName' | 'groupName'> {
  const maker = (name: string) => () => {
    const call = resolve(name, 'int', ['uint32_t', 'void *', 'void *', 'size_t', 'void *']);
    if (!call) return undefined;
    return (id: number): string | undefined => {
      const structure = Buffer.alloc(256);
      const found = Buffer.alloc(8);
      for (let size = 4096; size <= 1 << 20; size *= 4) {
        const text = Buffer.alloc(size);
        const code = call(id, structure, text, size, found);
        if (code === constants.errno.ERANGE) continue; // a group with many members
        if (code !== 0 || found.readBigUInt64LE(0) === 0n) return undefined;
        const decoded: unknown = koffi.decode(structure, 'char *');
        return typeof decoded === 'string' && text.length > 0 ? decoded : undefined;
      }
      return undefined;
    };
  };
  return { userName: maker('getpwuid_r'), groupName: maker('getgrgid_r') };
}
