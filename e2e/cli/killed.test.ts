// kill -9 at random moments: of a snapshot, of a restore, of programs that write to the record. Nothing half-written is ever shown, nothing
// acknowledged is lost, and the next command works.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry, Verdict } from '../../src/contract/log.ts';
import type { RestoreReport, Snapshot } from '../../src/contract/snapshots.ts';
import type { DoctorCheck } from '../../src/contract/system.ts';
import { recordCampaign } from './harness/campaign.ts';
import { hasRestic, resticWell } from './harness/restic.ts';
import { scaled, seed } from './harness/scale.ts';
import { compareTrees, makeManyFiles, Seeded } from './harness/trees.ts';
import { createReadyWorld, createWorld, type World } from './harness/world.ts';

const rounds = scaled(2, 20);
const random = new Seeded(`killed ${seed}`);
/** The full campaign takes longer than a test may by default. */
const limitMs = scaled(180_000, 1_800_000);
let world: World;
let source: string;
let snapshotMs: number;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

function changeSome(): void {
  for (let i = 0; i < 12; i++) writeFileSync(join(source, `large-${random.below(24)}`), random.bytes(2_000_000 + random.below(2_000_000)));
}

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      source = made.path('source');
      makeManyFiles(source, 1_500, seed);
      for (let i = 0; i < 24; i++) writeFileSync(join(source, `large-${i}`), random.bytes(3_000_000));
      return [source];
    }
  });
  const started = performance.now();
  await world.well(['snapshot', 'work']);
  snapshotMs = performance.now() - started;
});
afterAll(() => world?.dispose());

describe(`kill -9 of a snapshot (${rounds} times, seed ${seed})`, () => {
  it('leaves nothing half-written, and the next one works', { timeout: limitMs }, async () => {
    let known = 1;
    let killed = 0;
    let finished = 0;
    for (let round = 0; round < rounds; round++) {
      changeSome();
      const running = world.start(['snapshot', 'work']);
      await pause(random.below(Math.ceil(snapshotMs)));
      running.child.kill('SIGKILL');
      const ran = await running.done;
      if (ran.code === null) killed += 1;
      else finished += 1;
      // What was acknowledged is there; what was not is there whole or not at all.
      const listed = (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[]; unreadable: unknown[] }>();
      expect(listed.unreadable).toEqual([]);
      expect(listed.snapshots.length).toBeGreaterThanOrEqual(known + (ran.code === 0 ? 1 : 0));
      for (const one of listed.snapshots) expect(one.incomplete).toBe(false);
      known = listed.snapshots.length;
      const { checks } = (await world.run(['doctor', '--json'])).json<{ checks: DoctorCheck[] }>();
      expect(checks.filter(({ state }) => state === 'broken'), `round ${round}`).toEqual([]);
      if (round % 4 === 3 || round === rounds - 1) {
        await world.well(['snapshot', 'work']);
        known += 1;
        expect((await world.well(['log', 'verify', '--json'])).json<Verdict>().kind).toBe('consistent');
        await world.well(['repo', 'check', 'usb', '--read-data']);
        if (hasRestic()) expect(resticWell(world, world.path('repository'), ['check', '--read-data'])).toContain('no errors were found');
      }
    }
    expect(readdirSync(world.path('repository/locks'))).toEqual([]);
    const { entries } = (await world.well(['log', 'list', '--limit', '1000', '--json'])).json<{ entries: LogEntry[] }>();
    const count = (action: string): number => entries.filter((entry) => entry.action === action).length;
    // Every start has an end: done, failed or found interrupted.
    expect(count('snapshot.started')).toBe(count('snapshot.finished') + count('snapshot.failed') + count('snapshot.interrupted'));
    await world.well(['restore', 'work@latest', '--target', world.path('after')]);
    expect(compareTrees(source, `${world.path('after')}${source}`)).toEqual([]);
    recordCampaign('kill -9 of `varve snapshot`', `${rounds} rounds, ${killed} killed while working, ${finished} had ended before; every repository sound to restic, every record intact`);
  });
});

describe(`kill -9 of a restore (seed ${seed})`, () => {
  it('leaves no half file under a final name, and a second restore completes it', { timeout: limitMs }, async () => {
    const times = scaled(2, 10);
    let seen = 0;
    for (let round = 0; round < times; round++) {
      const target = world.path(`cut-${round}`);
      const running = world.start(['restore', 'work@latest', '--target', target]);
      const enough = 1 + random.below(1_200);
      while (running.child.exitCode === null && filesOf(target).length < enough) await pause(5);
      running.child.kill('SIGKILL');
      await running.done;
      for (const path of filesOf(target)) {
        if (isTemporary(path)) continue;
        seen += 1;
        expect(readFileSync(path).equals(readFileSync(path.slice(target.length))), path).toBe(true);
      }
      // What is there is kept unless told otherwise; the folders that the killed one had made get their modes with `replace`.
      const report = (await world.well(['restore', 'work@latest', '--target', target, '--conflict', 'replace', '--json'])).json<RestoreReport>();
      expect(report.skippedCount).toBe(0);
      expect(compareTrees(source, `${target}${source}`, { ignoreFolderTimes: true })).toEqual([]);
      expect(filesOf(target).filter(isTemporary)).toEqual([]);
    }
    expect(seen).toBeGreaterThan(0);
    const { entries } = (await world.well(['log', 'list', '--limit', '1000', '--json'])).json<{ entries: LogEntry[] }>();
    const count = (action: string): number => entries.filter((entry) => entry.action === action).length;
    expect(count('restore.started')).toBeGreaterThan(times);
    expect(count('restore.started')).toBe(count('restore.finished') + count('restore.failed') + count('restore.interrupted'));
    expect((await world.run(['doctor', '--json'])).json<{ checks: DoctorCheck[] }>().checks.filter(({ state }) => state === 'broken')).toEqual([]);
    recordCampaign('kill -9 of `varve restore`', `${times} rounds, ${seen} files were already in place, every one of them whole`);
  });
});

