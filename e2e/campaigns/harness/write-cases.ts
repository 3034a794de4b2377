// Cases of the campaign of faults: what is done, what goes wrong at which call, and what must hold afterwards.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeSource, copied, exportRepository, forget, makeFaultWorld, neighbour, problemsOf, prune, reopened, removeLocks, repositoryPassword, repositoryPath, restoreProblems, tag, takeSnapshot, type FaultWorld } from '../../../src/main/engine/snapshots/testing/fault-world.ts';
import { faultKinds, type FaultKind } from '../../../src/main/engine/testing/faulty-files.ts';
import { hasRestic, resticPath } from '../../cli/harness/restic.ts';
import { Seeded } from '../../cli/harness/trees.ts';

const minutes = 60_000;
/** How far the clock is set, and what others do meanwhile. A lock counts for 22.5 minutes and is stale after 30. */
const clockKinds = { 'clock-back': -90 * minutes, 'clock-forward': 10 * minutes, 'clock-past-lock': 45 * minutes, sleep: 45 * minutes } as const;
type ClockKind = keyof typeof clockKinds;
type Kind = FaultKind | ClockKind;
const kinds: readonly Kind[] = [...faultKinds, ...(Object.keys(clockKinds) as ClockKind[])];
const isClock = (kind: Kind): kind is ClockKind => kind in clockKinds;

const actions = {
  snapshot: async (world: FaultWorld) => void (await takeSnapshot(world)),
  forget: (world: FaultWorld) => forget(world, 1),
  tag: (world: FaultWorld) => tag(world, 'kept'),
  prune
} as const;
type Action = keyof typeof actions;

export interface Case {
  action: Action;
  at: number;
  kind: Kind;
}

const describeCase = ({ action, at, kind }: Case): string => `${action}, ${kind} at call ${at}`;
const withRestic = hasRestic();
const nothing: ReadonlySet<string> = new Set();
/** The same for all, so that a call has the same number in each. */
const chance = 'the same chance';

/** A repository with a past: three snapshots, one of them forgotten. */
export async function makeBase(random: Seeded, largeBytes: number): Promise<FaultWorld> {
  const world = await makeFaultWorld(random, largeBytes);
  for (let i = 0; i < 3; i++) {
    await takeSnapshot(world);
    changeSource(world, random);
  }
  await forget(world, 2);
  const problems = await problemsOf(world, nothing);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return world;
}

/** Calls that the action makes when nothing goes wrong. */
async function callsOf(base: FaultWorld, action: Action): Promise<number> {
  const world = copied(base, chance);
  world.files.arm(undefined);
  await actions[action](world);
  world.clock.stop();
  return world.files.calls.length;
}

/** While we sleep in the middle of making a file durable, somebody finds our lock stale, removes it and prunes. */
function sleepAt(world: FaultWorld, at: number): void {
  const { fsyncAsync } = world.context.files;
  let count = 0;
  world.context.files.fsyncAsync = async (fd) => {
    await fsyncAsync(fd);
    count += 1;
    if (count !== at) return;
    world.clock.freeze(true);
    world.clock.jump(clockKinds.sleep);
    removeLocks(world);
    const other = neighbour(world, 'somebody else');
    await prune(other);
    other.clock.stop();
    world.clock.freeze(false);
  };
}

function armCase(world: FaultWorld, { kind, at }: Case): void {
  // A changed byte of a person's own file is for nobody to notice.
  world.files.arm(isClock(kind) ? undefined : { at, kind, ...(kind === 'changed-read' && { only: (path: string) => path.startsWith(repositoryPath) }) });
  if (kind === 'sleep') sleepAt(world, at);
  else if (isClock(kind)) world.files.onCall = (count) => void (count === at && world.clock.jump(clockKinds[kind]));
}

