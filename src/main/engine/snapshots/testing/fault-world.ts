// Folders and a repository in memory, and what is done with them while the disk and the clock go wrong. Only for tests.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createMachine } from '../../../adapters/machine.ts';
import { createFaultyFiles, type FaultyFiles } from '../../testing/faulty-files.ts';
import { createInlineThreads } from '../../testing/inline-threads.ts';
import { createLeapingClock, type LeapingClock } from '../../testing/leaping-clock.ts';
import { createMemoryFiles, type MemoryFiles } from '../../testing/memory-files.ts';
import type { Files, Random, Volumes } from '../../ports.ts';
import { createLocalBackend, goMode, lockIdentity, Repository, type MasterKey } from '../../repository/index.ts';
import { checkRepository } from '../../repository/check.ts';
import { checkPack, createCheckTools } from '../../repository/check-pack.ts';
import { applyEdits } from '../../repository/edits/apply.ts';
import { createRepository } from '../../repository/keys.ts';
import { pruneRepository } from '../../repository/prune/prune.ts';
import type { SaveOutcome } from '../archive/protocol.ts';
import { restore, save } from './save-and-restore.ts';
import { Seeded } from './make-tree.ts';
import type { Context } from './workshop.ts';

export const sourcePath = '/source';
export const repositoryPath = '/repository';
export const repositoryPassword = 'faults';
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noVolumes: Volumes = { list: async () => [], kindOf: () => ({ fileSystem: 'memory', network: false }) };
/** What an interrupted run may leave behind; restic calls the same harmless. */
const harmless = new Set(['pack-unindexed', 'index-duplicate-pack']);



/** Path -> everything that must come back: type, mode, time, size, content. */
export type Picture = ReadonlyMap<string, string>;

export interface FaultWorld {
  memory: MemoryFiles;
  files: FaultyFiles;
  clock: LeapingClock;
  context: Context;
  key: MasterKey;
  /** Snapshots that were reported as done. */
  done: Map<string, Picture>;
}

/** From a seed and in large pieces: it is asked for every blob. */
function chanceOf(seed: string): Random {
  const seeded = new Seeded(seed);
  let pool: Buffer = Buffer.alloc(0);
  return {
    bytes: (length) => {
      if (pool.length < length) pool = seeded.bytes(Math.max(length, 16_384));
      const bytes = new Uint8Array(pool.subarray(0, length));
      pool = pool.subarray(length);
      return bytes;
    }
  };
}

interface Parts {
  memory: MemoryFiles;
  clockMs?: number;
  key?: MasterKey;
  done?: ReadonlyMap<string, Picture>;
  seed: string;
}

function assemble({ memory, clockMs, key, done, seed }: Parts): FaultWorld {
  const files = createFaultyFiles(memory, () => true);
  const clock = createLeapingClock(clockMs);
  const random = chanceOf(seed);
  const machine = createMachine();
  const workers = createInlineThreads({ files, clock, random, logger: quiet, machine, volumes: noVolumes });
  return { memory, files, clock, context: { files, clock, random, logger: quiet, machine, workers }, key: key as MasterKey, done: new Map(done) };
}

/** Files of many sizes in some folders and an empty repository. `largeBytes`: that much in files that fill several packs. */
export async function makeFaultWorld(random: Seeded, largeBytes = 0): Promise<FaultWorld> {
  const memory = createMemoryFiles();
  const world = assemble({ memory, seed: `world ${random.below(1e9)}` });
  for (let i = 0; i < 10; i++) memory.put(`${sourcePath}/${i % 3 === 0 ? '' : `folder${i % 3}/`}file${i}`, random.bytes(random.below(3000)));
  for (let left = largeBytes, i = 0; left > 0; left -= 6_000_000, i++) memory.put(`${sourcePath}/large${i}`, random.bytes(Math.min(left, 6_000_000)));
  memory.symlink('file0', `${sourcePath}/link`);
  memory.mkdir(repositoryPath);
  const backend = createLocalBackend({ files: memory, random: world.context.random, path: repositoryPath });
  const created = await createRepository({ backend, password: Buffer.from(repositoryPassword), hostname: 'test', username: 'test', random: world.context.random, clock: world.clock, scrypt: { N: 2, r: 1, p: 1 } });
  memory.volume.sync();
  world.key = created.masterKey;
  return world;
}