describe(`kill -9 of programs that write to the record (seed ${seed})`, () => {
  it('loses no acknowledged entry and leaves the record intact', { timeout: limitMs }, async () => {
    const acknowledged: number[] = [];
    const until = Date.now() + scaled(4_000, 60_000);
    let killed = 0;
    const lane = async (name: string, chance: Seeded): Promise<void> => {
      for (let i = 0; Date.now() < until; i++) {
        const running = world.start(['log', 'append', '--action', 'app.lane', '--payload', JSON.stringify({ name, i }), '--json']);
        if (chance.below(2) === 0) void pause(200 + chance.below(500)).then(() => running.child.kill('SIGKILL'));
        const ran = await running.done;
        if (ran.stdout.endsWith('}\n')) acknowledged.push(ran.json<{ seq: number }>().seq);
        if (ran.code === null) killed += 1;
      }
    };
    await Promise.all(['one', 'two', 'three'].map((name) => lane(name, new Seeded(`${name} ${seed}`))));
    expect((await world.well(['log', 'verify', '--json'])).json<Verdict>().kind).toBe('consistent');
    const present = new Set<number>();
    for (let before: number | undefined; ; ) {
      const page = (await world.well(['log', 'list', '--action', 'app.lane', '--limit', '1000', '--json', ...(before === undefined ? [] : ['--before', String(before)])])).json<{ entries: LogEntry[]; next: number | null }>();
      for (const { seq } of page.entries) present.add(seq);
      if (page.next === null || page.entries.length === 0) break;
      before = page.entries.at(-1)?.seq;
    }
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((seq) => !present.has(seq))).toEqual([]);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    recordCampaign('kill -9 of `varve log append`', `3 programs at once, ${killed} killed, ${acknowledged.length} acknowledged entries all there, the record intact`);
  });
});

describe(`kill -9 of four programs that append at once and seal the record (seed ${seed})`, () => {
  const times = scaled(2, 200);
  it(`loses nothing that was acknowledged, records nothing twice, and leaves chain, tree and seals whole (${times} times)`, { timeout: scaled(240_000, 14_400_000) }, async () => {
    await using own = createWorld();
    await own.well(['init', '--store', 'vault']);
    const program = join(import.meta.dirname, 'harness/appender.child.ts');
    const chance = new Seeded(`four ${seed}`);
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < times; round++) {
      const lanes = ['a', 'b', 'c', 'd'].map((letter) => startAppender(program, own, `${round}${letter}`));
      await Promise.all(lanes.map(({ ready }) => ready));
      await Promise.all(lanes.map(({ child }) => pause(chance.below(700)).then(() => child.kill('SIGKILL'))));
      for (const { lane, done } of lanes) for (const [i, seq] of await done) acknowledged.set(`${lane}/${i}`, seq);
      const verdict = (await own.well(['log', 'verify', round % 20 === 19 ? '--full' : '--new', '--json'])).json<Verdict>();
      expect(verdict.kind, `round ${round}`).toBe('consistent');
    }
    const verdict = (await own.well(['log', 'verify', '--json'])).json<Extract<Verdict, { kind: 'consistent' }>>();
    expect(verdict).toMatchObject({ kind: 'consistent', pinned: 'home', checkpoint: { signature: 'good' } });
    // Asked of sqlite3, not of us.
    const rows = execFileSync('sqlite3', [join(own.home, 'log.db'), "SELECT seq || ' ' || (body ->> '$.lane') || '/' || (body ->> '$.i') FROM payloads WHERE body ->> '$.lane' IS NOT NULL"], { encoding: 'utf8', maxBuffer: 1 << 30 });
    const present = new Map<string, number>();
    for (const [seq = '', name = ''] of rows.trim().split('\n').map((row) => row.split(' '))) {
      expect(present.has(name), `${name} twice`).toBe(false);
      present.set(name, Number(seq));
    }
    expect(acknowledged.size).toBeGreaterThan(times * 4);
    expect([...acknowledged].filter(([name, seq]) => present.get(name) !== seq)).toEqual([]);
    recordCampaign('kill -9 of four programs that append at once', `${times} rounds, ${acknowledged.size} acknowledged entries all there and none twice, ${present.size - acknowledged.size} more that were written but not acknowledged; chain, tree and ${verdict.checkpoint?.size ?? 0} sealed entries verified after each`);
  });
});

interface Appender {
  lane: string;
  child: ChildProcess;
  ready: Promise<void>;
  /** The numbers it acknowledged, with the entries they became. */
  done: Promise<[number, number][]>;
}

function startAppender(program: string, { home, env }: World, lane: string): Appender {
  const child = spawn(process.execPath, [program, home, lane, seed], { env: env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (piece: Buffer) => {
    out += piece.toString();
    if (out.startsWith('ready\n')) ready.resolve();
  });
  child.stderr.on('data', (piece: Buffer) => {
    err += piece.toString();
  });
  const done = new Promise<[number, number][]>((resolve) => {
    child.on('close', (code) => {
      if (code !== null) ready.reject(new Error(`the appending program ended by itself (${code}): ${err}`));
      const lines = out.slice(0, out.lastIndexOf('\n') + 1).split('\n').slice(1, -1);
      resolve(lines.map((line) => line.split(' ').map(Number) as [number, number]));
    });
  });
  return { lane, child, ready: ready.promise, done };
}

const isTemporary = (path: string): boolean => /\.varve-restore-[0-9a-f]+\.tmp$/.test(path);

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // killed before it made the folder
  }
}