async function resticProblems(world: FaultWorld): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'varve-faults-'));
  try {
    exportRepository(world, join(folder, 'repository'));
    const { status, stdout, stderr } = spawnSync(resticPath, ['--no-cache', '-r', join(folder, 'repository'), 'check', '--read-data', '--no-lock'], { env: { PATH: process.env['PATH'], HOME: folder, RESTIC_PASSWORD: repositoryPassword }, encoding: 'utf8' });
    return status === 0 && stdout.includes('no errors were found') ? [] : [`restic check ended with ${status}: ${stdout} ${stderr}`];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Tally {
  cases: number;
  ended: number;
  restic: number;
  struck: number;
}

async function play(base: FaultWorld, one: Case, tally: Tally, random: Seeded, askRestic: boolean): Promise<string[]> {
  const world = copied(base, chance);
  armCase(world, one);
  const ended = await actions[one.action](world).then(
    () => true,
    () => false
  );
  tally.cases += 1;
  tally.ended += Number(ended);
  tally.struck += Number(world.files.struck || isClock(one.kind));
  world.files.arm(undefined);
  world.files.onCall = undefined;
  if (one.kind === 'power') world.memory.cutPower(() => random.below(1e6) / 1e6);
  const next = reopened(world, `after ${describeCase(one)}`);
  removeLocks(next);
  try {
    const problems = await problemsOf(next);
    if (problems.length > 0) return problems;
    if (askRestic && withRestic) {
      tally.restic += 1;
      problems.push(...(await resticProblems(next)));
    }
    changeSource(next, random);
    const { snapshotId, gapCount } = await takeSnapshot(next);
    if (gapCount > 0) problems.push(`the next snapshot has ${gapCount} gaps`);
    await forget(next, 2);
    await prune(next);
    problems.push(...(await problemsOf(next, nothing)), ...(await restoreProblems(next, snapshotId)));
    return problems;
  } finally {
    next.clock.stop();
  }
}

export interface CampaignOptions {
  tally: Tally;
  seed: string;
  /** restic judges every so many-th case as it is right after the fault. */
  resticEvery: number;
  /** No case is begun after this time (Date.now): a slow machine does fewer. */
  untilMs: number;
}

/** Every writer asks for 64 MiB at once and uses little of it; given out in turn, that is not the garbage collector's work for each case. */
export function reuseLargeBuffers(): void {
  const largeBytes = 8 * 1_048_576;
  const rotation = 24;
  const allocate = Buffer.allocUnsafeSlow.bind(Buffer);
  const made = new Map<number, ReturnType<typeof allocate>[]>();
  let turn = 0;
  Buffer.allocUnsafeSlow = (size) => {
    if (size < largeBytes) return allocate(size);
    const known = made.get(size) ?? [];
    made.set(size, known);
    return (known[turn++ % rotation] ??= allocate(size));
  };
}

/** What went wrong, one text for each case; gives up after some. */
export async function campaign(base: FaultWorld, cases: readonly Case[], { tally, seed, resticEvery, untilMs }: CampaignOptions): Promise<string[]> {
  const failures: string[] = [];
  for (const [i, one] of cases.entries()) {
    const random = new Seeded(`${seed} ${describeCase(one)}`);
    const problems = await play(base, one, tally, random, (i + 1) % resticEvery === 0).catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    if (problems.length > 0) failures.push(`${describeCase(one)}:\n  ${problems.slice(0, 4).join('\n  ')}`);
    if (Date.now() > untilMs) break;
    if (i % 100 === 99) console.info(`${i + 1} of ${cases.length} cases`);
    if (failures.length >= 25) break;
  }
  return failures;
}

/** A share (0 to 1) of all calls for each action and kind of fault; where that is none, now and then one. In an order of chance. */
export async function casesOf(base: FaultWorld, random: Seeded, shares: Record<Action, number>): Promise<Case[]> {
  const cases: Case[] = [];
  for (const action of Object.keys(actions) as Action[]) {
    const calls = await callsOf(base, action);
    for (const kind of kinds) {
      const last = kind === 'sleep' ? 8 : calls;
      const all = Array.from({ length: last }, (_, i) => ({ action, at: i + 1, kind }));
      const chosen = all.filter(() => random.below(1_000_000) < shares[action] * 1_000_000);
      cases.push(...(chosen.length > 0 || random.below(2) === 0 ? chosen : [random.pick(all)]));
    }
  }
  return shuffled(cases, random);
}

function shuffled<T>(items: T[], random: Seeded): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}

