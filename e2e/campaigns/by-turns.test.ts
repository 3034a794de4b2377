// Ours after theirs and theirs after ours, with the restic that is installed and with a newer one: random edits, snapshots, tags, forget, prune
// and copies, by chance which program does it. After every round both find every byte in order, and every snapshot comes back as it was.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBackend, lockIdentity, Repository, type MasterKey } from '../../src/main/engine/repository/index.ts';
import { checkRepository } from '../../src/main/engine/repository/check.ts';
import { copySnapshots } from '../../src/main/engine/repository/copying/copy.ts';
import { applyEdits } from '../../src/main/engine/repository/edits/apply.ts';
import { pruneRepository } from '../../src/main/engine/repository/prune/prune.ts';
import { compareTrees } from '../../src/main/engine/snapshots/testing/compare-trees.ts';
import { makeNastyTree, makeRandomTree } from '../../src/main/engine/snapshots/testing/make-tree.ts';
import { removeTree } from '../../src/main/engine/snapshots/testing/remove-tree.ts';
import { restore, save, saveCarrying } from '../../src/main/engine/snapshots/testing/save-and-restore.ts';
import { makeRepository, openMasterKey, realContext, resticPassword, temporaryFolder, type Context } from '../../src/main/engine/snapshots/testing/workshop.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { hasNewerRestic, hasRestic, newerResticPath, resticPath } from '../cli/harness/restic.ts';
import { long, scaled, seed, timeIsUp } from '../cli/harness/scale.ts';
import { Seeded } from '../cli/harness/trees.ts';

const programs = [...(hasRestic() ? [resticPath] : []), ...(hasNewerRestic() ? [newerResticPath] : [])];
const newer = programs.includes(newerResticPath);

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(() => {
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  mkdirSync(source);
});
afterEach(() => folder.remove());

