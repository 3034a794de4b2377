// Repairs judged by the real restic: on the public damaged repositories, and on repositories that restic made and each recipe damaged.
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRepository } from '../check.ts';
import { sha256Hex } from '../format/ids.ts';
import { pruneRepository } from '../prune/prune.ts';
import { fixturePassword, fixturesFolder, hasRestic, openLocal, random, restic, temporaryFolder, unpackFixture } from '../testing/index.ts';
import { repairIndex } from './index-repair.ts';
import { repairPacks } from './pack-repair.ts';
import { repairSnapshots } from './snapshot-repair.ts';
import type { RepairFacts } from './steps.ts';

const options = { dryRun: false, random, signal: undefined, onProgress: () => undefined };
const withRestic = hasRestic();
const withFixtures = fixturesFolder() !== undefined;

async function repairAll(path: string, password: string): Promise<RepairFacts[]> {
  const done = [await repairIndex(await openLocal(path, password), options)];
  done.push(await repairPacks(await openLocal(path, password), options));
  done.push(await repairSnapshots(await openLocal(path, password), { ...options, forget: true }));
  return done;
}

async function expectWhole(path: string, password: string): Promise<void> {
  const report = await checkRepository(await openLocal(path, password), { read: { kind: 'all' } });
  expect(report.findings.filter((finding) => finding.severity === 'error')).toEqual([]);
  if (!withRestic) return;
  const judged = restic(path, password, 'check', '--read-data');
  expect(judged.code, judged.err).toBe(0);
}

describe.runIf(withFixtures)('the public damaged repositories', () => {
  for (const [name, loses] of [
    ['repo-index-missing', false],
    ['repo-index-missing-blob', false],
    ['repo-data-missing', true],
    ['repo-unused-data-missing', false],
    ['repo-unreferenced-data', false],
    ['repo-obsolete-index', false],
    ['duplicate-packs-in-index-test-repo', false]
  ] as const) {
    it(`${name} is whole afterwards${loses ? ', without what is lost' : ''}`, async () => {
      using folder = temporaryFolder();
      const path = unpackFixture(name, folder.path);
      const before = readdirSync(join(path, 'data'), { recursive: true }).length;
      const dry = await repairIndex(await openLocal(path, fixturePassword), { ...options, dryRun: true });
      expect(readdirSync(join(path, 'data'), { recursive: true }).length).toBe(before);
      const [index, , snapshots] = await repairAll(path, fixturePassword);
      expect(index?.steps).toEqual(dry.steps);
      expect(snapshots?.count === 0).toBe(!loses);
      await expectWhole(path, fixturePassword);
    });
  }
});

describe.runIf(withRestic)('a repository of restic', () => {
  const password = 'pw';
  let folder: ReturnType<typeof temporaryFolder>;
  let template = '';
  const must = (path: string, ...args: string[]): void => {
    const done = restic(path, password, ...args);
    if (done.code !== 0) throw new Error(done.err);
  };
  beforeAll(() => {
    folder = temporaryFolder();
    template = join(folder.path, 'template');
    const source = join(folder.path, 'source');
    mkdirSync(join(source, 'sub'), { recursive: true });
    for (let i = 0; i < 6; i++) writeFileSync(join(source, 'sub', `file${i}`), randomBytes(100_000));
    for (const args of [['init', '--repository-version', '2'], ['backup', source]]) must(template, ...args);
    writeFileSync(join(source, 'later'), 'later');
    must(template, 'backup', source);
  });
  afterAll(() => folder[Symbol.dispose]());

  const filesOf = (path: string, kind: string): string[] =>
    readdirSync(join(path, kind), { recursive: true, encoding: 'utf8' }).map((name) => join(path, kind, name)).filter((name) => statSync(name).isFile());
  const largest = (path: string): string => filesOf(path, 'data').sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  const change = (path: string, edit: (bytes: Buffer) => Buffer): void => {
    const bytes = edit(readFileSync(path));
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
  };
  const headerLength = (length: number) => (path: string): void => change(largest(path), (bytes) => (bytes.writeUInt32LE(length, bytes.length - 4), bytes));

  const recipes: [string, (path: string) => void, boolean][] = [
    ['with a changed byte in the middle of a pack', (path) => change(largest(path), (bytes) => ((bytes[bytes.length >>> 1] = (bytes[bytes.length >>> 1] as number) ^ 1), bytes)), true],
    ['with a pack that ends a byte early', (path) => (chmodSync(largest(path), 0o600), truncateSync(largest(path), statSync(largest(path)).size - 1)), false],
    ['with a header length of 0', headerLength(0), false],
    ['with a header length of 1', headerLength(1), false],
    ['with a header length of 31', headerLength(31), false],
    ['with a header length of 0xffffffff', headerLength(0xffff_ffff), false],
    ['without one of its packs', (path) => rmSync(largest(path), { force: true }), true],
    [
      'with a pack of random bytes',
      (path) => {
        const bytes = randomBytes(1000);
        writeFileSync(join(path, 'data', sha256Hex(bytes).slice(0, 2), sha256Hex(bytes)), bytes);
      },
      false
    ],
    ['without one of its index files', (path) => rmSync(filesOf(path, 'index')[0] as string, { force: true }), false],
    ['with an index file that is cut off', (path) => change(filesOf(path, 'index')[0] as string, (bytes) => bytes.subarray(0, 60)), false],
    ['with an index file under a wrong name', (path) => renameSync(filesOf(path, 'index')[0] as string, join(path, 'index', 'ab'.repeat(32))), false]
  ];
  for (const [what, damage, loses] of recipes) {
    it(`${what} is whole afterwards, for restic, too`, async () => {
      const path = join(folder.path, 'repository');
      rmSync(path, { recursive: true, force: true });
      cpSync(template, path, { recursive: true });
      damage(path);
      const [, packs, snapshots] = await repairAll(path, password);
      expect(snapshots?.gaps).toBe(loses);
      if (!loses) expect((packs?.steps ?? []).every((step) => step.lost === 0)).toBe(true);
      await expectWhole(path, password);
      const left = JSON.parse(restic(path, password, 'snapshots', '--json').out) as { tags?: string[] }[];
      expect(left.filter((snapshot) => snapshot.tags?.includes('repaired') ?? false).length).toBe(loses ? 2 : 0);
      expect(left).toHaveLength(2);
      await pruneRepository(await openLocal(path, password), { dryRun: false, maxUnused: { kind: 'bytes', bytes: 0 }, random });
      expect((await checkRepository(await openLocal(path, password), { read: { kind: 'all' } })).findings).toEqual([]);
    });
  }
});
