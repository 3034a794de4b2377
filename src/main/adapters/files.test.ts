import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../engine/ports.ts';
import { createNodeFiles } from './files.ts';

let folder: string;
let files: Files;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-files-'));
  files = createNodeFiles();
});
afterEach(() => {
  execFileSync('rm', ['-rf', folder]);
});

const onLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

function write(path: string, content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  const fd = files.open(path, 'w');
  files.write(fd, bytes, 0, bytes.length, 0);
  files.close(fd);
}

describe('facts', () => {
  it('tells type, size, mode, owner and links of an entry without following it', () => {
    write(join(folder, 'f'), 'hello');
    files.chmod(join(folder, 'f'), 0o4751);
    files.link(join(folder, 'f'), join(folder, 'g'));
    files.symlink('f', join(folder, 'l'));
    expect(files.lstat(join(folder, 'f'))).toMatchObject({ type: 'file', size: 5, mode: 0o4751, links: 2, uid: process.getuid?.() });
    expect(files.lstat(join(folder, 'f'))?.inode).toBe(files.lstat(join(folder, 'g'))?.inode);
    expect(files.lstat(join(folder, 'l'))).toMatchObject({ type: 'symlink', size: 1 });
    expect(files.stat(join(folder, 'l'))).toMatchObject({ type: 'file', size: 5 });
    expect(files.lstat(folder)?.type).toBe('dir');
    expect(files.lstat('/dev/null')?.type).toBe('chardev');
  });

  it('nothing there is undefined; anything else that fails throws what the system said', () => {
    write(join(folder, 'f'), '');
    expect(files.lstat(join(folder, 'missing'))).toBeUndefined();
    expect(files.lstat(join(folder, 'f', 'below-a-file'))).toBeUndefined();
    expect(files.stat(join(folder, 'missing'))).toBeUndefined();
    files.symlink('loop', join(folder, 'loop'));
    expect(() => files.stat(join(folder, 'loop'))).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    expect(() => files.lstat(join(folder, 'x'.repeat(300)))).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  });

  it('new files and folders are private unless asked otherwise', () => {
    write(join(folder, 'f'), '');
    files.mkdirs(join(folder, 'a/b'));
    expect(files.lstat(join(folder, 'f'))?.mode).toBe(0o600);
    expect(files.lstat(join(folder, 'a/b'))?.mode).toBe(0o700);
    files.mkdirs(join(folder, 'a/b'));
    expect(() => files.mkdir(join(folder, 'a'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });

  it('folders that cannot be made are refused at once, wherever the path breaks off', ({ skip }) => {
    expect(() => files.mkdirs(join(folder, 'f/a/b'))).not.toThrow();
    write(join(folder, 'file'), '');
    expect(() => files.mkdirs(join(folder, 'file/a/b'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    if (process.platform !== 'linux') skip('/proc is on Linux only');
    expect(() => files.mkdirs('/proc/nothing/a')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});

describe('reading and writing', () => {
  it('reads and writes at positions, truncates, and knows the descriptor', () => {
    const path = join(folder, 'f');
    const fd = files.open(path, 'wx');
    files.write(fd, Buffer.from('xxhelloxx'), 2, 5, 3);
    files.truncate(fd, 6);
    expect(files.fstat(fd).size).toBe(6);
    files.fsync(fd);
    files.close(fd);
    const back = files.open(path, 'r');
    const buffer = new Uint8Array(10);
    expect(files.read(back, buffer, 0, 10, 0)).toBe(6);
    expect(Buffer.from(buffer.subarray(0, 6))).toEqual(Buffer.from('\0\0\0hel'));
    expect(files.read(back, buffer, 0, 4, null)).toBe(4);
    expect(files.read(back, buffer, 0, 4, null)).toBe(2);
    expect(files.read(back, buffer, 0, 4, null)).toBe(0);
    files.close(back);
  });

  it('durability calls work on files and folders', async () => {
    const fd = files.open(join(folder, 'f'), 'w');
    await files.fsyncAsync(fd);
    files.close(fd);
    files.fsyncFolder(folder);
    await expect(files.fsyncAsync(fd)).rejects.toMatchObject({ code: 'EBADF' });
  });

  it('wx does not write through a link, and rn does not read through one', () => {
    write(join(folder, 'target'), 'kept');
    files.symlink('target', join(folder, 'l'));
    files.symlink('nowhere', join(folder, 'dangling'));
    expect(() => files.open(join(folder, 'l'), 'wx')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(() => files.open(join(folder, 'dangling'), 'wx')).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(() => files.open(join(folder, 'l'), 'rn')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });

  it('readFile stops at its limit', () => {
    write(join(folder, 'f'), 'x'.repeat(10_000));
    expect(files.readFile(join(folder, 'f'), 10_000).length).toBe(10_000);
    expect(() => files.readFile(join(folder, 'f'), 9_999)).toThrow(expect.objectContaining({ code: 'EFBIG' }));
  });

  it('readFile reads files of the kernel, whatever size they claim', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    expect(Buffer.from(files.readFile('/proc/self/mountinfo', 1 << 20)).toString()).toBe(readFileSync('/proc/self/mountinfo', 'utf8'));
    expect(() => files.readFile('/proc/self/mountinfo', 10)).toThrow(expect.objectContaining({ code: 'EFBIG' }));
    expect(Buffer.from(files.readFile('/sys/kernel/mm/transparent_hugepage/enabled', 100)).toString()).toContain('never');
  });

  it('a full disk surfaces as ENOSPC', ({ skip }) => {
    skip(!onLinux || !isRoot, 'needs Linux and root, to mount a small tmpfs');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
    } catch (error) {
      skip(`this place may not mount a tmpfs (${String(error).split('\n')[0]})`);
    }
    try {
      const fd = files.open(join(folder, 'f'), 'w');
      const chunk = new Uint8Array(1 << 20);
      expect(() => files.write(fd, chunk, 0, chunk.length, 0)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      files.close(fd);
      expect(files.space(folder)).toMatchObject({ freeBytes: 0, totalBytes: 65536, fileSystem: 'tmpfs' });
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});

describe('names', () => {
  const odd = ['new\nline', 'emoji 🪨', '\u00e9 and e\u0301', ' leading', '-dash', 'back\\slash', 'U+FFFD \ufffd itself', 'quote"\'', '\u{1F9CA}'.repeat(63)];

  it('odd but valid names survive a round trip', () => {
    for (const name of odd) write(join(folder, name), name);
    expect(files.readdir(folder).map((e) => e.name).sort()).toEqual([...odd].sort());
    for (const { name } of files.readdir(folder)) expect(Buffer.from(files.readFile(`${folder}/${name}`, 1000)).toString()).toBe(name);
  });

  it('names that are not UTF-8 survive every call', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    const raw = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9, 0x80, 0xff), Buffer.from('.txt')]);
    writeFileSync(raw, 'content');
    write(join(folder, 'plain'), '');
    const name = 'caf\udce9\udc80\udcff.txt';
    expect(files.readdir(folder).map((e) => e.name).sort()).toEqual([name, 'plain']);
    const path = `${folder}/${name}`;
    expect(files.lstat(path)?.size).toBe(7);
    files.utimes(path, 1n, 123_456_789n);
    expect(files.lstat(path)?.mtimeNs).toBe(123_456_789n);
    files.setXattr(path, 'user.varve', Buffer.from('v'));
    expect(files.xattrs(path).map((x) => x.name)).toEqual(['user.varve']);
    files.rename(path, `${folder}/\udcfe`);
    files.symlink('to/\udcfd', `${folder}/link`);
    expect(files.readlink(`${folder}/link`)).toBe('to/\udcfd');
    expect(readlinkSync(`${folder}/link`, 'buffer')).toEqual(Buffer.concat([Buffer.from('to/'), Buffer.of(0xfd)]));
    files.mkdirs(`${folder}/d\udcff/e\udcff`);
    expect(files.realpath(`${folder}/d\udcff/e\udcff/..`)).toBe(`${files.realpath(folder)}/d\udcff`);
    files.removeTree(`${folder}/d\udcff`);
    expect(readdirSync(folder, 'buffer').map((b) => b.toString('latin1')).sort()).toEqual(['link', 'plain', '\xfe']);
  });

  it('a NUL never shortens a path into another one', () => {
    write(join(folder, 'a'), '');
    expect(() => files.lstat(`${folder}/a\0b`)).toThrow(/null bytes/);
    expect(() => files.utimes(`${folder}/a\0b`, 0n, 0n)).toThrow(/EINVAL/);
    expect(files.lstat(join(folder, 'a'))?.mtimeNs).not.toBe(0n);
  });

  it('archives of Electron are plain files, and a folder may be called like one', () => {
    write(join(folder, 'app.asar'), 'not an archive');
    files.mkdir(join(folder, 'really-a-folder.asar'));
    expect(new Map(files.readdir(folder).map((e) => [e.name, e.type]))).toEqual(new Map([['app.asar', 'file'], ['really-a-folder.asar', 'dir']]));
    expect(files.lstat(join(folder, 'app.asar'))).toMatchObject({ type: 'file', size: 14 });
  });

  it('a folder of 10,000 entries is listed whole, with types', () => {
    for (let i = 0; i < 10_000; i++) {
      if (i % 100 === 0) mkdirSync(join(folder, `d${i}`));
      else if (i % 100 === 1) symlinkSync('x', join(folder, `l${i}`));
      else writeFileSync(join(folder, `f${i}`), '');
    }
    const entries = files.readdir(folder);
    expect(new Set(entries.map((e) => e.name)).size).toBe(10_000);
    const count = (type: string) => entries.filter((e) => e.type === type).length;
    expect([count('dir'), count('symlink'), count('file')]).toEqual([100, 100, 9_800]);
    expect(entries.every((e) => e.name[0] === e.type[0] || (e.type === 'symlink' && e.name.startsWith('l')))).toBe(true);
  });
});

describe('trees', () => {
  it('removeTree removes links, not what they point at; missing is fine', () => {
    mkdirSync(join(folder, 'keep'));
    write(join(folder, 'keep/f'), 'kept');
    files.mkdirs(join(folder, 'tree/a/b'));
    files.symlink('../../keep', join(folder, 'tree/a/to-keep'));
    files.removeTree(join(folder, 'tree'));
    files.removeTree(join(folder, 'tree'));
    expect(readdirSync(folder)).toEqual(['keep']);
    expect(readFileSync(join(folder, 'keep/f'), 'utf8')).toBe('kept');
  });
});

describe('what Node lacks', () => {
  it.each([
    ['the nanosecond', 1_763_000_000_123_456_789n],
    ['before 1970', -1_500_000_001n],
    ['the epoch', 0n],
    ['far ahead', 4_102_444_800_999_999_999n]
  ])('sets times to the nanosecond: %s', (_name, ns) => {
    const path = join(folder, 'f');
    write(path, '');
    files.utimes(path, ns + 1n, ns);
    expect(files.lstat(path)).toMatchObject({ atimeNs: ns + 1n, mtimeNs: ns });
  });

  it('sets a link’s own times and leaves its target alone', () => {
    write(join(folder, 'f'), '');
    files.utimes(join(folder, 'f'), 5n, 5n);
    files.symlink('f', join(folder, 'l'));
    files.utimes(join(folder, 'l'), 111_222_333_444_555_666n, 777_888_999_000_111_222n);
    expect(files.lstat(join(folder, 'l'))?.mtimeNs).toBe(777_888_999_000_111_222n);
    expect(files.lstat(join(folder, 'f'))?.mtimeNs).toBe(5n);
    expect(() => files.utimes(join(folder, 'missing'), 0n, 0n)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('extended attributes go round, empty, binary and large ones too, and python reads the same', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    const path = join(folder, 'f');
    write(path, '');
    const values: Record<string, Uint8Array> = {
      'user.empty': new Uint8Array(0),
      'user.binary': Uint8Array.of(0, 255, 10, 0),
      'user.larger': new Uint8Array(2000).fill(65),
      'user.é': Buffer.from('ü')
    };
    for (const [name, value] of Object.entries(values)) files.setXattr(path, name, value);
    const read = files.xattrs(path);
    expect(Object.fromEntries(read.map((x) => [x.name, Buffer.from(x.value).toString('hex')]))).toEqual(Object.fromEntries(Object.entries(values).map(([n, v]) => [n, Buffer.from(v).toString('hex')])));
    const python = 'import os,sys,json; p=sys.argv[1]; print(json.dumps([[n, os.getxattr(p,n).hex()] for n in os.listxattr(p)]))';
    const judged = JSON.parse(execFileSync('python3', ['-c', python, path], { encoding: 'utf8' })) as [string, string][];
    expect(read.map((x) => [x.name, Buffer.from(x.value).toString('hex')])).toEqual(judged);
  });

  it('a list of attributes longer than one page is read whole', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    const shm = mkdtempSync('/dev/shm/varve-xattr-');
    try {
      const path = join(files.space(shm).fileSystem === 'tmpfs' ? folder : shm, 'f');
      write(path, '');
      const names = Array.from({ length: 25 }, (_, i) => `user.${String(i).padStart(3, '0')}.${'n'.repeat(100)}`);
      for (const name of names) files.setXattr(path, name, Uint8Array.of(1));
      expect(files.xattrs(path).map((x) => x.name).sort()).toEqual(names);
    } finally {
      rmSync(shm, { recursive: true });
    }
  });

  it('a link’s attributes are its own: reading one does not follow it', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    write(join(folder, 'f'), '');
    files.setXattr(join(folder, 'f'), 'user.varve', Buffer.from('v'));
    files.symlink('f', join(folder, 'l'));
    expect(files.xattrs(join(folder, 'l'))).toEqual([]);
    expect(() => files.setXattr(join(folder, 'l'), 'user.varve', Buffer.from('v'))).toThrow(expect.objectContaining({ code: 'EPERM' }));
    expect(() => files.setXattr(join(folder, 'f'), 'no-namespace', Buffer.from('v'))).toThrow(expect.objectContaining({ code: expect.stringMatching(/ENOTSUP|EOPNOTSUPP/) as unknown }));
    expect(files.xattrs('/proc/self/status')).toEqual([]);
  });

  it('makes a FIFO, and a reader that finds one in place of a file does not wait for ever', () => {
    files.mknod(join(folder, 'p'), 'fifo', 0o640, 0n);
    expect(files.lstat(join(folder, 'p'))?.type).toBe('fifo');
    expect(statSync(join(folder, 'p')).isFIFO()).toBe(true);
    files.close(files.open(join(folder, 'p'), 'rn'));
    expect(() => files.mknod(join(folder, 'p'), 'fifo', 0o640, 0n)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });

  it('makes device nodes with their numbers', ({ skip }) => {
    skip(!onLinux || !isRoot, 'needs Linux and root');
    const nullDevice = files.lstat('/dev/null')!.rdev;
    try {
      files.mknod(join(folder, 'c'), 'chardev', 0o600, nullDevice);
      files.mknod(join(folder, 'b'), 'dev', 0o600, 0x0802n);
    } catch (error) {
      skip((error as NodeJS.ErrnoException).code === 'EPERM', 'this container may not make device nodes');
      throw error;
    }
    expect(files.lstat(join(folder, 'c'))).toMatchObject({ type: 'chardev', rdev: nullDevice });
    expect(files.lstat(join(folder, 'b'))).toMatchObject({ type: 'dev', rdev: 0x0802n });
  });

  it('a sparse file shows its data only, and the descriptor stays where it was', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    const path = join(folder, 'sparse');
    const fd = files.open(path, 'w');
    const block = new Uint8Array(4096).fill(1);
    files.write(fd, block, 0, 4096, 1 << 20);
    files.write(fd, block, 0, 4096, 3 << 20);
    files.truncate(fd, 5 << 20);
    files.close(fd);
    const back = files.open(path, 'r');
    files.read(back, block, 0, 100, null);
    expect(files.dataRanges(back, 5 << 20)).toEqual([
      { from: 1 << 20, to: (1 << 20) + 4096 },
      { from: 3 << 20, to: (3 << 20) + 4096 }
    ]);
    expect(files.read(back, block, 0, 1, (1 << 20) - 1)).toBe(1);
    expect(files.read(back, new Uint8Array(5 << 20), 0, 5 << 20, null)).toBe((5 << 20) - 100);
    files.close(back);
    expect(files.lstat(path)!.allocatedBytes).toBeLessThan(1 << 20);
  });

  it('a rename that must replace nothing replaces nothing, whatever is there', () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    write(from, 'new');
    files.renameNew(from, to);
    expect(readFileSync(to, 'utf8')).toBe('new');
    expect(files.lstat(from)).toBeUndefined();
    write(from, 'newer');
    const poor = createNodeFiles({ native: () => ({ get: () => undefined, lastError: () => 'ENOSYS' }) });
    const unable = createNodeFiles({ native: () => ({ get: () => (() => -1) as never, lastError: () => 'EINVAL' }) });
    files.symlink('nowhere', join(folder, 'dangling'));
    for (const each of [files, poor, unable]) {
      for (const path of [to, join(folder, 'dangling')]) expect(() => each.renameNew(from, path)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    }
    expect(readFileSync(to, 'utf8')).toBe('new');
    expect(readFileSync(from, 'utf8')).toBe('newer');
    unable.renameNew(from, join(folder, 'other'));
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('newer');
  });

  it('a hole is one only as far as nothing is stored, and not beyond the end of the file', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    const fd = files.open(join(folder, 'holes'), 'wx+');
    files.write(fd, new Uint8Array(4096).fill(1), 0, 4096, 1 << 20);
    files.truncate(fd, 3 << 20);
    expect(files.isHole(fd, 0, 1 << 20)).toBe(true);
    expect(files.isHole(fd, 0, (1 << 20) + 1)).toBe(false);
    expect(files.isHole(fd, 1 << 20, 2 << 20)).toBe(false);
    expect(files.isHole(fd, 2 << 20, 3 << 20)).toBe(true);
    expect(files.isHole(fd, 2 << 20, (3 << 20) + 1)).toBe(false);
    expect(files.isHole(fd, 4 << 20, 5 << 20)).toBe(false);
    files.close(fd);
  });

  it('dense, empty and wholly sparse files have one, no and no range', ({ skip }) => {
    skip(!onLinux, 'needs Linux');
    write(join(folder, 'dense'), 'x'.repeat(10));
    write(join(folder, 'hole'), '');
    const hole = files.open(join(folder, 'hole'), 'r+');
    expect(files.dataRanges(hole, 0)).toEqual([]);
    files.truncate(hole, 1 << 20);
    expect(files.dataRanges(hole, 1 << 20)).toEqual([]);
    files.close(hole);
    const dense = files.open(join(folder, 'dense'), 'r');
    expect(files.dataRanges(dense, 10)).toEqual([{ from: 0, to: 10 }]);
    files.close(dense);
  });

  it('knows names of users and groups, and that a number has none', () => {
    expect(files.userName(0)).toBe('root');
    expect(files.groupName(0)).toBe(onLinux ? 'root' : 'wheel');
    expect(files.userName(3_999_999_999)).toBeUndefined();
    expect(files.groupName(3_999_999_999)).toBeUndefined();
  });

  it('what a platform lacks degrades, and is counted by name', () => {
    const poor = createNodeFiles({ native: () => ({ get: () => undefined, lastError: () => 'ENOSYS' }) });
    const path = join(folder, 'f');
    write(path, 'data');
    poor.utimes(path, 1_000_000_000n, 2_000_000_000n);
    expect(poor.lstat(path)?.mtimeNs).toBe(2_000_000_000n);
    expect(poor.xattrs(path)).toEqual([]);
    expect(poor.xattrs(path)).toEqual([]);
    expect(() => poor.setXattr(path, 'user.x', Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'ENOTSUP' }));
    expect(() => poor.mknod(join(folder, 'p'), 'fifo', 0o600, 0n)).toThrow(expect.objectContaining({ code: 'ENOTSUP' }));
    const fd = poor.open(path, 'r');
    expect(poor.dataRanges(fd, 4)).toEqual([{ from: 0, to: 4 }]);
    expect(poor.isHole(fd, 0, 4)).toBe(false);
    poor.close(fd);
    poor.syncFileSystem(tmpdir());
    expect(poor.degraded()).toEqual(new Map([['utimensat', 1], ['llistxattr', 2], ['lsetxattr', 1], ['mknod', 1], ['lseek', 2], ['syncfs', 1]]));
    files.syncFileSystem(tmpdir());
    expect(files.degraded().size).toBe(0);
  });

  it('tells how much room there is', () => {
    const space = files.space(folder);
    expect(space.totalBytes).toBeGreaterThan(space.freeBytes);
    expect(space.fileSystem).not.toBe('');
  });
});