/** The same disk before a new process, whose clock is right again. */
export function reopened(world: FaultWorld, seed: string): FaultWorld {
  world.clock.stop();
  return assemble({ memory: world.memory, clockMs: world.clock.now() + 3 * 3_600_000, key: world.key, done: world.done, seed });
}

/** Another process on the same disk at the same time. */
export function neighbour(world: FaultWorld, seed: string): FaultWorld {
  return assemble({ memory: world.memory, clockMs: world.clock.now(), key: world.key, done: world.done, seed });
}

/** A copy to try something on. */
export function copied(world: FaultWorld, seed: string): FaultWorld {
  return assemble({ memory: world.memory.copy(), clockMs: world.clock.now() + 60_000, key: world.key, done: world.done, seed });
}

export function changeSource({ memory }: FaultWorld, random: Seeded): void {
  for (let i = 0; i < 3; i++) memory.put(`${sourcePath}/folder${1 + random.below(4)}/file${random.below(14)}`, random.bytes(random.below(5000)));
  const victim = `${sourcePath}/folder1/file${1 + 3 * random.below(3)}`;
  if (random.below(3) === 0 && memory.lstat(victim)) memory.unlink(victim);
  memory.volume.sync();
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What lies in a folder. */
export function pictureOf(files: Files & Pick<MemoryFiles, 'bytesOf'>, top: string): Picture {
  const picture = new Map<string, string>();
  const walk = (path: string, name: string): void => {
    const stat = files.lstat(path);
    if (stat === undefined) return;
    const facts = stat.type === 'file' ? hashOf(files.bytesOf(path)) : stat.type === 'symlink' ? files.readlink(path) : '';
    picture.set(name, [stat.type, goMode(stat.type, stat.mode), stat.type === 'symlink' ? '' : stat.mtimeNs, facts].join(' '));
    if (stat.type === 'dir') for (const entry of files.readdir(path)) walk(`${path}/${entry.name}`, `${name}/${entry.name}`);
  };
  walk(top, '');
  return picture;
}

/** What a snapshot holds below the source, read through all checks. */
async function pictureOfTree(repository: Repository, tree: string): Promise<Picture> {
  const picture = new Map<string, string>();
  const walk = async (id: string, name: string): Promise<void> => {
    for (const node of await repository.loadTree(id)) {
      const path = `${name}/${node.name}`;
      let facts = node.linkTarget ?? '';
      if (node.type === 'file') {
        const pieces: Buffer[] = [];
        for (const blob of node.content ?? []) pieces.push(await repository.loadBlob('data', blob));
        facts = hashOf(Buffer.concat(pieces));
      }
      picture.set(path, [node.type, node.mode, node.type === 'symlink' ? '' : node.mtime.ns, facts].join(' '));
      if (node.subtree !== undefined) await walk(node.subtree, path);
    }
  };
  await walk(tree, '');
  return new Map([...picture].filter(([path]) => path === sourcePath || path.startsWith(`${sourcePath}/`)).map(([path, facts]) => [path.slice(sourcePath.length), facts]));
}

/** Takes a snapshot; one that is reported as done is remembered with what must come back. */
export async function takeSnapshot(world: FaultWorld): Promise<SaveOutcome> {
  const picture = pictureOf(world.memory, sourcePath);
  const outcome = await save(world.context, repositoryPath, world.key, [sourcePath], { timeNs: world.clock.nowNs(), hostname: 'test' });
  const gaps = outcome.gaps.map(({ path }) => path.slice(sourcePath.length));
  const below = (path: string, gap: string): boolean => path === gap || gap === '' || path.startsWith(`${gap}/`);
  world.done.set(outcome.snapshotId, new Map([...picture].filter(([path]) => !gaps.some((gap) => below(path, gap)))));
  return outcome;
}

export async function open(world: FaultWorld): Promise<Repository> {
  const { files, random, clock } = world.context;
  return Repository.open({ backend: createLocalBackend({ files, random, path: repositoryPath }), masterKey: world.key, random, clock });
}

/** Under the exclusive lock, as every command that removes something. */
async function exclusively(world: FaultWorld, work: (repository: Repository, signal: AbortSignal) => Promise<void>): Promise<void> {
  const lost = new AbortController();
  const repository = await open(world);
  const lock = await repository.lock({ exclusive: true, identity: lockIdentity(world.context.machine), onLost: () => lost.abort() });
  try {
    await work(repository, lost.signal);
  } finally {
    await lock.release();
  }
}

/** The oldest snapshots go; they count as gone from the moment somebody asked for it. */
export async function forget(world: FaultWorld, keep: number): Promise<void> {
  await exclusively(world, async (repository, signal) => {
    const loaded = await repository.loadSnapshots(signal);
    const old = loaded.snapshots.toSorted((a, b) => (a.file.time.ns < b.file.time.ns ? -1 : 1)).slice(0, -keep);
    for (const { id } of old) world.done.delete(id);
    await applyEdits(repository, new Map(loaded.snapshots.map(({ id, file }) => [id, file])), old.map(({ id }) => ({ kind: 'remove', id })), { signal, onDone: () => undefined });
  });
}

export async function tag(world: FaultWorld, name: string): Promise<void> {
  await exclusively(world, async (repository, signal) => {
    const { snapshots } = await repository.loadSnapshots(signal);
    const [first] = snapshots;
    if (first === undefined) return;
    const picture = world.done.get(first.id);
    // From here on either name will do: the file is written anew and the old one goes.
    world.done.delete(first.id);
    await applyEdits(repository, new Map(snapshots.map(({ id, file }) => [id, file])), [{ kind: 'tags', id: first.id, tags: [...(first.file.tags ?? []), name] }], { signal, onDone: ({ to }) => void (to !== undefined && picture && world.done.set(to, picture)) });
  });
}

export async function prune(world: FaultWorld): Promise<void> {
  await exclusively(world, async (repository, signal) => {
    await pruneRepository(repository, { dryRun: false, maxUnused: { kind: 'bytes', bytes: 0 }, random: world.context.random, packBytes: 20_000, signal });
  });
}

/** As the next start of the home does: the locks of a process that is gone are removed. */
export function removeLocks({ memory }: FaultWorld): void {
  for (const { name } of memory.readdir(`${repositoryPath}/locks`)) memory.unlink(`${repositoryPath}/locks/${name}`);
  memory.volume.sync();
}

/** Every difference between what was promised and what is there; also snapshots nobody was told of must be whole. */
export async function problemsOf(world: FaultWorld, allowed: ReadonlySet<string> = harmless): Promise<string[]> {
  const repository = await open(world);
  const problems: string[] = [];
  const { backend, sealer } = repository;
  const tools = createCheckTools(sealer);
  const report = await checkRepository(repository, { read: { kind: 'all' }, checkPacks: async (packs, _bytes, onDone) => {
    for await (const pack of packs) onDone(await checkPack({ backend, sealer, tools }, pack));
  } });
  for (const { severity, code, what, detail } of report.findings) if (severity === 'error' || !allowed.has(code)) problems.push(`${severity} ${code} ${what} ${detail}`);
  if (problems.length > 0) return problems;
  await repository.loadIndex();
  const { snapshots } = await repository.loadSnapshots();
  const there = new Map(snapshots.map(({ id, file }) => [id, file]));
  for (const id of world.done.keys()) if (!there.has(id)) problems.push(`snapshot ${id} is gone`);
  for (const [id, file] of there) {
    const picture = await pictureOfTree(repository, file.tree);
    for (const [path, facts] of world.done.get(id) ?? []) if (picture.get(path) !== facts) problems.push(`${id} ${path}: ${facts} became ${picture.get(path)}`);
  }
  return problems;
}

/** Restores the snapshot of this name and compares. */
export async function restoreProblems(world: FaultWorld, id: string): Promise<string[]> {
  const repository = await open(world);
  const target = `/restored-${id.slice(0, 8)}`;
  await restore(world.context, repositoryPath, world.key, { treeId: (await repository.loadSnapshot(id)).tree, target });
  const found = pictureOf(world.memory, target + sourcePath);
  return [...(world.done.get(id) ?? [])].filter(([path, facts]) => found.get(path) !== facts).map(([path, facts]) => `restored ${path}: ${facts} became ${found.get(path)}`);
}

/** Puts the repository into a real folder, for real programs. */
export function exportRepository({ memory }: FaultWorld, into: string): void {
  const walk = (path: string, to: string): void => {
    for (const { name, type } of memory.readdir(path)) {
      if (type === 'dir') walk(`${path}/${name}`, join(to, name));
      else {
        mkdirSync(to, { recursive: true });
        writeFileSync(join(to, name), memory.bytesOf(`${path}/${name}`));
      }
    }
  };
  mkdirSync(dirname(into), { recursive: true });
  walk(repositoryPath, into);
}