function run(program: string, repository: string, args: readonly string[], more: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(program, ['--no-cache', '-r', repository, ...args], { env: { ...process.env, RESTIC_PASSWORD: resticPassword, TZ: 'UTC', LC_ALL: 'C', ...more }, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

async function opened(path: string, key: MasterKey): Promise<Repository> {
  const { files, random, clock } = context;
  return Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey: key, random, clock });
}

async function exclusively(path: string, key: MasterKey, work: (repository: Repository) => Promise<void>): Promise<void> {
  const repository = await opened(path, key);
  const lock = await repository.lock({ exclusive: true, identity: lockIdentity(context.machine), onLost: () => undefined });
  try {
    await work(repository);
  } finally {
    await lock.release();
  }
}

async function expectSound(path: string, key: MasterKey, what: string): Promise<void> {
  for (const program of programs) expect(run(program, path, ['check', '--read-data']), `${what}: ${program}`).toContain('no errors were found');
  const report = await checkRepository(await opened(path, key), { read: { kind: 'all' } });
  expect(report.findings.filter(({ code }) => code !== 'pack-unindexed'), what).toEqual([]);
}

interface Kept {
  /** A copy of the source as it was. */
  copy: string;
  /** Their name in the second repository is another. */
  lineage: string;
}

class Turns {
  readonly #random: Seeded;
  readonly #main: string;
  readonly #second: string;
  #key!: MasterKey;
  #secondKey!: MasterKey;
  /** Lineage -> what must come back. */
  readonly #kept = new Map<string, Kept>();
  readonly #copied = new Map<string, Kept>();
  #copies = 0;

  constructor(random: Seeded) {
    this.#random = random;
    this.#main = join(folder.path, 'main');
    this.#second = join(folder.path, 'second');
  }

  async begin(): Promise<void> {
    mkdirSync(this.#main);
    this.#key = await makeRepository(context, this.#main);
    run(this.#theirs(), this.#second, ['init', '--from-repo', this.#main, '--copy-chunker-params'], { RESTIC_FROM_PASSWORD: resticPassword });
    this.#secondKey = await openMasterKey(context, this.#second);
    makeRandomTree(join(source, 'begin'), this.#random.below(1e9), 15);
    writeFileSync(join(source, 'large'), this.#random.bytes(3_000_000));
  }

  #theirs(): string {
    return this.#random.pick(programs);
  }

  /** What is not as it should be after it. */
  async round(round: number): Promise<string[]> {
    this.#edit(round);
    for (let i = 0; i < 2; i++) await this.#snapshot();
    const steps = [() => this.#tag(round), () => this.#forget(), () => this.#prune(), () => this.#copy()];
    for (const step of steps) if (this.#random.below(2) === 0) await step();
    const what = `round ${round}`;
    await expectSound(this.#main, this.#key, what);
    await expectSound(this.#second, this.#secondKey, what);
    return [...(await this.#differences(this.#main, this.#key, this.#kept)), ...(await this.#differences(this.#second, this.#secondKey, this.#copied))];
  }

  #edit(round: number): void {
    const random = this.#random;
    makeRandomTree(join(source, `round-${round}`), random.below(1e9), 6);
    if (round > 1) removeTree(join(source, `round-${round - 2}`));
    const large = random.bytes(500_000 + random.below(3_000_000));
    writeFileSync(join(source, `large-${random.below(3)}`), large);
  }

  async #snapshot(): Promise<void> {
    let id: string;
    if (this.#random.below(2) === 0) id = (await save(context, this.#main, this.#key, [source], { timeNs: context.clock.nowNs() })).snapshotId;
    else id = (JSON.parse(run(this.#theirs(), this.#main, ['backup', '--json', source]).trim().split('\n').at(-1) ?? '') as { snapshot_id: string }).snapshot_id;
    // restic 0.14 names it by its beginning.
    const whole = (await (await opened(this.#main, this.#key)).loadSnapshots()).snapshots.find((one) => one.id.startsWith(id))?.id ?? '';
    const copy = join(folder.path, `copy-${++this.#copies}`);
    spawnSync('cp', ['-a', source, copy]);
    this.#kept.set(whole, { copy, lineage: whole });
    writeFileSync(join(source, 'counter'), String(this.#copies));
  }

  async #tag(round: number): Promise<void> {
    const { snapshots } = await (await opened(this.#main, this.#key)).loadSnapshots();
    const one = this.#random.pick(snapshots);
    if (this.#random.below(2) === 0) run(this.#theirs(), this.#main, ['tag', '--add', `t${round}`, one.id]);
    else await exclusively(this.#main, this.#key, (repository) => applyEdits(repository, new Map(snapshots.map(({ id, file }) => [id, file])), [{ kind: 'tags', id: one.id, tags: [...(one.file.tags ?? []), `o${round}`] }], { signal: new AbortController().signal, onDone: () => undefined }));
  }

  async #forget(): Promise<void> {
    const { snapshots } = await (await opened(this.#main, this.#key)).loadSnapshots();
    const gone = snapshots.filter(() => snapshots.length > 2 && this.#random.below(2) === 0).slice(0, snapshots.length - 1);
    if (gone.length === 0) return;
    if (this.#random.below(2) === 0) run(this.#theirs(), this.#main, ['forget', ...gone.map(({ id }) => id)]);
    else await exclusively(this.#main, this.#key, (repository) => applyEdits(repository, new Map(snapshots.map(({ id, file }) => [id, file])), gone.map(({ id }) => ({ kind: 'remove', id })), { signal: new AbortController().signal, onDone: () => undefined }));
    for (const { id, file } of gone) this.#kept.delete(file.original ?? id);
  }

  async #prune(): Promise<void> {
    if (this.#random.below(2) === 0) run(this.#theirs(), this.#main, ['prune', '--max-unused', this.#random.pick(['0', '5%'])]);
    else await exclusively(this.#main, this.#key, async (repository) => void (await pruneRepository(repository, { dryRun: false, maxUnused: this.#random.pick([{ kind: 'bytes', bytes: 0 }, { kind: 'percent', percent: 5 }] as const), random: context.random })));
  }

  async #copy(): Promise<void> {
    if (this.#random.below(2) === 0) run(this.#theirs(), this.#second, ['copy', '--from-repo', this.#main], { RESTIC_FROM_PASSWORD: resticPassword });
    else await copySnapshots(await opened(this.#main, this.#key), await opened(this.#second, this.#secondKey), { random: context.random });
    for (const [lineage, kept] of this.#kept) this.#copied.set(lineage, kept);
  }

  /** The set of snapshots is the expected one; one of them is restored by us, one by restic. */
  async #differences(path: string, key: MasterKey, expected: ReadonlyMap<string, Kept>): Promise<string[]> {
    const { snapshots } = await (await opened(path, key)).loadSnapshots();
    const lineages = new Set(snapshots.map(({ id, file }) => file.original ?? id));
    const wrong = [...[...lineages].filter((one) => !expected.has(one)).map((one) => `${one} is not expected`), ...[...expected.keys()].filter((one) => !lineages.has(one)).map((one) => `${one} is gone`)];
    if (snapshots.length === 0 || wrong.length > 0) return wrong;
    const target = join(folder.path, 'restored');
    const options = { ignoreHoles: true, ignore: (each: string) => each.endsWith('/odd-target') };
    for (const ours of [true, false]) {
      const { id, file } = this.#random.pick(snapshots);
      const { copy } = expected.get(file.original ?? id) as Kept;
      if (ours) await restore(context, path, key, { treeId: file.tree, target });
      else run(this.#theirs(), path, ['restore', id, '--target', target]);
      const differences = compareTrees(copy, join(target, source), options).filter((line) => !line.includes('link target \udc80'));
      wrong.push(...differences.map((line) => `${ours ? 'ours' : 'theirs'} of ${id}: ${line}`));
      removeTree(target);
    }
    return wrong;
  }

  get snapshots(): number {
    return this.#copies;
  }
}

if (!long) console.info('e2e/campaigns/by-turns: only restic rewrite, the rounds need VARVE_LONG=1');

describe.runIf(long && programs.length > 0)(`Varve and restic by turns (seed ${seed})`, () => {
  const rounds = scaled(1, 60);
  it(`leave both repositories sound and every snapshot the same through ${rounds} rounds`, { timeout: scaled(300_000, 5_400_000) }, async () => {
    const turns = new Turns(new Seeded(`turns ${seed}`));
    await turns.begin();
    const untilMs = timeIsUp(30);
    let done = 0;
    for (; done < rounds && Date.now() < untilMs; done++) expect(await turns.round(done), `round ${done}`).toEqual([]);
    const versions = programs.map((program) => /restic (\S+)/.exec(spawnSync(program, ['version'], { encoding: 'utf8' }).stdout)?.[1]);
    recordCampaign('Varve and restic by turns', `${done} rounds of edits, snapshots, tags, forget, prune and copy between two repositories with restic ${versions.join(' and ')}, ${turns.snapshots} snapshots; both repositories without a fault to all after each round, contents identical`);
  });
});

describe.runIf(newer)('restic rewrite', () => {
  interface Listed {
    id: string;
    original?: string;
    tags?: string[];
  }
  const listed = (repository: string): Listed[] => JSON.parse(run(newerResticPath, repository, ['snapshots', '--json'])) as Listed[];

  it('re-encodes every tree of ours without loss, nasty names and all', async () => {
    const repository = join(folder.path, 'repository');
    mkdirSync(repository);
    const key = await makeRepository(context, repository);
    makeNastyTree(join(source, 'nasty'), 31);
    // Large contents say nothing about how trees are written.
    for (const name of ['sizes', 'sparse']) removeTree(join(source, 'nasty', name));
    makeRandomTree(join(source, 'random'), 32, 30);
    writeFileSync(join(source, 'leave-out'), 'x');
    const saved = await saveCarrying(context, repository, key, [source], { checkpoint: 'a note\n', vkey: 'a+b+c\n' });
    // A tree that would not come out the same is refused: "cannot encode tree ... without losing information".
    const said = run(newerResticPath, repository, ['rewrite', '--exclude', join(source, 'leave-out'), saved.snapshotId]);
    expect(said).toContain('saved new snapshot');
    const rewritten = listed(repository).find(({ original }) => original === saved.snapshotId);
    expect(rewritten?.tags).toContain('rewrite');
    expect(run(newerResticPath, repository, ['check', '--read-data'])).toContain('no errors were found');
    const target = join(folder.path, 'restored');
    const theirs = await (await opened(repository, key)).loadSnapshot(rewritten?.id ?? '');
    await restore(context, repository, key, { treeId: theirs.tree, target });
    rmSync(join(source, 'leave-out'));
    expect(compareTrees(source, join(target, source), { ignoreFolderTimes: true })).toEqual([]);
    // Nothing but what was left out is different: a tree of theirs that holds the same is the tree of ours.
    expect(run(newerResticPath, repository, ['diff', saved.snapshotId, rewritten?.id ?? ''])).toMatch(/Files: +0 new, +1 removed, +0 changed/);
  });

  it('changes what is recorded beside the files and keeps the tree', async () => {
    const repository = join(folder.path, 'repository');
    mkdirSync(repository);
    const key = await makeRepository(context, repository);
    writeFileSync(join(source, 'a'), 'one');
    const saved = await save(context, repository, key, [source]);
    run(newerResticPath, repository, ['rewrite', '--new-host', 'elsewhere', '--forget', saved.snapshotId]);
    const [only, ...more] = (await (await opened(repository, key)).loadSnapshots()).snapshots;
    expect(more).toEqual([]);
    expect(only?.file).toMatchObject({ hostname: 'elsewhere', tree: saved.file.tree, tags: saved.file.tags });
    // We go on from what restic made of it.
    const again = await save(context, repository, key, [source], { timeNs: context.clock.nowNs() });
    expect(again.summary.dataBlobs).toBe(0);
    expect(run(newerResticPath, repository, ['check', '--read-data'])).toContain('no errors were found');
  });

  it('of a snapshot of theirs that we tagged and pruned beside still works', async () => {
    const repository = join(folder.path, 'repository');
    run(newerResticPath, repository, ['init']);
    const key = await openMasterKey(context, repository);
    makeRandomTree(join(source, 'one'), 33, 30);
    run(newerResticPath, repository, ['backup', source]);
    const before = await opened(repository, key);
    const [theirs] = (await before.loadSnapshots()).snapshots;
    await exclusively(repository, key, (one) => applyEdits(one, new Map([[theirs!.id, theirs!.file]]), [{ kind: 'tags', id: theirs!.id, tags: ['ours'] }], { signal: new AbortController().signal, onDone: () => undefined }));
    await exclusively(repository, key, async (one) => void (await pruneRepository(one, { dryRun: false, maxUnused: { kind: 'bytes', bytes: 0 }, random: context.random })));
    run(newerResticPath, repository, ['rewrite', '--exclude', '*.nothing', '--new-time', '2026-01-02 03:04:05', 'latest']);
    expect(run(newerResticPath, repository, ['check', '--read-data'])).toContain('no errors were found');
    expect(listed(repository)).toHaveLength(2);
  });
});
