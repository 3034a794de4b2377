// A live folder packed, checked and unpacked again, on a real file system.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { Files } from '../../ports.ts';
import { copyDatabase } from '../../snapshots/archive/databases/copy.ts';
import { createFakeClock, createSeededRandom } from '../../testing/index.ts';
import { createArchive } from '../archive/write.ts';
import { checkPackage } from '../check/check.ts';
import { placePackage, type PlacedPackage } from '../place.ts';
import { unpackPackage, type UnpackRequest } from '../unpack/unpack.ts';
import { packFolder, type FolderPackDeps } from './pack.ts';

const files = createNodeFiles();
const clock = createFakeClock();
const random = createSeededRandom('folder');
let base: string;
let source: string;
let backups: string;
let target: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'varve-folder-'));
  [source, backups, target] = ['source', 'source/backups', 'back'].map((name) => join(base, name)) as [string, string, string];
  mkdirSync(join(source, 'açaí/deep'), { recursive: true });
  mkdirSync(backups);
  writeFileSync(join(source, 'açaí/deep/run.sh'), 'echo hi', { mode: 0o750 });
  writeFileSync(join(source, 'manifest.json'), 'the user has one too');
  writeFileSync(join(source, 'big'), Buffer.alloc(700_000, 'abcdefg'));
  linkSync(join(source, 'big'), join(source, 'big again'));
  symlinkSync('deep/run.sh', join(source, 'açaí/link'));
  utimesSync(join(source, 'big'), 1_600_000_000, 1_600_000_000.25);
});
afterEach(() => rmSync(base, { recursive: true }));

async function pack(format: 'tar.gz' | 'zip' = 'tar.gz', through: Files = files, copy: FolderPackDeps['copyDatabase'] = () => Promise.resolve({ reason: 'not asked here' })): Promise<PlacedPackage> {
  const deps = { files: through, signal: new AbortController().signal, onFile: () => {}, onBytes: () => {}, copyDatabase: copy, scratchPath: join(base, 'scratch') };
  return placePackage({ files, clock, random }, { folder: backups, kind: 'folder', format, name: 'source' }, async (into) => {
    await packFolder(deps, source, backups, into);
    return { sourceDir: source, generator: 'Varve 1' };
  });
}

const unpack = (path: string, more: Partial<UnpackRequest> = {}): ReturnType<typeof unpackPackage> => unpackPackage({ files, clock, random, platform: 'linux' }, { path, target, existing: 'refuse', paths: [], ...more });

