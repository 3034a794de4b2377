// What is kept is what comes back: real folders of this machine and a made one with everything that goes wrong first, saved and restored by
// the command line, judged by diff, by our own comparison of all metadata, and by restic.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreReport, SnapshotResult, TreeEntry } from '../../src/contract/snapshots.ts';
import { hasRestic, restic, resticWell } from './harness/restic.ts';
import { isRoot, long, scaled, seed } from './harness/scale.ts';
import { compareTrees, copyRealTree, diffTrees, makeNastyTree, makeSparseFile } from './harness/trees.ts';
import { createReadyWorld, type World } from './harness/world.ts';

const gib = 1_073_741_824;
let world: World;
let source: string;
let repository: string;
let result: SnapshotResult;

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      source = made.path('source');
      repository = made.path('repository');
      mkdirSync(source);
      const entries = copyRealTree(`${source}/real`, scaled(1_000, 40_000));
      const lacking = makeNastyTree(`${source}/nasty`, seed);
      for (const what of lacking) console.warn(`not in the made tree, as it cannot be made here: ${what}`);
      makeSparseFile(`${source}/sparse`, 2 * gib, seed);
      console.info(`${entries} real entries, seed ${seed}`);
      return [source];
    }
  });
  result = (await world.well(['snapshot', 'work', '--json'])).json<SnapshotResult>();
});
afterAll(() => world?.dispose());

describe(`real and nasty trees (seed ${seed})`, () => {
  it('are saved without a gap', () => {
    expect(result).toMatchObject({ gapCount: 0, gaps: [], degraded: [] });
    // Holes cost nothing.
    expect(result.snapshot.summary?.dataAddedPacked).toBeLessThan(gib / 8);
  });

  it('come back identical: content, names, modes, times, owners, attributes, links, holes', async () => {
    const report = (await world.well(['restore', 'latest', '--target', world.path('out'), '--json'])).json<RestoreReport>();
    expect(report).toMatchObject({ skippedCount: 0, degraded: [], kept: 0 });
    expect(report.identical).toBe(report.files);
    const restored = `${world.path('out')}${source}`;
    expect(diffTrees(source, restored, { exclude: 'sparse' })).toEqual([]); // the comparison below reads the sparse file
    expect(compareTrees(source, restored)).toEqual([]);
    expect(statSync(`${restored}/sparse`).blocks * 512).toBeLessThan(gib / 64);
  });

  it.runIf(hasRestic())('are sound to restic, byte by byte', () => {
    expect(resticWell(world, repository, ['check', '--read-data'])).toContain('no errors were found');
  });

  it.runIf(hasRestic())('are listed by restic as by varve', async () => {
    const ours = (await world.well(['ls', 'latest', '--recursive', '--json'])).lines<TreeEntry>();
    const listed = resticWell(world, repository, ['ls', '--json', 'latest'])
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { struct_type: string; path: string; type: string; size?: number })
      .filter(({ struct_type }) => struct_type === 'node');
    // What Varve carries along is hidden unless it is named.
    const isCarried = ({ path }: { path: string }): boolean => path === '/.varve' || path.startsWith('/.varve/');
    const theirs = listed.filter((entry) => !isCarried(entry));
    expect(listed.filter(isCarried).map(({ path }) => path).sort()).toEqual(['/.varve', '/.varve/checkpoint', '/.varve/plan', '/.varve/vkey']);
    expect(ours.length).toBe(theirs.length);
    // Names that are not UTF-8 look different in JSON of Go; all others are compared by path, type and size.
    const readable = (path: string): boolean => !/[\ufffd\udc80-\udcff]/.test(path);
    const facts = (entries: readonly { path: string; type: string; size: number }[]): string[] => entries.filter(({ path }) => readable(path)).map(({ path, type, size }) => `${type} ${type === 'file' ? size : 0} ${path}`).sort();
    expect(facts(ours.map(({ path, type, sizeBytes }) => ({ path, type, size: sizeBytes })))).toEqual(facts(theirs.map(({ path, type, size = 0 }) => ({ path, type, size }))));
  });

  it.runIf(hasRestic())('are restored by restic as they were', () => {
    const target = world.path('by-restic');
    const ran = restic(world, repository, ['restore', 'latest', '--target', target, ...(long ? [] : ['--exclude', `${source}/sparse`])]);
    // As an ordinary user restic cannot give files away, and says so with its exit code.
    if (isRoot) expect(ran.code, ran.stderr).toBe(0);
    const isLink = (path: string): boolean => lstatSync(`${source}${path}`, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    // restic 0.14 writes holes as zeros, sets no times of links, and knows no link targets that are not UTF-8.
    const differences = compareTrees(source, `${target}${source}`, { ignoreHoles: true, ignore: (path) => !long && path === '/sparse' });
    expect(differences.filter((difference) => !difference.includes('/odd-target: link target') && !(/: mtime/.test(difference) && isLink(difference.split(': mtime')[0] ?? '')))).toEqual([]);
  });

  it('are read as they are by cat', async () => {
    const bytes = (await world.well(['cat', 'latest', `${source}/nasty/sizes/large`])).bytes;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(readFileSync(`${source}/nasty/sizes/large`)).digest('hex'));
  });

  it('cost next to nothing a second time, and the record names both', async () => {
    const again = (await world.well(['snapshot', 'work', '--json'])).json<SnapshotResult>();
    expect(again.snapshot.summary).toMatchObject({ filesNew: 0, filesChanged: 0, dataBlobs: 0 });
    expect(again.snapshot.summary?.dataAddedPacked).toBeLessThan(100_000);
    expect((await world.well(['log', 'verify'])).stdout).toContain('intact');
  });
});
