// Nothing is locked in, the other way round: repositories that restic made are opened, listed, read, restored and checked as restic does it.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport, Repository } from '../../src/contract/repository.ts';
import type { Snapshot, TreeEntry } from '../../src/contract/snapshots.ts';
import { fixturesFolder, hasRestic, resticWell } from './harness/restic.ts';
import { seed } from './harness/scale.ts';
import { compareTrees, makeNastyTree, Seeded } from './harness/trees.ts';
import { createWorld, type World } from './harness/world.ts';

interface ResticSnapshot {
  id: string;
  time: string;
  tags?: string[];
  paths: string[];
}

/** Every file below, without locks. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/locks/'))
    .sort();
}

describe.runIf(hasRestic())(`a repository that restic made (seed ${seed})`, () => {
  let world: World;
  let repository: string;
  let source: string;
  let known: ResticSnapshot[];

  beforeAll(async () => {
    world = createWorld();
    repository = world.path('by-restic');
    source = world.path('source');
    makeNastyTree(source, seed);
    resticWell(world, repository, ['init']);
    const random = new Seeded(seed);
    for (const [round, tags] of [['alpha'], ['alpha', 'beta'], [], ['beta'], []].entries()) {
      writeFileSync(join(source, `round-${round}`), random.bytes(300_000));
      resticWell(world, repository, ['backup', source, ...tags.flatMap((tag) => ['--tag', tag])]);
    }
    resticWell(world, repository, ['forget', '--keep-last', '1', '--keep-tag', 'alpha', '--group-by', '', '--prune']);
    known = JSON.parse(resticWell(world, repository, ['snapshots', '--json'])) as ResticSnapshot[];
    await world.well(['init', '--store', 'vault']);
    delete world.env['VARVE_VAULT_PASSPHRASE_FILE']; // the password is in a file; opening the vault would only take time
    await world.well(['repo', 'add', 'old', '--path', repository, '--mode', 'open', '--password-file', world.passwordFile]);
  });
  afterAll(() => world?.dispose());

  it('lists the same snapshots with their tags', async () => {
    expect(known).toHaveLength(3);
    const { snapshots } = (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>();
    expect(snapshots.map(({ id, tags, paths, time }) => ({ id, tags: [...tags].sort(), paths, time })).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      known.map(({ id, tags = [], paths, time }) => ({ id, tags: [...tags].sort(), paths, time })).sort((a, b) => (a.id < b.id ? -1 : 1))
    );
    expect((await world.well(['snapshots', '--tag', 'beta', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots).toHaveLength(1);
  });

  it('lists and reads the same files', async () => {
    const id = known[0]?.id ?? '';
    const ours = (await world.well(['ls', id, '--recursive', '--json'])).lines<TreeEntry>();
    const theirs = resticWell(world, repository, ['ls', id]).split('\n').filter((line) => line.startsWith('/'));
    expect(ours.length).toBeGreaterThan(80);
    // A name with a line break takes two lines in restic's list.
    expect(ours.filter(({ path }) => !/[\n\udc80-\udcff]/.test(path)).map(({ path }) => path).filter((path) => !theirs.includes(path))).toEqual([]);
    const path = join(source, 'sizes/large');
    expect((await world.well(['cat', id, path])).bytes.equals(readFileSync(path))).toBe(true);
  });

  it('restores what restic saved', async () => {
    const latest = known.at(-1)?.id ?? '';
    const target = world.path('restored');
    await world.well(['restore', latest, '--target', target]);
    // restic 0.14 keeps no times of links and turns link targets that are not UTF-8 into something else.
    expect(compareTrees(source, `${target}${source}`, { ignore: (path) => path === '/links/odd-target' })).toEqual([]);
  });

  it('checks it as sound and leaves nothing behind in it', async () => {
    const before = filesOf(repository).map((path) => `${path} ${statSync(path).size}`);
    expect((await world.well(['repo', 'check', 'old', '--read-data', '--json'])).json<CheckReport>()).toMatchObject({ ok: true, errors: 0, snapshots: 3 });
    expect(filesOf(repository).map((path) => `${path} ${statSync(path).size}`)).toEqual(before);
    expect(readdirSync(join(repository, 'locks'))).toEqual([]);
  });

  it('continues it, and restic goes on from there', async () => {
    await world.well(['plan', 'add', 'on', '--repo', 'old', '--path', source]);
    await world.well(['snapshot', 'on']);
    resticWell(world, repository, ['backup', source]);
    expect(resticWell(world, repository, ['check', '--read-data'])).toContain('no errors were found');
    expect((await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots).toHaveLength(5);
    resticWell(world, repository, ['forget', '--keep-last', '1', '--group-by', '', '--prune']);
    await world.well(['repo', 'check', 'old', '--read-data']);
  });

  it('damage is found and told apart from health: exit 5, nothing crashes, nothing is changed', async () => {
    const packs = filesOf(join(repository, 'data'));
    const pack = packs.sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
    const whole = readFileSync(pack);
    const damages: [string, () => void][] = [
      ['a byte flipped', () => {
        const broken = Buffer.from(whole);
        broken[broken.length >> 1] = (broken[broken.length >> 1] ?? 0) ^ 1;
        writeFileSync(pack, broken);
      }],
      ['the last byte gone', () => truncateSync(pack, whole.length - 1)],
      ['a header length of nonsense', () => writeFileSync(pack, Buffer.concat([whole.subarray(0, -4), Buffer.from([255, 255, 255, 255])]))],
      ['empty', () => writeFileSync(pack, '')],
      ['gone', () => execFileSync('rm', ['-f', pack])]
    ];
    for (const [name, damage] of damages) {
      execFileSync('chmod', ['u+w', pack]);
      damage();
      const ran = await world.run(['repo', 'check', 'old', '--read-data', '--json']);
      expect(ran.code, `${name}: ${ran.stderr}`).toBe(5);
      const report = ran.json<CheckReport>();
      expect(report.ok).toBe(false);
      expect(JSON.stringify(report.findings), name).toContain(basename(pack).slice(0, 8));
      writeFileSync(pack, whole);
    }
    await world.well(['repo', 'check', 'old', '--read-data']);
    const index = filesOf(join(repository, 'index'))[0] ?? '';
    const wholeIndex = readFileSync(index);
    execFileSync('chmod', ['u+w', index]);
    truncateSync(index, 20);
    const ran = await world.run(['repo', 'check', 'old']);
    expect(ran.code, ran.stdout + ran.stderr).toBe(5);
    writeFileSync(index, wholeIndex);
    appendFileSync(join(repository, 'locks', '0'.repeat(64)), '');
    expect((await world.run(['repo', 'check', 'old'])).code).toBe(0);
  });
});

const folder = fixturesFolder();
// Per restic's own expectations of these repositories; the rest of the archives are plain trees or have no snapshots.
const healthy = ['small-repo', 'repo-layout-default', 'repo-unreferenced-data', 'repo-obsolete-index', 'repo-mixed', 'repo-duplicates', 'repo-same-timestamps', 'repo-restore-permissions-test', 'copy-unstable-json', 'duplicate-packs-in-index-test-repo'];
const damaged = ['repo-index-missing', 'repo-index-missing-blob', 'repo-data-missing', 'repo-unused-data-missing'];

describe.runIf(folder)('repositories of many years', () => {
  let world: World;
  let repositories: Map<string, string>;
  /** A home of its own for each, so that no other repository has to be opened beside it. */
  const homeOf = (name: string): string => world.path(`home-${name}`);

  beforeAll(async () => {
    world = createWorld();
    repositories = new Map();
    writeFileSync(world.passwordFile, 'geheim');
    await world.well(['init', '--store', 'vault']);
    delete world.env['VARVE_VAULT_PASSPHRASE_FILE'];
    for (const name of [...healthy, ...damaged]) {
      execFileSync('cp', ['-a', world.home, homeOf(name)]);
      const into = world.path('fixtures', name);
      mkdirSync(into, { recursive: true });
      execFileSync('tar', ['xzf', join(folder ?? '', `${name}.tar.gz`), '-C', into]);
      repositories.set(name, existsSync(join(into, 'repo')) ? join(into, 'repo') : join(into, readdirSync(into)[0] ?? ''));
    }
  });
  afterAll(() => world?.dispose());

  for (const [names, code] of [[healthy, 0], [damaged, 5]] as const) {
    for (const name of names) {
      it.concurrent(`${name} opens, is listed, and its check ends with ${code}`, async () => {
        const path = repositories.get(name) ?? '';
        const env = { VARVE_HOME: homeOf(name) };
        const before = filesOf(path).map((file) => `${file} ${statSync(file).size}`);
        const added = (await world.well(['repo', 'add', name, '--path', path, '--mode', 'open', '--password-file', world.passwordFile, '--json'], { env })).json<{ created: boolean; repository: Repository; snapshots: number }>();
        expect(added).toMatchObject({ created: false, repository: { version: 1 } });
        const ran = await world.run(['repo', 'check', name, '--read-data', '--json'], { env });
        expect(ran.code, ran.stdout + ran.stderr).toBe(code);
        expect(ran.json<CheckReport>().ok).toBe(code === 0);
        const { snapshots } = (await world.well(['snapshots', '--repo', name, '--json'], { env })).json<{ snapshots: Snapshot[] }>();
        expect(snapshots).toHaveLength(added.snapshots);
        const id = snapshots[0]?.id;
        if (id !== undefined) {
          const listed = await world.run(['ls', id, '--recursive', '--json'], { env });
          expect([0, 5], listed.stderr).toContain(listed.code);
          if (code === 0) expect(listed.lines().length).toBeGreaterThan(0);
          const restored = await world.run(['restore', id, '--target', world.path('out', name)], { env });
          expect(code === 0 ? [0] : [0, 3, 5], `${restored.stdout}${restored.stderr}`).toContain(restored.code);
        }
        expect(filesOf(path).map((file) => `${file} ${statSync(file).size}`)).toEqual(before);
      });
    }
  }
});