describe('a folder as a package', () => {
  it.each(['tar.gz', 'zip'] as const)('%s comes back with its bytes, modes, times and links', async (format) => {
    const placed = await pack(format);
    expect((await checkPackage({ files }, placed.path)).check).toMatchObject({ kind: 'folder', sourceFolder: source, problems: [], problemCount: 0 });
    const report = await unpack(placed.path);
    expect(report).toMatchObject({ kept: 0, replaced: 0, refused: [] });
    const at = (name: string): string => join(target, 'files', name);
    expect(readFileSync(at('big')).equals(readFileSync(join(source, 'big')))).toBe(true);
    expect(readFileSync(at('big again')).equals(readFileSync(join(source, 'big')))).toBe(true);
    if (format === 'tar.gz') expect(statSync(at('big again')).ino).toBe(statSync(at('big')).ino);
    expect(statSync(at('açaí/deep/run.sh')).mode & 0o777).toBe(0o750);
    expect(statSync(at('big')).mtimeMs).toBe(format === 'zip' ? 1_600_000_000_000 : 1_600_000_000_250);
    expect(readlinkSync(at('açaí/link'))).toBe('deep/run.sh');
    expect(readFileSync(at('manifest.json'), 'utf8')).toBe('the user has one too');
    // A stranger with nothing but coreutils finds it whole.
    expect(execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: target, encoding: 'utf8' })).toBe('');
  });

  it.each(['tar.gz', 'zip'] as const)('%s is said to hold the same number of files when it is made, checked and unpacked: each name but folders and what the package brings for itself', async (format) => {
    const placed = await pack(format);
    const { check } = await checkPackage({ files }, placed.path);
    const report = await unpack(placed.path);
    // run.sh, manifest.json, big, big again, link
    expect([placed.files, check.files, report.files]).toEqual([5, 5, 5]);
    expect([check.bytes, report.bytes]).toEqual([placed.fileBytes, placed.fileBytes]);
    expect(await unpack(placed.path, { existing: 'keep' })).toMatchObject({ files: 0, kept: 5 });
    expect(await unpack(placed.path, { existing: 'replace' })).toMatchObject({ files: 5, replaced: 5 });
  });

  it('leaves out what no package holds, other homes and its own packages, and names each', async () => {
    await pack();
    symlinkSync('/etc/passwd', join(source, 'out'));
    writeFileSync(join(source, 'back\\slash'), 'x');
    mkdirSync(join(source, 'home'));
    writeFileSync(join(source, 'home/varve-home.json'), '{}');
    execFileSync('mkfifo', [join(source, 'pipe')]);
    const { skipped, path } = await pack();
    expect(skipped.map(({ path: name, reason }) => [name, reason])).toEqual([
      ['files/back\\slash', 'its name holds a backslash, which other systems take for a folder'],
      ...['', '.manifest.json'].map((end) => [`files/backups/source_backup_20261121_120000.tar.gz${end}`, 'it is a package']),
      ['files/home', 'it is a Varve home; pack its record instead'],
      ['files/out', 'it is a link to an absolute path'],
      ['files/pipe', 'it is a device or a pipe']
    ]);
    expect((await checkPackage({ files }, path)).check.problems).toEqual([]);
  });

  it('holds a database as of one moment, whoever writes to it, without the files beside it', async () => {
    const writer = new Sqlite(join(source, 'results.db'));
    writer.pragma('journal_mode = WAL');
    writer.exec('CREATE TABLE t (n); INSERT INTO t VALUES (1), (2)');
    expect(statSync(join(source, 'results.db-wal')).size).toBeGreaterThan(0);
    const signal = new AbortController().signal;
    const placed = await pack('tar.gz', files, (path, to) => copyDatabase({ files, clock: createSystemClock(), signal }, path, to));
    writer.close();
    expect(placed.skipped.filter(({ path }) => path.includes('results'))).toEqual(['-shm', '-wal'].map((side) => ({ path: `files/results.db${side}`, reason: 'it belongs to a database, which is packed whole' })));
    await unpack(placed.path);
    const back = new Sqlite(join(target, 'files/results.db'), { readonly: true });
    expect(back.prepare('SELECT sum(n) FROM t').pluck().get()).toBe(3);
    back.close();
    expect(existsSync(join(base, 'scratch'))).toBe(false);
  });

  it('goes on past files that vanish, change and cannot be read, and says which', async () => {
    writeFileSync(join(source, 'gone'), 'x');
    writeFileSync(join(source, 'shrinks'), Buffer.alloc(600_000, 1));
    writeFileSync(join(source, 'secret'), 'x');
    const odd: Files = {
      ...files,
      lstat: (path) => (path.endsWith('/gone') ? undefined : files.lstat(path)),
      open: (path, ...more) => {
        if (path.endsWith('/secret')) throw Object.assign(new Error('no'), { code: 'EACCES' });
        const fd = files.open(path, ...more);
        if (path.endsWith('/shrinks')) shrinking = fd;
        return fd;
      },
      read: (fd, buffer, offset, length, position) => (fd === shrinking && (position ?? 0) > 300_000 ? 0 : files.read(fd, buffer, offset, length, position))
    };
    let shrinking = -1;
    const { skipped, path } = await pack('tar.gz', odd);
    expect(skipped.filter(({ path: name }) => !name.includes('backups'))).toEqual([
      { path: 'files/gone', reason: 'it was gone when its turn came' },
      { path: 'files/secret', reason: 'EACCES' },
      { path: 'files/shrinks', reason: 'its end could not be read; zeros stand for it: it became shorter while it was packed' }
    ]);
    expect((await checkPackage({ files }, path)).check.problems).toEqual([]);
  });
});

describe('a check', () => {
  it('names what is not as the manifest says', async () => {
    const { path } = await pack();
    const opened = join(base, 'opened');
    mkdirSync(opened);
    execFileSync('tar', ['-xzf', path, '-C', opened]);
    writeFileSync(join(opened, 'files/açaí/deep/run.sh'), 'echo HI');
    writeFileSync(join(opened, 'files/extra'), '');
    writeFileSync(join(opened, 'README.txt'), 'short');
    rmSync(join(opened, 'files/manifest.json'));
    rmSync(join(opened, 'files/big again'));
    rmSync(join(opened, 'files/açaí/link'));
    symlinkSync('deep', join(opened, 'files/açaí/link'));
    const other = join(base, 'other.tar.gz');
    execFileSync('tar', ['-czf', other, '-C', opened, 'README.txt', 'files', 'manifest.json', 'SHA256SUMS']);
    writeFileSync(`${other}.manifest.json`, readFileSync(`${path}.manifest.json`, 'utf8').replace('Varve 1', 'Varve 2'));
    const { check } = await checkPackage({ files }, other);
    expect(Object.fromEntries(check.problems.map(({ path: name, reason }) => [name, reason]))).toEqual({
      'README.txt': expect.stringMatching(/^it has 5 bytes; the manifest says \d+$/),
      'files/açaí/deep/run.sh': 'its bytes are not those that the manifest names',
      'files/açaí/link': 'it is another link than the manifest says',
      'files/big again': 'it is missing',
      'files/extra': 'the manifest does not name it',
      'files/manifest.json': 'it is missing',
      SHA256SUMS: 'it does not fit the files in the package',
      'other.tar.gz.manifest.json': 'it is the manifest of another package, or was changed'
    });
    await expect(unpack(other)).rejects.toMatchObject({ code: 'PACKAGE_REFUSED' });
    expect(existsSync(target)).toBe(false);
  });

  it('wants the passphrase of a sealed one', async () => {
    const path = join(base, 'x.tar.gz.age');
    const writer = createArchive({ files, clock }, path, { format: 'tar.gz', sealed: true }, 'caf\u00e9', 4);
    await writer.file({ path: 'a', size: 1 }, [Buffer.from('a')]);
    await writer.end();
    await expect(checkPackage({ files }, path)).rejects.toMatchObject({ code: 'PACKAGE_LOCKED' });
    await expect(checkPackage({ files }, path, { passphrase: 'cafe' })).rejects.toMatchObject({ code: 'PACKAGE_WRONG_PASSPHRASE' });
    // The same letters, typed on a Mac.
    expect((await checkPackage({ files }, path, { passphrase: 'cafe\u0301' })).check).toMatchObject({ sealed: true, kind: null, problems: [{ path: 'manifest.json', reason: 'it is missing' }] });
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] = (bytes.at(-3) as number) ^ 1;
    writeFileSync(path, bytes);
    await expect(checkPackage({ files }, path, { passphrase: 'caf\u00e9' })).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { reason: 'its end is missing or damaged' } });
    writeFileSync(path, bytes.toString('latin1').replace(/(-> scrypt \S+) 4\n/, '$1 30\n'), 'latin1');
    await expect(checkPackage({ files }, path, { passphrase: 'caf\u00e9' })).rejects.toMatchObject({ data: { reason: 'opening it is made to take more memory than any honest one does' } });
  });
});

