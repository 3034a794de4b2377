// Purging and sweeping on a real home: what goes, what never does, the copy, and what a stop between the steps leaves.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobDefinition } from '../../../../contract/jobs.ts';
import type { Run, RunState } from '../../../../contract/runs.ts';
import { openDatabase, type Database } from '../../store/index.ts';
import { stateMigrations } from '../../state-migrations.ts';
import { createTestEngine, type TestEngine } from '../../testing/index.ts';
import { createAttempts } from '../attempt/index.ts';
import { createRunStore } from '../runs/store.ts';
import { createHousekeepingStore } from './store.ts';
import { sweep } from './sweep.ts';

const day = 86_400_000;
let test: TestEngine;
beforeEach(async () => {
  test = await createTestEngine();
});
afterEach(() => test.close());

const external = JobDefinition.parse({ name: 'nas', work: { kind: 'external' }, schedule: { kind: 'manual' } });
const ping = async (exitCode: number): Promise<Run> => test.api.jobs.ping({ job: 'nas', what: 'end', exitCode, message: '' }, test.context);
const runsOf = async (): Promise<Run[]> => test.api.runs.list({ job: 'nas', limit: 1000 }, test.context);
const later = (): string => new Date(Date.now() + 60_000).toISOString();

async function fill(): Promise<Run[]> {
  await test.api.jobs.add({ definition: external }, test.context);
  const runs: Run[] = [];
  for (const code of [0, 1, 0, 0, 3]) runs.push(await ping(code));
  const output = join(test.homePath, 'output', (runs[0] as Run).id, '1');
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, 'stray'), 'x'.repeat(1000));
  return runs;
}

it('keeps the last success and the last failure, copies the others, and says so in the record', async () => {
  const runs = await fill();
  const until = later();
  const preview = await test.api.runs.purge.preview({ job: 'nas', until }, test.context);
  expect(preview).toMatchObject({ runs: 3, outputBytes: 1000, kept: [{ id: runs[3]?.id, why: 'last_success' }, { id: runs[4]?.id, why: 'last_failure' }] });
  const report = await test.api.runs.purge.run({ job: 'nas', until, token: preview.token }, test.context);
  expect((await runsOf()).map(({ id }) => id)).toEqual([runs[4]?.id, runs[3]?.id]);
  expect(existsSync(join(test.homePath, 'output', (runs[0] as Run).id))).toBe(false);
  const lines = gunzipSync(readFileSync(report.file)).toString('utf8').trim().split('\n').map((line) => JSON.parse(line) as { run?: Run });
  expect(lines.slice(1).map(({ run }) => run?.id)).toEqual(runs.slice(0, 3).map(({ id }) => id));
  const { entries } = await test.api.log.list({ filter: { action: ['run.purged'] }, order: 'oldest', limit: 10 }, test.context);
  expect(entries.map(({ payload }) => payload)).toMatchObject([{ job: 'nas', runs: 3, sha256: report.sha256 }]);
  expect(await test.api.runs.purge.preview({ job: 'nas', until }, test.context)).toMatchObject({ runs: 0 });
});

it('9.9: keeps the runs that an open ticket names until it is closed', async () => {
  await test.api.jobs.add({ definition: external }, test.context);
  const runs: Run[] = [];
  for (const code of [1, 1, 1]) runs.push(await ping(code));
  await expect.poll(() => test.api.alerts.tickets({ open: true, limit: 10 }, test.context)).toMatchObject([{ runId: runs[2]?.id }]);
  runs.push(await ping(1));
  const kept = async () => (await test.api.runs.purge.preview({ job: 'nas', until: later() }, test.context)).kept.map(({ id, why }) => [why, runs.findIndex((run) => run.id === id)]);
  expect(await kept()).toEqual([['last_failure', 3], ['ticket', 2]]);
  runs.push(await ping(0));
  await expect.poll(kept).toEqual([['last_success', 4], ['last_failure', 3]]);
});

it('is bound to what was shown, and deletes nothing when the copy cannot be written', async () => {
  await fill();
  const until = later();
  const { token } = await test.api.runs.purge.preview({ job: 'nas', until }, test.context);
  await ping(0);
  await expect(test.api.runs.purge.run({ job: 'nas', until, token }, test.context)).rejects.toMatchObject({ code: 'PREVIEW_OUTDATED' });
  writeFileSync(join(test.homePath, 'legacy_backups'), 'a file where the folder should be');
  const again = await test.api.runs.purge.preview({ job: 'nas', until }, test.context);
  await expect(test.api.runs.purge.run({ job: 'nas', until, token: again.token }, test.context)).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  expect(await runsOf()).toHaveLength(6);
});

