// A snapshot that restic took, packed without a restore, and opened with tar and unzip.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../repository/index.ts';
import { clock, files, hasRestic, openLocal, random, restic } from '../../repository/testing/index.ts';
import { checkPackage } from '../check/check.ts';
import type { PlacedPackage } from '../place.ts';
import { placeSnapshot } from './place.ts';

const password = 'geheim';
const base = mkdtempSync(join(tmpdir(), 'varve-pack-snapshot-'));
const source = join(base, 'thesis');
const at = (name: string): string => join(source, name);
let repository: Repository;
let treeId: string;

afterAll(() => rmSync(base, { recursive: true }));

describe.runIf(hasRestic())('a snapshot as a package', () => {
  beforeAll(async () => {
    mkdirSync(at('data/deep'), { recursive: true });
    writeFileSync(at('data/açaí.csv'), 'a;b\n', { mode: 0o640 });
    const large = Buffer.alloc(9_500_000);
    for (let i = 0; i < large.length; i += 7) large[i] = (i * 2_654_435_761) >>> 9;
    writeFileSync(at('data/deep/large.bin'), large);
    writeFileSync(at('notes.txt'), 'notes');
    linkSync(at('notes.txt'), at('same notes.txt'));
    symlinkSync('data/açaí.csv', at('link'));
    symlinkSync('/etc/hostname', at('out'));
    execFileSync('mkfifo', [at('pipe')]);
    const path = join(base, 'repo');
    restic(path, password, 'init');
    restic(path, password, 'backup', source);
    repository = await openLocal(path, password);
    await repository.loadIndex();
    treeId = (await repository.loadSnapshots()).snapshots[0]?.file.tree as string;
  });

  function pack(format: 'tar.gz' | 'zip', paths: readonly string[] = []): Promise<PlacedPackage> {
    const request = { folder: join(base, 'packages'), format, name: 'thesis', signal: new AbortController().signal };
    return placeSnapshot({ files, clock, random }, request, { repository, treeId, paths, facts: { sourceDir: source, generator: 'Varve 1', further: { snapshot: { tree: treeId } } } }, { bytes: () => {}, file: () => {}, current: () => {}, phase: () => {} });
  }

  it.each(['tar.gz', 'zip'] as const)('%s holds its files, modes, times and links, and names what it leaves out', async (format) => {
    const placed = await pack(format);
    expect(placed.skipped.map(({ path, reason }) => [path.slice(`files${source}/`.length), reason])).toEqual([
      ['out', 'it is a link to an absolute path'],
      ['pipe', 'it is a device or a pipe']
    ]);
    const { check, manifest } = await checkPackage({ files }, placed.path);
    expect(check).toMatchObject({ kind: 'snapshot', sourceFolder: source, problems: [] });
    expect(manifest).toMatchObject({ snapshot: { tree: treeId } });
    const out = mkdtempSync(join(base, 'out-'));
    if (format === 'zip') execFileSync('unzip', ['-q', placed.path, '-d', out], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    else execFileSync('tar', ['-xpzf', placed.path, '-C', out]);
    const top = join(out, 'files', source);
    for (const name of ['data/açaí.csv', 'data/deep/large.bin', 'notes.txt', 'same notes.txt']) {
      expect(readFileSync(join(top, name)).equals(readFileSync(at(name)))).toBe(true);
      expect([name, statSync(join(top, name)).mode, Math.floor(statSync(join(top, name)).mtimeMs / 1000)]).toEqual([name, statSync(at(name)).mode, Math.floor(statSync(at(name)).mtimeMs / 1000)]);
    }
    expect(readlinkSync(join(top, 'link'))).toBe('data/açaí.csv');
    if (format === 'tar.gz') expect(statSync(join(top, 'notes.txt')).ino).toBe(statSync(join(top, 'same notes.txt')).ino);
  });

  it('may be of parts alone', async () => {
    const { path, files: count } = await pack('tar.gz', [`${source}/data/deep`, `${source}/notes.txt`]);
    expect(count).toBe(2);
    const names = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).split('\n');
    expect(names).toContain(`files${source}/data/deep/large.bin`);
    expect(names.filter((name) => name.includes('csv') || name.includes('same'))).toEqual([]);
    await expect(pack('tar.gz', ['/nowhere'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