describe('unpacking', () => {
  it('writes nothing when something is in the way, until it is told what to do', async () => {
    const { path } = await pack();
    mkdirSync(join(target, 'files'), { recursive: true });
    writeFileSync(join(target, 'files/big'), 'mine');
    await expect(unpack(path)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'target', reason: 'holds 1 of the files already (files/big); say whether they are kept or replaced' } });
    expect([readdirSync(target), readdirSync(join(target, 'files'))]).toEqual([['files'], ['big']]);
    expect(await unpack(path, { existing: 'keep', paths: ['files/big', 'files/açaí'] })).toMatchObject({ kept: 1, replaced: 0, files: 2 });
    expect(readFileSync(join(target, 'files/big'), 'utf8')).toBe('mine');
    expect(await unpack(path, { existing: 'replace', paths: ['files/big'] })).toMatchObject({ kept: 0, replaced: 1, files: 1 });
    expect(statSync(join(target, 'files/big')).size).toBe(700_000);
    await expect(unpack(path, { paths: ['files/nope'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('never goes through a link that lies in the target', async () => {
    const { path } = await pack();
    const outside = join(base, 'outside');
    mkdirSync(outside);
    mkdirSync(join(target, 'files'), { recursive: true });
    symlinkSync(outside, join(target, 'files/açaí'));
    const report = await unpack(path, { existing: 'replace' });
    expect(readdirSync(outside)).toEqual([]);
    expect(report.refused.map(({ path: name }) => name).toSorted()).toEqual(['files/açaí', 'files/açaí/deep', 'files/açaí/deep/run.sh', 'files/açaí/link']);
    expect(lstatSync(join(target, 'files/açaí')).isSymbolicLink()).toBe(true);
  });

  it('brings no bits back that run a program as its owner', async () => {
    chmodSync(join(source, 'açaí/deep/run.sh'), 0o4755);
    const { path } = await pack();
    await unpack(path);
    expect(statSync(join(target, 'files/açaí/deep/run.sh')).mode & 0o7777).toBe(0o755);
  });

  it('looks first whether there is room', async () => {
    const { path } = await pack();
    const small: Files = { ...files, space: () => ({ freeBytes: 1000, totalBytes: 10_000, fileSystem: 'x' }) };
    await expect(unpackPackage({ files: small, clock, random, platform: 'linux' }, { path, target, existing: 'refuse', paths: [] })).rejects.toMatchObject({ code: 'NO_SPACE', data: { freeBytes: 1000 } });
    expect(existsSync(target)).toBe(false);
  });

  it('refuses names that the target would change or take for one another', async () => {
    const path = join(base, 'w.zip');
    const placed = await placePackage({ files, clock, random }, { folder: join(base, 'p'), kind: 'folder', format: 'zip', name: 'w' }, async (into) => {
      await into.file({ path: 'files/Con.txt', size: 0 }, []);
      await into.file({ path: 'files/A', size: 0 }, []);
      await into.file({ path: 'files/a', size: 0 }, []);
      return { sourceDir: '', generator: 'Varve 1' };
    });
    expect(path).not.toBe(placed.path);
    await expect(unpackPackage({ files, clock, random, platform: 'win32' }, { path: placed.path, target, existing: 'refuse', paths: [] })).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { member: 'files/Con.txt', reason: 'its name is reserved on Windows' } });
    const folding: Files = { ...files, lstat: (asked) => files.lstat(asked.replace('VARVE', 'varve')) };
    await expect(unpackPackage({ files: folding, clock, random, platform: 'linux' }, { path: placed.path, target, existing: 'refuse', paths: [] })).rejects.toMatchObject({ data: { member: 'files/a', reason: 'another name in the package is the same in this folder, which does not tell them apart' } });
    expect(existsSync(target)).toBe(false);
  });
});
