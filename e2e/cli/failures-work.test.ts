// What goes wrong with passwords, drives, files and repositories: each says what it is about and what to do, with its exit code, and nothing
// is lost.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreReport, Snapshot, SnapshotResult } from '../../src/contract/snapshots.ts';
import { createSystemRandom } from '../../src/main/adapters/random.ts';
import { parseMasterKey, Sealer } from '../../src/main/engine/repository/format/seal.ts';
import { hasRestic, resticWell } from './harness/restic.ts';
import { isRoot, seed } from './harness/scale.ts';
import { compareTrees, makeManyFiles, Seeded } from './harness/trees.ts';
import { createReadyWorld, createWorld, type World } from './harness/world.ts';

const nobody = 65_534;
/** What every message for people has: what happened, what it means, what to do. */
const told = /^varve: .+\n {2}.+\n {2}.+/;

function expectTold(stderr: string, ...words: string[]): void {
  expect(stderr).toMatch(told);
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/\n\s+at /); // no stack
}

let world: World;
let source: string;

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      source = made.path('source');
      makeManyFiles(source, 40, seed);
      return [source];
    }
  });
  await world.well(['snapshot', 'work']);
});
afterAll(() => world?.dispose());

const snapshots = async (): Promise<Snapshot[]> => (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots;

describe('passwords', () => {
  it('a wrong one is refused with exit 1, names the repository, and adds nothing', async () => {
    writeFileSync(world.path('wrong'), 'not the password');
    const path = world.path('elsewhere');
    execFileSync('cp', ['-a', world.path('repository'), path]);
    const ran = await world.run(['repo', 'add', 'again', '--path', path, '--mode', 'open', '--password-file', world.path('wrong')]);
    expect(ran.code).toBe(1);
    expectTold(ran.stderr, path);
    expect((await world.well(['repo', 'list', '--json'])).json<unknown[]>()).toHaveLength(1);
    const twice = await world.run(['repo', 'add', 'again', '--path', world.path('repository'), '--mode', 'open', '--password-file', world.passwordFile]);
    expect(twice.code, 'the same repository a second time').toBe(8);
  });

  it('a password file that changed or went away fails the command and nothing else', async () => {
    const right = readFileSync(world.passwordFile);
    try {
      writeFileSync(world.passwordFile, 'changed');
      const wrong = await world.run(['snapshot', 'work']);
      expect(wrong.code).toBe(1);
      expectTold(wrong.stderr);
      rmSync(world.passwordFile);
      for (const args of [['snapshot', 'work'], ['ls', 'work@latest'], ['ls', 'latest'], ['restore', 'work@latest', '--target', world.path('none')]]) {
        const gone = await world.run(args);
        expect(gone.code, gone.stderr).toBe(7);
        expectTold(gone.stderr, world.passwordFile);
      }
      expect(existsSync(world.path('none'))).toBe(false);
    } finally {
      writeFileSync(world.passwordFile, right);
    }
    await world.well(['snapshot', 'work']);
  });

  it('one is needed, and without a terminal it says how to give it', async () => {
    const ran = await world.run(['repo', 'add', 'other', '--path', world.path('other')]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('--password-file');
    expect(existsSync(world.path('other'))).toBe(false);
  });
});

describe('repositories', () => {
  it('a folder that is not there is exit 4, names it, and the snapshots are back when it is', async () => {
    const before = await snapshots();
    renameSync(world.path('repository'), world.path('unplugged'));
    for (const args of [['snapshot', 'work'], ['repo', 'check', 'usb'], ['ls', 'latest'], ['restore', 'work@latest', '--target', world.path('none')]]) {
      const ran = await world.run(args);
      expect(ran.code, ran.stderr).toBe(4);
      expectTold(ran.stderr, world.path('repository'));
    }
    expect((await world.well(['repo', 'list', '--json'])).stdout).toContain('"absent"');
    const listed = await world.run(['snapshots']);
    expect(listed.stderr).toContain('usb');
    expect(existsSync(world.path('repository')), 'made nothing where the drive was').toBe(false);
    renameSync(world.path('unplugged'), world.path('repository'));
    expect(await snapshots()).toEqual(before);
  });

  it('a repository of an unknown version is left alone, and the version is named', async () => {
    const path = world.path('newer');
    await world.well(['repo', 'add', 'newer', '--path', path, '--password-file', world.passwordFile]);
    // The config as a later restic would write it.
    const key = spawnSync('/usr/bin/restic', ['--repo', path, '--no-cache', 'cat', 'masterkey'], { env: world.env as NodeJS.ProcessEnv });
    if (key.status !== 0) return console.warn('no restic: a repository of another version could not be made');
    const random = createSystemRandom();
    const sealer = new Sealer(parseMasterKey(key.stdout), (length) => random.bytes(length));
    const config = JSON.parse(resticWell(world, path, ['cat', 'config'])) as Record<string, unknown>;
    chmodSync(join(path, 'config'), 0o600);
    writeFileSync(join(path, 'config'), sealer.seal(Buffer.from(JSON.stringify({ ...config, version: 9 }))));
    const copy = world.path('newer-copy');
    execFileSync('cp', ['-a', path, copy]);
    const added = await world.run(['repo', 'add', 'second', '--path', copy, '--mode', 'open', '--password-file', world.passwordFile]);
    expect(added.code, added.stderr).toBe(1);
    expectTold(added.stderr, '9', copy);
    await world.well(['plan', 'add', 'onto', '--repo', 'newer', '--path', source]);
    const ran = await world.run(['snapshot', 'onto']);
    expect(ran.code).toBe(1);
    expectTold(ran.stderr, '9', path);
    expect(readdirSync(join(path, 'snapshots'))).toEqual([]);
    return undefined;
  });

  it('a folder with other files is not made into a repository', async () => {
    mkdirSync(world.path('mine'));
    writeFileSync(world.path('mine/letter.txt'), 'mine');
    const ran = await world.run(['repo', 'add', 'mine', '--path', world.path('mine'), '--password-file', world.passwordFile]);
    expect(ran.code, ran.stderr).not.toBe(0);
    expectTold(ran.stderr, world.path('mine'));
    expect(readdirSync(world.path('mine'))).toEqual(['letter.txt']);
  });
});

describe('files', () => {
  it('that vanish while they are saved are gaps with their names, never a failure', async () => {
    const busy = world.path('busy');
    makeManyFiles(busy, 400, seed);
    await world.well(['plan', 'add', 'busy', '--repo', 'usb', '--path', busy]);
    const running = world.start(['snapshot', 'busy', '--json']);
    const random = new Seeded(seed);
    while (running.child.exitCode === null) {
      const path = join(busy, 'd0', `f${random.below(400)}`);
      rmSync(path, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (random.below(2) === 0) writeFileSync(path, random.bytes(100));
    }
    const ran = await running.done;
    expect([0, 3], ran.stderr).toContain(ran.code);
    const result = ran.json<SnapshotResult>();
    expect(result.gapCount > 0).toBe(ran.code === 3);
    expect(result.snapshot.incomplete).toBe(ran.code === 3);
    for (const { reason } of result.gaps) expect(reason).toBe('ENOENT');
  });

  it('a folder of the plan that is gone is a gap that names it; all of them gone is a snapshot of gaps, marked for ever', async () => {
    mkdirSync(world.path('first'));
    mkdirSync(world.path('other-one'));
    writeFileSync(world.path('first/file'), 'x');
    await world.well(['plan', 'add', 'two', '--repo', 'usb', '--path', world.path('first'), '--path', world.path('other-one')]);
    rmSync(world.path('other-one'), { recursive: true });
    const ran = await world.run(['snapshot', 'two']);
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stdout).toContain(world.path('other-one'));
    rmSync(world.path('first'), { recursive: true });
    const none = await world.run(['snapshot', 'two']);
    expect(none.code, none.stderr).toBe(3);
    for (const folder of [world.path('first'), world.path('other-one')]) expect(none.stdout).toContain(folder);
    expect((await world.well(['snapshots', '--plan', 'two', '--repo', 'usb', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots.map(({ incomplete }) => incomplete)).toEqual([true, true]);
  });

  it.runIf(isRoot)('that cannot be read are gaps: exit 3, named, and the snapshot says so for ever', async () => {
    await using other = createWorld();
    const folder = other.path('theirs');
    makeManyFiles(folder, 10, seed);
    writeFileSync(join(folder, 'sealed letter'), 'no');
    mkdirSync(join(folder, 'closed'));
    for (const name of ['user', 'runtime', 'tmp', 'theirs']) execFileSync('chown', ['-R', `${nobody}:${nobody}`, other.path(name)]);
    mkdirSync(other.path('place'));
    chownSync(other.path('place'), nobody, nobody);
    chownSync(join(folder, 'sealed letter'), 0, 0);
    chmodSync(join(folder, 'sealed letter'), 0o600);
    chownSync(join(folder, 'closed'), 0, 0);
    chmodSync(join(folder, 'closed'), 0o700);
    const as = { uid: nobody, gid: nobody, env: { VARVE_HOME: other.path('place/home') } };
    await other.well(['init', '--store', 'vault'], as);
    await other.well(['repo', 'add', 'usb', '--path', other.path('place/repository'), '--password-file', other.passwordFile], as);
    await other.well(['plan', 'add', 'work', '--repo', 'usb', '--path', folder], as);
    const ran = await other.run(['snapshot', 'work'], as);
    expect(ran.code, ran.stderr).toBe(3);
    expect(ran.stdout).toContain(join(folder, 'sealed letter'));
    expect(ran.stdout).toContain(join(folder, 'closed'));
    const { snapshots: listed } = (await other.well(['snapshots', '--json'], as)).json<{ snapshots: Snapshot[] }>();
    expect(listed[0]).toMatchObject({ incomplete: true, tags: expect.arrayContaining(['varve-incomplete']) });
    expect((await other.run(['doctor'], as)).stdout).toContain('work');
    // A restore as this user brings everything back that is in it.
    const report = (await other.run(['restore', 'latest', '--target', other.path('place/out'), '--json'], as)).json<RestoreReport>();
    expect(report.files).toBe(10);
    expect(report.identical).toBe(10);
  });
});

describe('no room', () => {
  const mounted: string[] = [];
  const mountSmall = (name: string, size: string): string | undefined => {
    const path = world.path(name);
    mkdirSync(path);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path], { encoding: 'utf8' });
    if (status !== 0) {
      console.warn(`no small drive can be made here, so this is not tested: ${isRoot ? stderr.trim() : 'only root can mount one'}`);
      return undefined;
    }
    mounted.push(path);
    return path;
  };
  afterAll(() => {
    for (const path of mounted) spawnSync('umount', [path]);
  });

  it('for the repository: exit 1, the drive is named, older snapshots stay whole, and with room it goes on', async () => {
    const drive = mountSmall('drive', '24m');
    if (drive === undefined) return;
    const folder = world.path('much');
    mkdirSync(folder);
    const random = new Seeded(seed);
    writeFileSync(join(folder, 'small'), random.bytes(1_000_000));
    await world.well(['repo', 'add', 'small-drive', '--path', join(drive, 'repository'), '--password-file', world.passwordFile]);
    await world.well(['plan', 'add', 'much', '--repo', 'small-drive', '--path', folder]);
    await world.well(['snapshot', 'much']);
    for (let i = 0; i < 10; i++) writeFileSync(join(folder, `big-${i}`), random.bytes(6_000_000));
    const ran = await world.run(['snapshot', 'much']);
    expect(ran.code, ran.stdout).toBe(1);
    expectTold(ran.stderr, drive);
    expect((await world.well(['snapshots', '--repo', 'small-drive', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots).toHaveLength(1);
    await world.well(['repo', 'check', 'small-drive', '--read-data']);
    spawnSync('mount', ['-o', 'remount,size=200m', drive]);
    await world.well(['snapshot', 'much']);
    await world.well(['repo', 'check', 'small-drive', '--read-data']);
    if (hasRestic()) expect(resticWell(world, join(drive, 'repository'), ['check', '--read-data'])).toContain('no errors were found');
    expect((await world.well(['log', 'list', '--action', 'snapshot.failed', '--json'])).stdout).toContain('much');
  });

  it('for a restore: exit 1 before anything is written', async () => {
    const drive = mountSmall('narrow', '8m');
    if (drive === undefined) return;
    const folder = world.path('wide');
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), new Seeded(seed).bytes(20_000_000));
    await world.well(['plan', 'add', 'wide', '--repo', 'usb', '--path', folder]);
    await world.well(['snapshot', 'wide']);
    const dry = await world.run(['restore', 'wide@latest', '--target', join(drive, 'out'), '--dry-run']);
    expect(dry.code).toBe(1);
    const ran = await world.run(['restore', 'wide@latest', '--target', join(drive, 'out')]);
    expect(ran.code).toBe(1);
    expectTold(ran.stderr, drive);
    expect(readdirSync(drive)).toEqual([]);
  });
});

describe('files in the way of a restore', () => {
  const target = (): string => `${world.path('target')}${source}`;

  it('are kept unasked, without a terminal and with one; the report counts them', async () => {
    await world.well(['restore', 'work@latest', '--target', world.path('target')]);
    expect(compareTrees(source, target())).toEqual([]);
    writeFileSync(join(target(), 'd0/f1'), 'mine, newer');
    const ran = await world.run(['restore', 'work@latest', '--target', world.path('target'), '--json']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.json<RestoreReport>()).toMatchObject({ kept: 1, replaced: 0 });
    expect(readFileSync(join(target(), 'd0/f1'), 'utf8')).toBe('mine, newer');
  });

  it('are put beside with both, kept or replaced by age with newer, replaced only with replace', async () => {
    await world.well(['restore', 'work@latest', '--target', world.path('target'), '--conflict', 'both']);
    expect(readFileSync(join(target(), 'd0/f1'), 'utf8')).toBe('mine, newer');
    expect(readdirSync(join(target(), 'd0')).filter((name) => name.startsWith('f1') && name.length > 3 && !/^f1\d$/.test(name))).toHaveLength(1);
    expect((await world.run(['restore', 'work@latest', '--target', world.path('target'), '--conflict', 'newer', '--json'])).json<RestoreReport>()).toMatchObject({ replaced: 0 });
    expect(readFileSync(join(target(), 'd0/f1'), 'utf8')).toBe('mine, newer');
    expect((await world.well(['restore', 'work@latest', '--target', world.path('target'), '--conflict', 'replace', '--json'])).json<RestoreReport>()).toMatchObject({ replaced: 1 });
    expect(readFileSync(join(target(), 'd0/f1')).equals(readFileSync(join(source, 'd0/f1')))).toBe(true);
    expect((await world.run(['restore', 'work@latest', '--target', world.path('target'), '--conflict', 'everything'])).code).toBe(2);
  });

  it('a link in the way leads nothing outside the target', async () => {
    const aim = world.path('aim');
    mkdirSync(aim);
    const into = world.path('trap');
    mkdirSync(join(into, source, '..'), { recursive: true });
    symlinkSync(aim, join(into, source));
    const ran = await world.run(['restore', 'work@latest', '--target', into, '--conflict', 'replace']);
    expect([0, 3]).toContain(ran.code);
    expect(readdirSync(aim)).toEqual([]);
  });

  it('the home and the repository are no place to restore into', async () => {
    for (const forbidden of [world.home, world.path('repository')]) {
      const before = readdirSync(forbidden).sort();
      const ran = await world.run(['restore', 'work@latest', '--target', forbidden]);
      expect(ran.code, forbidden).not.toBe(0);
      expect(readdirSync(forbidden).sort()).toEqual(before);
    }
  });
});
