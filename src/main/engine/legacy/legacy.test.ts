// Copies of what was there before: what goes in, what comes back, and what a stop, a full disk and a changed copy do.
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import { fail } from '../kit/errors.ts';
import type { Files } from '../ports.ts';
import { copyBack } from './copy-back.ts';
import { copyOut } from './copy-out.ts';

const atMs = Date.UTC(2026, 10, 28, 3, 0, 0);
const random = createSystemRandom();
let top: string;
let source: string;
let homePath: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'varve-legacy-'));
  source = join(top, 'scripts');
  homePath = join(top, 'home');
  mkdirSync(join(source, 'sub', 'empty'), { recursive: true });
  mkdirSync(homePath);
  writeFileSync(join(source, 'backup.sh'), '#!/bin/sh\necho hello\n');
  chmodSync(join(source, 'backup.sh'), 0o750);
  writeFileSync(join(source, 'sub', 'ação é.csv'), 'a,b\n'.repeat(500_000));
  utimesSync(join(source, 'sub', 'ação é.csv'), 1_600_000_000.25, 1_600_000_000.25);
  symlinkSync('../backup.sh', join(source, 'sub', 'link'));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwX', top]);
  rmSync(top, { recursive: true, force: true });
});

const out = (files: Files = createNodeFiles(), rest: Partial<Parameters<typeof copyOut>[0]> = {}): ReturnType<typeof copyOut> =>
  copyOut({ files, random, homePath, source, crontab: Buffer.from('5 4 * * * /x\n'), atMs, turn: () => undefined, ...rest });
const back = (folder: string, target: string | undefined, files: Files = createNodeFiles()): ReturnType<typeof copyBack> => copyBack({ files, random, id: '20261128', folder, target, atMs, turn: () => undefined });
const copies = (): string[] => readdirSync(join(homePath, 'legacy_backups'));

describe('a copy of what was there before', () => {
  it('holds every file, read-only, and GNU sha256sum agrees with its checksums', async () => {
    const { id, folder, manifest } = await out();
    expect(id).toBe('20261128');
    expect(execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } }).toString()).toBe('');
    expect(manifest.entries.map(({ path }) => path).sort()).toEqual(['backup.sh', 'sub', 'sub/ação é.csv', 'sub/empty', 'sub/link']);
    expect(statSync(join(folder, 'files', 'backup.sh')).mode & 0o222).toBe(0);
    expect(statSync(folder).mode & 0o222).toBe(0);
    expect(readlinkSync(join(folder, 'files', 'sub', 'link'))).toBe('../backup.sh');
    expect(readFileSync(join(folder, 'crontab'), 'utf8')).toBe('5 4 * * * /x\n');
  });

  it('gets a number when there is one of that day', async () => {
    await out();
    expect((await out()).id).toBe('20261128-2');
  });

  it('leaves homes and what is no file out, by name, and copies a folder that holds the home itself', async () => {
    writeFileSync(join(homePath, 'varve-home.json'), '{}');
    execFileSync('mkfifo', [join(source, 'queue')]);
    const { manifest } = await out(undefined, { source: top });
    expect(manifest.skipped).toEqual(expect.arrayContaining([{ path: 'home', reason: 'is a Varve home' }, { path: 'scripts/queue', reason: 'is no file, folder or link' }]));
    expect(manifest.skipped_count).toBe(2);
  });

  it('comes back with modes, times and links, and moves aside what is in its place', async () => {
    const { folder } = await out();
    writeFileSync(join(source, 'backup.sh'), 'changed');
    const { movedAside, files } = await back(folder, source);
    expect(files).toBe(2);
    expect(readFileSync(join(movedAside as string, 'backup.sh'), 'utf8')).toBe('changed');
    expect(readFileSync(join(source, 'backup.sh'), 'utf8')).toBe('#!/bin/sh\necho hello\n');
    expect(statSync(join(source, 'backup.sh')).mode & 0o777).toBe(0o750);
    expect(statSync(join(source, 'sub', 'ação é.csv')).mtimeMs).toBe(1_600_000_000_250);
    expect(lstatSync(join(source, 'sub', 'link')).isSymbolicLink()).toBe(true);
  });

  it('is refused by the name of the file that was changed, before anything is written', async () => {
    const { folder } = await out();
    const path = join(folder, 'files', 'backup.sh');
    chmodSync(path, 0o600);
    writeFileSync(path, '#!/bin/sh\necho hellO\n');
    await expect(back(folder, source)).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { member: 'files/backup.sh' } });
    expect(readdirSync(top).sort()).toEqual(['home', 'scripts']);
  });

  it('is refused when its manifest leads elsewhere', async () => {
    const { folder } = await out();
    const path = join(folder, 'manifest.json');
    chmodSync(path, 0o600);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"backup.sh"', '"../../../evil"'));
    await expect(back(folder, join(top, 'elsewhere'))).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { member: 'manifest.json' } });
    expect(existsSync(join(top, 'elsewhere'))).toBe(false);
  });

  it('is whole or not there, wherever the work stops; the next one tidies up', async () => {
    const real = createNodeFiles();
    const writes = ['mkdir', 'open', 'write', 'symlink', 'chmod', 'renameNew', 'syncFileSystem'] as const;
    let steps = 0;
    for (let stop = 1; ; stop++) {
      let count = 0;
      let reached = false;
      const failing: Files = { ...real };
      for (const name of writes) {
        failing[name] = ((...args: never[]) => {
          if (++count === stop) {
            reached = true;
            throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write', path: 'x' });
          }
          return (real[name] as (...all: never[]) => unknown)(...args);
        }) as never;
      }
      const done = await out(failing).then(() => true, () => false);
      // After the rename only the folder's own rights are missing: the copy is whole.
      for (const name of copies().filter((each) => !each.startsWith('.'))) {
        await back(join(homePath, 'legacy_backups', name), undefined);
        execFileSync('chmod', ['-R', 'u+rwX', join(homePath, 'legacy_backups', name)]);
        rmSync(join(homePath, 'legacy_backups', name), { recursive: true });
      }
      expect(copies()).toEqual([]);
      steps = stop;
      if (done && !reached) break;
    }
    expect(steps).toBeGreaterThan(10);
  });

  it('puts the former folder back when the new one cannot take its place', async () => {
    const { folder } = await out();
    const real = createNodeFiles();
    let renames = 0;
    const failing: Files = { ...real, renameNew: (from, to) => (++renames === 2 ? fail('NOT_WRITABLE', 'no', { path: to, reason: 'EIO' }) : real.renameNew(from, to)) };
    await expect(back(folder, source, failing)).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    expect(readdirSync(top).sort()).toEqual(['home', 'scripts']);
    expect(readFileSync(join(source, 'backup.sh'), 'utf8')).toBe('#!/bin/sh\necho hello\n');
  });
});
