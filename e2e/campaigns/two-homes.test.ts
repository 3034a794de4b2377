// Two homes and restic on one repository at once: each takes snapshots, forgets, prunes and checks as it likes. Who finds a lock in the way waits or
// is told whose it is; nobody loses a snapshot, nobody is told that the repository is damaged, and at the end everything is there.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForgetReport } from '../../src/contract/keeping.ts';
import type { SnapshotResult } from '../../src/contract/snapshots.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { hasNewerRestic, hasRestic, newerResticPath, resticPath } from '../cli/harness/restic.ts';
import { long, scaled, seed } from '../cli/harness/scale.ts';
import { compareTrees, makeManyFiles, Seeded } from '../cli/harness/trees.ts';
import { createReadyWorld, type World } from '../cli/harness/world.ts';

const withRestic = hasRestic();
const theirPrograms = [...(withRestic ? [resticPath] : []), ...(withRestic && hasNewerRestic() ? [newerResticPath] : [])];
const lanesMs = scaled(5_000, 600_000);

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

let world: World;
/** Snapshots that were reported as done and that nobody has forgotten, with a copy of what they must give back. */
const alive = new Map<string, { source: string; copy: string }>();
const failures: string[] = [];
const counts = new Map<string, number>();
const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
let copies = 0;

const sourceOf = (lane: string): string => world.path(`source-${lane}`);

function edit(lane: string, random: Seeded): void {
  for (let i = 0; i < 3; i++) writeFileSync(`${sourceOf(lane)}/d0/f${random.below(60)}`, random.bytes(random.below(3000)));
  writeFileSync(`${sourceOf(lane)}/large`, random.bytes(600_000 + random.below(900_000)));
}

function copyOf(lane: string): string {
  const copy = world.path(`copy-${++copies}`);
  spawnSync('cp', ['-a', sourceOf(lane), copy]);
  return copy;
}

function forgotten(ids: readonly string[]): void {
  for (const [id, { copy }] of alive) {
    // restic 0.14 names snapshots by their beginning.
    if (!ids.some((gone) => id.startsWith(gone) || gone.startsWith(id))) continue;
    alive.delete(id);
    rmSync(copy, { recursive: true, force: true });
  }
}

/** True when it was done, false when a lock was in the way and was named; anything else is a failure. */
function judged(lane: string, what: string, { code, stdout, stderr }: Ran, isLocked: boolean): boolean {
  count(`${what} ${code === 0 ? 'done' : 'locked out'}`);
  if (code === 0) return true;
  if (!isLocked) failures.push(`${lane}: ${what} ended with ${code}: ${stdout.slice(-600)} ${stderr.slice(-600)}`);
  return false;
}

async function ourLane(lane: string, env: Record<string, string>, until: number): Promise<void> {
  const random = new Seeded(`${seed} ${lane}`);
  const run = async (what: string, args: readonly string[]): Promise<Ran | undefined> => {
    const ran = await world.run([...args, '--json'], { env });
    return judged(lane, what, ran, ran.code === 8 && /locked/i.test(ran.stderr) && /PID \d+/.test(ran.stderr)) ? ran : undefined;
  };
  while (Date.now() < until && failures.length === 0) {
    edit(lane, random);
    const copy = copyOf(lane);
    const ran = await run('snapshot', ['snapshot', lane]);
    if (ran) alive.set((JSON.parse(ran.stdout) as SnapshotResult).snapshot.id, { source: sourceOf(lane), copy });
    const next = random.below(4);
    if (next === 0) await run('check', ['check', 'usb', ...(random.below(2) === 0 ? ['--read-data'] : [])]);
    else if (next === 1) await run('prune', ['prune', 'usb', '--max-unused', '0']);
    else if (next === 2) {
      const told = await run('forget', ['forget', lane, '--keep-last', '3', '--yes']);
      if (told) forgotten((JSON.parse(told.stdout) as ForgetReport).removed);
    }
  }
}