/** The state.db of the home, while no engine has it. */
async function between<T>(work: (db: Database) => T | Promise<T>): Promise<T> {
  await test.engine.stop();
  const db = openDatabase({ path: join(test.homePath, 'state.db'), files: test.ports.files, migrations: stateMigrations, kind: 'state' });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

async function reopen(): Promise<void> {
  const { folder, keyring, close } = test;
  test = await createTestEngine({ folder, keyring });
  const own = test.close;
  test.close = async () => {
    await own();
    await close();
  };
}

it.each([
  ['whole', 2],
  ['damaged', 5]
])('goes on at the next start when it was cut off before the rows were gone: copy %s', async (copy, left) => {
  const runs = await fill();
  const until = later();
  const { token } = await test.api.runs.purge.preview({ job: 'nas', until }, test.context);
  const before = await between((db) => ({ rows: createRunStore(db).list({ limit: 100 }), attempts: runs.map(({ id }) => createRunStore(db).attempt(id, 1)) }));
  await reopen();
  const report = await test.api.runs.purge.run({ job: 'nas', until, token }, test.context);
  // As if the process had ended after the journal row: the rows stand again.
  await between((db) => {
    const store = createRunStore(db);
    for (const run of before.rows) if (store.run(run.id) === undefined) store.insert(run);
    createHousekeepingStore(db).putPurge({ id: 'cut-off', by: 'tester', job: 'nas', until: Date.parse(until), file: report.file, sha256: report.sha256, runs: runs.slice(0, 3).map(({ id }) => id), outputBytes: 1000 });
  });
  if (copy === 'damaged') writeFileSync(report.file, 'no longer what it was');
  await reopen();
  for (let tries = 0; tries < 100 && (await runsOf()).length !== left; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await runsOf()).toHaveLength(left);
  expect(await between((db) => createHousekeepingStore(db).purges())).toEqual([]);
});

it('sweeps by age and number, keeps what must stay, and never touches young output', async () => {
  await fill();
  const [first] = await runsOf();
  await between(async (db) => {
    const runs = createRunStore(db);
    const store = createHousekeepingStore(db);
    const row = runs.run((first as Run).id);
    if (row === undefined) throw new Error('no run');
    const now = Date.now();
    const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    const sizes: { runId: string; bytes: number }[] = [];
    const add = (n: number, ageDays: number, state: RunState, bytes: number): void => {
      const at = now - ageDays * day;
      runs.insert({ ...row, id: id(n), key: `key ${n}`, jobId: 'old-job', state, createdAt: at, endedAt: at });
      runs.putAttempt({ runId: id(n), attempt: 1, startedAt: at, endedAt: at, identity: null, exit: null, cause: null, detail: null, output: { lines: 1, bytes, redacted: 0, removed: false }, taskId: null });
      if (bytes > 0) sizes.push({ runId: id(n), bytes });
    };
    // 0..149, oldest first: 0 is the only success; 130 rows are older than a year, the newest 30 printed 100 bytes each.
    for (let n = 0; n < 150; n++) add(n, n < 130 ? 800 - n : 150 - n, n === 0 ? 'succeeded' : n === 149 ? 'failed' : 'stopped', n >= 120 || n === 0 ? 100 : 0);
    const removed: string[] = [];
    const attempts: Pick<ReturnType<typeof createAttempts>, 'sizes' | 'remove'> = { sizes: async () => sizes.filter(({ runId }) => !removed.includes(runId)), remove: async (runId) => removed.push(runId) > 0 };
    const events: unknown[] = [];
    const deps = { clock: { ...test.ports.clock, now: () => now }, store, attempts, outbox: { commit: <T>(change: () => T, list: unknown): T => (events.push(list), change()) }, onChanged: () => undefined };
    const swept = await sweep(deps as never, 1500);
    // Rows: the newest 100 and the success stay: 49 of the 50 oldest go. Output: the last 20 and the success stay; of those the total of 1500 takes the oldest that are a week old.
    expect(swept).toMatchObject({ runs: 49, overBytes: 0 });
    expect(runs.run(id(0))?.state).toBe('succeeded');
    expect([runs.run(id(1)), runs.run(id(49)), runs.run(id(50))].map((each) => each?.id)).toEqual([undefined, undefined, id(50)]);
    expect(removed).not.toContain(id(0));
    expect(removed).toEqual(expect.arrayContaining([id(120), id(129)]));
    expect(sizes.filter(({ runId }) => !removed.includes(runId)).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1500);
    expect(runs.attempt(id(120), 1)?.output?.removed).toBe(true);
    // The last week's 700 bytes are above a limit of 300 and stay all the same.
    expect(await sweep(deps as never, 300)).toMatchObject({ overBytes: expect.any(Number) });
    for (let n = 143; n < 150; n++) expect(removed).not.toContain(id(n));
    expect(events).toHaveLength(2);
  });
  expect(readdirSync(test.homePath)).toContain('state.db');
});
