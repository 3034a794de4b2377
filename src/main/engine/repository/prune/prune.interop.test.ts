// Prune judged by the real restic: after ours it finds nothing wrong and restores what it saved, its prune runs after ours and ours after its.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRepository } from '../check.ts';
import { fixturePassword, fixturesFolder, hasRestic, numbersOf, openLocal, random, restic, temporaryFolder, unpackFixture } from '../testing/index.ts';
import { pruneRepository, type PruneFacts, type PruneOptions } from './prune.ts';

const password = 'correct horse';
const withRestic = hasRestic();
const withFixtures = fixturesFolder() !== undefined;

async function prune(path: string, secret: string, more: Partial<PruneOptions> = {}): Promise<PruneFacts> {
  return pruneRepository(await openLocal(path, secret), { dryRun: false, maxUnused: { kind: 'percent', percent: 5 }, random, ...more });
}

function must(path: string, ...args: string[]): string {
  const done = restic(path, password, ...args);
  expect(done.code, `restic ${args.join(' ')}: ${done.err}${done.out}`).toBe(0);
  return done.out;
}

describe.runIf(withRestic)('prune and restic on one repository', () => {
  for (const version of ['1', '2']) {
    it(`take turns after edits and forgets, version ${version}`, async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'repo');
      const source = join(folder.path, 'source');
      const next = numbersOf(Number(version));
      const below = (limit: number): number => Math.floor(next() * limit);
      mkdirSync(source);
      must(path, 'init', '--repository-version', version);
      const kept = new Map<string, string>();
      for (let round = 0; round < (process.env['VARVE_LONG'] ? 30 : 2); round++) {
        for (let i = 0; i < 2; i++) {
          for (let f = 0; f < 8; f++) {
            const file = join(source, `file${below(20)}`);
            if (below(4) === 0) rmSync(file, { force: true });
            else writeFileSync(file, Buffer.from(Array.from({ length: below(200_000) }, () => below(256))));
          }
          const out = must(path, 'backup', '--json', source);
          const id = /"snapshot_id":"([0-9a-f]+)"/.exec(out)?.[1] ?? '';
          const copy = join(folder.path, `copy-${id}`);
          execFileSync('cp', ['-a', source, copy]);
          kept.set(id, copy);
        }
        for (const id of kept.keys()) {
          if (kept.size === 1 || below(3) !== 0) continue;
          must(path, 'forget', id);
          kept.delete(id);
        }
        if (round % 3 === 1) must(path, 'prune');
        await prune(path, password, { maxUnused: round % 2 === 0 ? { kind: 'bytes', bytes: 0 } : { kind: 'percent', percent: 5 } });
        must(path, 'check', '--read-data');
        const report = await checkRepository(await openLocal(path, password), { read: { kind: 'all' } });
        expect(report.findings).toEqual([]);
        for (const [id, copy] of kept) {
          const target = join(folder.path, 'restored');
          must(path, 'restore', id, '--target', target);
          execFileSync('diff', ['-r', copy, join(target, source)]);
          rmSync(target, { recursive: true });
        }
      }
      const out = must(path, 'prune', '--max-unused', '0');
      expect(out).not.toMatch(/error/i);
      must(path, 'check', '--read-data');
    });
  }
});

describe.runIf(withFixtures)('prune on the public test repositories', () => {
  for (const name of ['repo-index-missing', 'repo-index-missing-blob', 'repo-data-missing']) {
    it(`refuses ${name}`, async () => {
      using folder = temporaryFolder();
      const path = unpackFixture(name, folder.path);
      const before = execFileSync('find', [path, '-type', 'f'], { encoding: 'utf8' });
      await expect(prune(path, fixturePassword)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
      expect(execFileSync('find', [path, '-type', 'f'], { encoding: 'utf8' })).toBe(before);
    });
  }

  for (const name of ['repo-unused-data-missing', 'repo-unreferenced-data', 'repo-obsolete-index', 'repo-mixed', 'repo-duplicates', 'small-repo', 'repo-layout-default', 'copy-unstable-json']) {
    it(`leaves ${name} whole, for restic, too`, async () => {
      using folder = temporaryFolder();
      const path = unpackFixture(name, folder.path);
      const report = await prune(path, fixturePassword, { maxUnused: { kind: 'bytes', bytes: 0 } });
      const checked = await checkRepository(await openLocal(path, fixturePassword), { read: { kind: 'all' } });
      expect(checked.findings).toEqual([]);
      const again = await prune(path, fixturePassword, { maxUnused: { kind: 'bytes', bytes: 0 }, dryRun: true });
      expect(again.blobs).toMatchObject({ unused: 0, duplicate: 0 });
      expect(again.packs).toMatchObject({ removed: 0, repacked: 0 });
      if (name === 'repo-duplicates') expect(report.blobs.duplicate).toBeGreaterThan(0);
      if (name === 'repo-mixed') expect(report.reasons.map((each) => each.reason)).toContain('mixed');
      if (name === 'repo-unreferenced-data') expect(report.reasons.map((each) => each.reason)).toContain('unindexed');
      if (withRestic) {
        const judged = restic(path, fixturePassword, 'check', '--read-data');
        expect(judged.code, judged.err).toBe(0);
      }
    });
  }
});