function restic(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['--repo', world.path('repository'), '--no-cache', ...args], { env: world.env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function theirLane(lane: string, until: number): Promise<void> {
  const random = new Seeded(`${seed} ${lane}`);
  const run = async (what: string, args: readonly string[]): Promise<Ran | undefined> => {
    const ran = await restic(random.pick(theirPrograms), args);
    return judged(lane, `restic ${what}`, ran, /already locked|unable to create lock/.test(ran.stderr)) ? ran : undefined;
  };
  while (Date.now() < until && failures.length === 0) {
    edit(lane, random);
    const copy = copyOf(lane);
    const ran = await run('backup', ['backup', '--json', '--tag', 'theirs', sourceOf(lane)]);
    const id = /"snapshot_id":"([0-9a-f]+)"/.exec(ran?.stdout ?? '')?.[1];
    if (id !== undefined) alive.set(id, { source: sourceOf(lane), copy });
    const next = random.below(4);
    if (next === 0) await run('check', ['check']);
    else if (next === 1) await run('prune', ['prune', '--max-unused', '0']);
    else if (next === 2) {
      const told = await run('forget', ['forget', '--json', '--tag', 'theirs', '--keep-last', '2']);
      const groups = told ? (JSON.parse(told.stdout.slice(told.stdout.indexOf('['))) as { remove: { id: string }[] | null }[]) : [];
      forgotten(groups.flatMap(({ remove }) => (remove ?? []).map((one) => one.id)));
    }
  }
}

beforeAll(async () => {
  world = await createReadyWorld();
  for (const lane of ['one', 'two', 'theirs']) {
    makeManyFiles(sourceOf(lane), 60, `${seed} ${lane}`);
    mkdirSync(`${sourceOf(lane)}/deep/er`, { recursive: true });
  }
  const second = { VARVE_HOME: world.path('home-two'), VARVE_VAULT_PASSPHRASE_FILE: world.path('user', 'vault-passphrase') };
  await world.well(['init', '--store', 'vault'], { env: second });
  await world.well(['repo', 'add', 'usb', '--path', world.path('repository'), '--mode', 'open', '--password-file', world.passwordFile], { env: second });
  await world.well(['plan', 'add', 'one', '--repo', 'usb', '--path', sourceOf('one')]);
  await world.well(['plan', 'add', 'two', '--repo', 'usb', '--path', sourceOf('two')], { env: second });
}, 600_000);
afterAll(() => world?.dispose());

if (!long) console.info('e2e/campaigns/two-homes: left out, it needs VARVE_LONG=1');

describe.runIf(long && withRestic)(`two homes and restic on one repository at once (seed ${seed})`, () => {
  it(`lose nothing and say nothing wrong in ${lanesMs / 1000} s`, { timeout: lanesMs * 3 + 300_000 }, async () => {
    const until = Date.now() + lanesMs;
    await Promise.all([ourLane('one', {}, until), ourLane('two', { VARVE_HOME: world.path('home-two') }, until), theirLane('theirs', until)]);
    expect(failures.join('\n')).toBe('');
    expect(readdirSync(world.path('repository/locks'))).toEqual([]);
    for (const program of theirPrograms) expect((await restic(program, ['check', '--read-data'])).stdout).toContain('no errors were found');
    await world.well(['check', 'usb', '--read-data']);
    const there = (JSON.parse((await restic(resticPath, ['snapshots', '--json'])).stdout) as { id: string }[]).map(({ id }) => id);
    const named = [...alive.keys()].map((id) => there.find((one) => one.startsWith(id)) ?? `${id} is gone`);
    expect(named.sort()).toEqual(there.sort());
    for (const [i, [id, { source, copy }]] of [...alive].entries()) {
      const target = world.path('restored');
      if (i % 2 === 0) await world.well(['restore', id, '--target', target]);
      else expect((await restic(resticPath, ['restore', id, '--target', target])).code).toBe(0);
      expect(compareTrees(copy, `${target}${source}`, { ignoreHoles: true }), id).toEqual([]);
      rmSync(target, { recursive: true });
    }
    const said = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([what, times]) => `${times} ${what}`).join(', ');
    recordCampaign('two homes and restic on one repository', `${lanesMs / 1000} s: ${said}; every one of the ${alive.size} snapshots that nobody had forgotten came back identical, no wrong verdict, \`restic check --read-data\` clean`);
  });
});
