// Copies judged by the real restic.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixturePassword, fixturesFolder, hasRestic, openLocal, random, restic, temporaryFolder, unpackFixture } from '../testing/index.ts';
import { copySnapshots } from './copy.ts';

const withRestic = hasRestic();

describe.runIf(withRestic)('copy', () => {
  it('makes snapshots that restic checks, restores and does not copy again', async () => {
    using folder = temporaryFolder();
    const [from, to, source, target] = ['from', 'to', 'source', 'target'].map((name) => join(folder.path, name)) as [string, string, string, string];
    mkdirSync(join(source, 'sub'), { recursive: true });
    writeFileSync(join(source, 'sub', 'file'), 'x'.repeat(3_000_000));
    const must = (path: string, ...args: string[]): string => {
      const done = restic(path, 'pw', ...args);
      expect(done.code, done.err).toBe(0);
      return done.out;
    };
    // Version 1 into version 2: what was not compressed is.
    must(from, 'init', '--repository-version', '1');
    must(from, 'backup', '--tag', 'a', source);
    writeFileSync(join(source, 'later'), 'later');
    must(from, 'backup', source);
    must(to, 'init', '--repository-version', '2');
    const facts = await copySnapshots(await openLocal(from, 'pw'), await openLocal(to, 'pw'), { random });
    expect(facts).toMatchObject({ present: 0, failed: [] });
    must(to, 'check', '--read-data');
    must(to, 'restore', 'latest', '--target', target);
    execFileSync('diff', ['-r', source, join(target, source)]);
    const listed = JSON.parse(must(to, 'snapshots', '--json')) as { original?: string; tags?: string[] }[];
    expect(new Set(listed.map((each) => each.original))).toEqual(new Set(facts.copied.map((each) => each.from)));
    // restic finds both there.
    const again = must(from, 'copy', '--repo2', to, '--password-command2', 'echo pw');
    expect(again.match(/skipping/gi)?.length ?? 0).toBe(2);
    expect((JSON.parse(must(to, 'snapshots', '--json')) as unknown[]).length).toBe(2);
  });

  for (const name of ['copy-unstable-json', 'small-repo', 'repo-same-timestamps', 'repo-mixed']) {
    it.runIf(fixturesFolder() !== undefined)(`carries the trees of ${name} as they are`, async () => {
      using folder = temporaryFolder();
      const from = unpackFixture(name, folder.path);
      const to = join(folder.path, 'to');
      expect(restic(to, 'pw', 'init').code).toBe(0);
      const facts = await copySnapshots(await openLocal(from, fixturePassword), await openLocal(to, 'pw'), { random });
      expect(facts.failed).toEqual([]);
      expect(restic(to, 'pw', 'check', '--read-data').code).toBe(0);
      const source = await openLocal(from, fixturePassword);
      const target = await openLocal(to, 'pw');
      for (const each of facts.copied) expect((await target.loadSnapshot(each.to)).tree).toBe((await source.loadSnapshot(each.from)).tree);
    });
  }
});
