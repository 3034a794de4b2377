// Judged by restic itself: it checks, lists and restores our snapshots, stores nothing anew after ours, and we restore its snapshots.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MasterKey } from '../repository/index.ts';
import { compareTrees } from './testing/compare-trees.ts';
import { hasProgram, makeNastyTree, makeRandomTree, Seeded, writeSparse } from './testing/make-tree.ts';
import { restore, save, saveCarrying } from './testing/save-and-restore.ts';
import { makeRepository, openMasterKey, realContext, restic, temporaryFolder, type Context } from './testing/workshop.ts';

const withRestic = hasProgram('restic');
if (!withRestic) console.log('skipped: restic is not installed');
const long = process.env['VARVE_LONG'] === '1';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let repository: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  repository = join(folder.path, 'repository');
  mkdirSync(source);
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

interface Summary {
  data_blobs: number;
  tree_blobs: number;
  files_new: number;
  snapshot_id: string;
}

const resticBackup = (args: string[]): Summary => JSON.parse(restic(repository, ['backup', '--json', ...args]).trim().split('\n').at(-1) as string) as Summary;
const checked = (): void => expect(restic(repository, ['check', '--read-data'])).toContain('no errors were found');

describe.skipIf(!withRestic)('restic', () => {
  it('checks, lists and restores our snapshot of a nasty tree, the same as it was', async () => {
    makeNastyTree(source, 11);
    if (existsSync('/usr/include')) cpSync('/usr/include', join(source, 'include'), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, filter: (path) => !path.includes('/c++') });
    const saved = await save(context, repository, key, [source]);
    checked();
    const entries = Number(execFileSync('sh', ['-c', 'find "$1" | tr -cd "\\n" | wc -c', 'sh', source], { encoding: 'utf8' }));
    expect(restic(repository, ['ls', saved.snapshotId, '--json']).trim().split('\n').length).toBeGreaterThan(entries / 2);
    const target = join(folder.path, 'restored');
    restic(repository, ['restore', saved.snapshotId, '--target', target]);
    // restic 0.14 cannot carry a link target that is no text; newer ones read our linktarget_raw.
    expect(compareTrees(source, join(target, source), { ignoreHoles: true, ignore: (path) => path.endsWith('/odd-target') })).toEqual([]);
  });

  it('checks, lists, prints and restores what a snapshot carries along, and goes on from it as a parent', async () => {
    writeFileSync(join(source, 'a.txt'), 'one');
    const note = 'varve/0123456789abcdef0123456789abcdef\n7\nAAAA=\n\n\u2014 line\n';
    const saved = await saveCarrying(context, repository, key, [source], { checkpoint: note, vkey: 'a+b+c\n' });
    checked();
    const listed = restic(repository, ['ls', saved.snapshotId]).split('\n');
    expect(listed).toEqual(expect.arrayContaining(['/.varve', '/.varve/checkpoint', '/.varve/vkey', join(source, 'a.txt')]));
    expect(restic(repository, ['dump', saved.snapshotId, '/.varve/checkpoint'])).toBe(note);
    const target = join(folder.path, 'restored');
    restic(repository, ['restore', saved.snapshotId, '--target', target]);
    expect([readFileSync(join(target, '.varve', 'checkpoint'), 'utf8'), readFileSync(join(target, source, 'a.txt'), 'utf8')]).toEqual([note, 'one']);
    expect(resticBackup(['--parent', saved.snapshotId, source])).toMatchObject({ files_new: 0, data_blobs: 0 });
    const again = await saveCarrying(context, repository, key, [source], { checkpoint: note, vkey: 'a+b+c\n' });
    // Folders above the source may change meanwhile; what is carried along does not.
    expect(restic(repository, ['diff', saved.snapshotId, again.snapshotId])).not.toContain('.varve');
    checked();
  });

  it('finds every chunk and every tree there when it backs up the same after us', async () => {
    makeNastyTree(source, 12);
    rmSync(join(source, 'links', 'odd-target'));
    await save(context, repository, key, [source]);
    const after = resticBackup(['--force', source]);
    expect(after.data_blobs).toBe(0);
    expect(after.tree_blobs).toBeLessThanOrEqual(restic(repository, ['version']).includes('0.14') ? 4 : 1);
  });

  it('cuts as we do around holes, whatever their borders (seed holes)', async () => {
    const random = new Seeded('holes');
    for (let i = 0; i < 12; i++) {
      const size = 6_000_000 + random.below(20_000_000);
      const data = Array.from({ length: random.below(4) }, () => ({ at: random.below(size - 2_000_000), bytes: random.bytes(1 + random.below(2_000_000)) }));
      writeSparse(join(source, `holes-${i}`), size, data);
    }
    await save(context, repository, key, [source]);
    expect(resticBackup(['--force', source]).data_blobs).toBe(0);
    checked();
  });

  it('makes snapshots that we restore, the same as they were', async () => {
    makeNastyTree(source, 13);
    rmSync(join(source, 'links', 'odd-target')); // restic 0.14 loses it
    restic(repository, ['init', '--repo', join(folder.path, 'theirs')]);
    const theirs = join(folder.path, 'theirs');
    restic(theirs, ['backup', source]);
    const theirKey = await openMasterKey(context, theirs);
    const ours = await save(context, theirs, theirKey, [source], { timeNs: context.clock.nowNs() });
    // compared with restic's snapshot of the same paths, and its chunks found
    expect(ours.parentId).toBeDefined();
    expect(ours.summary).toMatchObject({ filesNew: 0, filesChanged: 0, dataBlobs: 0 });
    const tree = (JSON.parse(restic(theirs, ['cat', 'snapshot', ours.parentId as string])) as { tree: string }).tree;
    const target = join(folder.path, 'restored');
    const report = await restore(context, theirs, theirKey, { treeId: tree, target });
    expect(report.skipped).toEqual([]);
    expect(compareTrees(source, join(target, source))).toEqual([]);
  });

  it('agrees about a tree that grows and shrinks, snapshot after snapshot (seed 21)', async () => {
    for (let round = 0; round < 4; round++) {
      makeRandomTree(join(source, `round-${round}`), `21-${round}`, 25);
      if (round > 1) rmSync(join(source, `round-${round - 2}`), { recursive: true });
      const saved = await save(context, repository, key, [source], { timeNs: context.clock.nowNs() });
      const target = join(folder.path, `restored-${round}`);
      restic(repository, ['restore', saved.snapshotId, '--target', target]);
      const oddTargets = compareTrees(source, join(target, source), { ignoreHoles: true }).filter((line) => !line.includes('link target \udc80'));
      expect(oddTargets).toEqual([]);
    }
    checked();
  });

  it('finds a repository without a fault after we were killed in the middle, and so do we', async () => {
    const random = new Seeded('kill');
    for (let i = 0; i < 30; i++) writeFileSync(join(source, `file-${i}`), random.bytes(3_000_000));
    for (let round = 0; round < (long ? 20 : 3); round++) {
      writeFileSync(join(source, `round-${round}`), random.bytes(20_000_000));
      const child = spawn(process.execPath, [new URL('./testing/save-child.ts', import.meta.url).pathname, repository, source], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 250 + random.below(900)));
      child.kill('SIGKILL');
      await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(undefined)));
      restic(repository, ['unlock']); // its process is gone; the next start of a home does the same
      checked();
      for (const id of readdirSync(join(repository, 'snapshots'))) expect(id).toMatch(/^[0-9a-f]{64}$/);
    }
    const saved = await save(context, repository, key, [source], { timeNs: context.clock.nowNs() });
    checked();
    const target = join(folder.path, 'restored');
    await restore(context, repository, key, { treeId: saved.file.tree, target });
    expect(compareTrees(source, join(target, source))).toEqual([]);
  });
});
