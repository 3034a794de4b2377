// Drills as a person sees them: what came back, what did not, what the plan's own check said, and that nothing of it stays behind.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync, chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DrillReport } from '../../../../contract/drills.ts';
import { createTestEngine, taskEnd, testContext, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
let work: string;
let repository: string;
let scratch: string;
beforeEach(async () => {
  test = await createTestEngine();
  work = join(test.folder, 'work');
  repository = join(test.folder, 'copies');
  scratch = join(test.folder, 'scratch');
  mkdirSync(join(work, 'data'), { recursive: true });
  mkdirSync(scratch);
  for (let i = 0; i < 60; i++) writeFileSync(join(work, 'data', `f${i}`), `${i} `.repeat(3000 + i));
  await addRepository(test, 'copies', repository);
});
afterEach(() => test.close());

async function plan(check?: string[]): Promise<void> {
  await test.api.plans.add({ name: 'thesis', repository: 'copies', paths: [work], excludes: [], tags: [], ...(check && { hooks: { check: { argv: check, timeLimitSeconds: 20, environment: [] } } }) }, testContext);
  await snapshotOf(test, 'thesis');
}

async function drill(input: { share?: number; check?: boolean } = {}): Promise<DrillReport> {
  const { taskId } = await test.api.drills.start({ snapshot: 'thesis@latest', share: 1, check: true, folder: scratch, ...input }, testContext);
  const end = await taskEnd(test.api, taskId);
  if (end.result?.kind !== 'drill') throw new Error(JSON.stringify(end.error));
  expect(end.state).toBe(end.result.report.ok ? 'done' : 'gaps');
  return end.result.report;
}

const events = async (): Promise<{ action: string; level: string }[]> => (await test.api.log.list({ filter: {}, order: 'oldest', limit: 1000 }, testContext)).entries.filter(({ action }) => action.startsWith('drill.')).map(({ action, level }) => ({ action, level }));

it('restores all of a snapshot, or a share, finds it identical, leaves nothing behind, and each snapshot says when it was tested', async () => {
  await plan();
  expect(await drill()).toMatchObject({ ok: true, files: 60, ofFiles: 60, seed: null, failedCount: 0, check: null });
  const share = await drill({ share: 0.1 });
  expect(share).toMatchObject({ ok: true, files: 6, ofFiles: 60 });
  expect(share.seed).toMatch(/^[0-9a-f]{32}$/);
  expect(readdirSync(scratch)).toEqual([]);
  const { snapshots } = await test.api.snapshots.list({ limit: 10 }, testContext);
  expect(snapshots[0]?.tested).toEqual({ at: share.at, ok: true, files: 6, ofFiles: 60 });
  expect((await test.api.drills.list({ limit: 10 }, testContext)).map(({ files }) => files)).toEqual([6, 60]);
  expect(await test.api.drills.list({ plan: 'thesis', limit: 10 }, testContext)).toHaveLength(2);
  expect(await events()).toEqual([{ action: 'drill.started', level: 'info' }, { action: 'drill.finished', level: 'info' }, { action: 'drill.started', level: 'info' }, { action: 'drill.finished', level: 'info' }]);
});

it('names what did not come back when the repository is damaged', async () => {
  await plan();
  const packs = readdirSync(join(repository, 'data'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const largest = packs.sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  const bytes = readFileSync(largest);
  bytes[100] = (bytes[100] as number) ^ 1;
  chmodSync(largest, 0o600);
  writeFileSync(largest, bytes);
  const report = await drill();
  expect(report).toMatchObject({ ok: false, failedCount: 1, files: 59 });
  expect(report.failed[0]?.path).toMatch(/\/data\/f\d+$/);
  expect(readdirSync(scratch)).toEqual([]);
  expect((await events()).at(-1)).toEqual({ action: 'drill.finished', level: 'error' });
  const { snapshots } = await test.api.snapshots.list({ limit: 10 }, testContext);
  expect(snapshots[0]?.tested).toMatchObject({ ok: false });
});

it('runs the plan’s own check where all of it came back, standing in the first folder, and believes what it says', async () => {
  const judge = "const { readdirSync, existsSync } = require('fs'); if (!existsSync('data/f59') || !existsSync(process.env.VARVE_RESTORED)) process.exit(3); if (readdirSync('data').length > 60) { console.error('too many'); process.exit(1); }";
  await plan([process.execPath, '-e', judge]);
  expect((await drill()).check).toEqual({ program: process.execPath, ok: true, reason: null });
  expect((await drill({ share: 0.5 })).check).toBeNull();
  expect((await drill({ check: false })).check).toBeNull();
  writeFileSync(join(work, 'data', 'f60'), 'one more');
  await snapshotOf(test, 'thesis');
  expect(await drill()).toMatchObject({ ok: false, failedCount: 0, check: { ok: false, reason: 'ended with 1: too many' } });
  expect(readdirSync(scratch)).toEqual([]);
});

it('says where it cannot make its folder, and records nothing', async () => {
  await plan();
  await expect(Promise.resolve(test.api.drills.start({ snapshot: 'thesis@latest', share: 1, check: true, folder: join(test.folder, 'nowhere') }, testContext))).rejects.toMatchObject({ code: 'PATH_MISSING' });
  await expect(Promise.resolve(test.api.drills.start({ snapshot: 'thesis@latest', share: 1, check: true, folder: join(work, 'data', 'f1') }, testContext))).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
  expect(await events()).toEqual([]);
});

it('that was cut off by the end of the program is told at the next start, and its folder is removed', async () => {
  await plan();
  const place = join(scratch, 'varve-drill-01932b6e-5a1c-7000-8000-000000000001');
  mkdirSync(place);
  writeFileSync(join(place, 'left'), 'x');
  await test.engine.stop();
  const db = new Sqlite(join(test.homePath, 'state.db'));
  const facts = { drill: 'd', repository: 'copies', repositoryId: 'r', snapshot: 's', plan: 'thesis', planId: 'p' };
  db.prepare('INSERT INTO running_drills (id, place, subject, facts, started_at) VALUES (?, ?, ?, ?, ?)').run('01932b6e-5a1c-7000-8000-000000000001', JSON.stringify(place), 'plan:thesis', JSON.stringify(facts), '2026-11-21T00:00:00.000Z');
  db.close();
  const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
  const told = await again.api.log.list({ filter: { action: 'drill.interrupted' }, order: 'oldest', limit: 10 }, testContext);
  await again.close();
  expect(existsSync(place)).toBe(false);
  expect(told.entries.map(({ payload }) => payload)).toEqual([{ ...facts, startedAt: '2026-11-21T00:00:00.000Z' }]);
});
