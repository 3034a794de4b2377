// A folder on trial as a person sees it: the copy beside the original, what differs in it, the change of places, the check that takes it back.
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Promotion, Trial } from '../../../../contract/trials.ts';
import { createTestEngine, taskEnd, testContext, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
let work: string;
beforeEach(async () => {
  test = await createTestEngine();
  work = join(test.folder, 'work');
  mkdirSync(join(work, 'data'), { recursive: true });
  writeFileSync(join(work, 'data', 'a'), 'good');
  writeFileSync(join(work, 'b'), 'b');
  await addRepository(test, 'copies', join(test.folder, 'copies'));
  const judge = "process.exit(require('fs').readFileSync('data/a', 'utf8') === 'good' ? 0 : 4)";
  await test.api.plans.add({ name: 'thesis', repository: 'copies', paths: [work], excludes: [], tags: [], hooks: { check: { argv: [process.execPath, '-e', judge], timeLimitSeconds: 30, environment: [] } } }, testContext);
  await snapshotOf(test, 'thesis');
  writeFileSync(join(work, 'data', 'a'), 'spoiled');
  writeFileSync(join(work, 'new'), 'made since');
});
afterEach(() => test.close());

async function start(input: { path?: string; folder?: string } = {}): Promise<Trial> {
  const end = await taskEnd(test.api, (await test.api.trials.start({ snapshot: 'thesis@latest', ...input }, testContext)).taskId);
  if (end.result?.kind !== 'trial') throw new Error(JSON.stringify(end.error));
  expect(end.result.skippedCount).toBe(0);
  return end.result.trial;
}

async function promote(trial: Trial, check?: string[]): Promise<Promotion> {
  const end = await taskEnd(test.api, (await test.api.trials.promote({ trial: trial.id, ...(check && { check }) }, testContext)).taskId);
  if (end.result?.kind !== 'promotion') throw new Error(JSON.stringify(end.error));
  return end.result.promotion;
}

const read = (...names: string[]): string => readFileSync(join(...names), 'utf8');
const events = async (): Promise<string[]> => (await test.api.log.list({ filter: {}, order: 'oldest', limit: 1000 }, testContext)).entries.map(({ action }) => action).filter((action) => action.startsWith('trial.'));

it('brings a copy back beside the original, which takes its place when the plan’s check is content, and goes back when asked', async () => {
  const trial = await start();
  expect(trial).toMatchObject({ original: work, state: 'ready', planName: 'thesis', lastRun: null });
  expect(dirname(trial.folder)).toBe(test.folder);
  expect([read(trial.copy, 'data', 'a'), read(work, 'data', 'a')]).toEqual(['good', 'spoiled']);
  const { trial: promoted, undone, check } = await promote(trial);
  expect({ undone, ok: check?.ok, state: promoted.state, copy: promoted.copy }).toEqual({ undone: false, ok: true, state: 'promoted', copy: work });
  expect(read(work, 'data', 'a')).toBe('good');
  expect(existsSync(join(work, 'new'))).toBe(false);
  expect(await test.api.trials.undo({ trial: trial.id }, testContext)).toMatchObject({ state: 'ready', copy: trial.copy });
  expect([read(work, 'data', 'a'), read(work, 'new'), read(trial.copy, 'data', 'a')]).toEqual(['spoiled', 'made since', 'good']);
  await test.api.trials.discard({ trial: trial.id }, testContext);
  expect(existsSync(trial.folder)).toBe(false);
  expect(await test.api.trials.list({}, testContext)).toEqual([]);
  expect(await events()).toEqual(['trial.started', 'trial.ready', 'trial.promoted', 'trial.undone', 'trial.discarded']);
});

it('is taken back by itself when a check is not content', async () => {
  const trial = await start();
  writeFileSync(join(trial.copy, 'data', 'a'), 'worse');
  expect(await promote(trial)).toMatchObject({ undone: true, check: { ok: false, reason: 'ended with 4' }, trial: { state: 'ready' } });
  expect([read(work, 'data', 'a'), read(trial.copy, 'data', 'a')]).toEqual(['spoiled', 'worse']);
  // A check of one's own stands in its place, and stands in the folder itself.
  expect(await promote(trial, [process.execPath, '-e', `process.exit(process.cwd() === ${JSON.stringify(work)} ? 0 : 1)`])).toMatchObject({ undone: false });
  expect(read(work, 'data', 'a')).toBe('worse');
});

it('of a part of the plan is judged where the plan’s check stands, and says what it is when it is asked for the other', async () => {
  const trial = await start({ path: join(work, 'data') });
  await expect(Promise.resolve(test.api.trials.undo({ trial: trial.id }, testContext))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { reason: 'its copy does not stand in the place of the original' } });
  expect(await promote(trial)).toMatchObject({ undone: false, check: { ok: true } });
  await expect(Promise.resolve(test.api.trials.promote({ trial: trial.id }, testContext))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { reason: 'its copy stands in the place of the original already' } });
});

it('is compared with the snapshot it came from', async () => {
  const trial = await start();
  writeFileSync(join(trial.copy, 'data', 'a'), 'changed in the copy');
  writeFileSync(join(trial.copy, 'result'), '42');
  rmSync(join(trial.copy, 'b'));
  const end = await taskEnd(test.api, (await test.api.compare.start({ from: trial.snapshotId, to: null, fromPath: '/', exact: false, trial: trial.id }, testContext)).taskId);
  if (end.result?.kind !== 'compare') throw new Error(JSON.stringify(end.error));
  const { changes } = await test.api.compare.list({ comparison: end.result.comparison.id, sort: 'path', descending: false, offset: 0, limit: 100 }, testContext);
  expect(changes.filter(({ folder }) => !folder).map(({ path, kind }) => [path, kind])).toEqual([['/b', 'removed'], ['/data/a', 'content'], ['/result', 'added']]);
  expect(end.result.comparison.to).toMatchObject({ trial: { id: trial.id, path: work } });
  // The inside of a file is of the copy as well, not of the original.
  const inside = await taskEnd(test.api, (await test.api.inside.start({ from: trial.snapshotId, to: null, path: '/data/a', trial: trial.id }, testContext)).taskId);
  if (inside.result?.kind !== 'inside') throw new Error(JSON.stringify(inside.error));
  expect(JSON.stringify((await test.api.inside.rows({ inside: inside.result.inside.id, offset: 0, limit: 10 }, testContext)).rows)).toMatch(/good.*changed in the copy/);
  await test.api.trials.ran({ trial: trial.id, program: 'make', exitCode: 2 }, testContext);
  expect((await test.api.trials.list({}, testContext))[0]?.lastRun).toMatchObject({ program: 'make', exitCode: 2 });
});

it('has programs run in its copy, says how they ended and what they wrote, and lets nothing else happen to it meanwhile', async () => {
  const trial = await start();
  expect(trial).toMatchObject({ files: 2, bytes: 5, taskId: null });
  const run = async (code: string) => {
    const end = await taskEnd(test.api, (await test.api.trials.run({ trial: trial.id, command: [process.execPath, '-e', code] }, testContext)).taskId);
    return end.result?.kind === 'trial-run' ? end.result.run : end;
  };
  expect(await run("console.log(require('fs').readFileSync('data/a', 'utf8'), process.env.VARVE_RESTORED === process.cwd())")).toMatchObject({ ok: true, reason: null, output: 'good true\n', cut: false, trial: { lastRun: { exitCode: 0 } } });
  expect(await run("console.error('no such table'); process.exit(3)")).toMatchObject({ ok: false, reason: 'ended with 3: no such table', errors: 'no such table\n', trial: { lastRun: { exitCode: 3 } } });
  expect(await run("process.stdout.write('x'.repeat(200000) + 'the end')")).toMatchObject({ cut: true, output: expect.stringMatching(/^x{1000,}the end$/) });
  const missing = await taskEnd(test.api, (await test.api.trials.run({ trial: trial.id, command: [join(test.folder, 'nothing')] }, testContext)).taskId);
  expect(missing.result).toMatchObject({ run: { ok: false, reason: 'could not be started (ENOENT)', trial: { lastRun: { exitCode: 0 } } } });

  const { taskId } = await test.api.trials.run({ trial: trial.id, command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] }, testContext);
  await expect.poll(async () => (await test.api.trials.list({}, testContext))[0]?.taskId).toBe(taskId);
  const busy = { code: 'BAD_INPUT', data: { reason: 'something is being done with it at the moment' } };
  await expect(Promise.resolve(test.api.trials.promote({ trial: trial.id }, testContext))).rejects.toMatchObject(busy);
  await expect(Promise.resolve(test.api.trials.discard({ trial: trial.id }, testContext))).rejects.toMatchObject(busy);
  await test.api.system.tasks.cancel({ id: taskId }, testContext);
  expect((await taskEnd(test.api, taskId)).state).toBe('cancelled');
  expect((await test.api.trials.list({}, testContext))[0]).toMatchObject({ taskId: null, lastRun: { exitCode: null } });
  await test.api.trials.discard({ trial: trial.id }, testContext);
  // What it wrote may be anybody's: the record has how it ended, and nothing else.
  expect(JSON.stringify((await test.api.log.list({ filter: {}, order: 'oldest', limit: 1000 }, testContext)).entries)).not.toContain('no such table');
});

it('takes a part of the snapshot, also of a folder that is gone, and refuses what it was not taken of', async () => {
  rmSync(join(work, 'data'), { recursive: true });
  const trial = await start({ path: join(work, 'data') });
  expect(readdirSync(trial.copy)).toEqual(['a']);
  expect(await promote(trial, [process.execPath, '-e', ''])).toMatchObject({ undone: false });
  expect(read(work, 'data', 'a')).toBe('good');
  for (const path of [test.homePath, '/']) await expect(Promise.resolve(test.api.trials.start({ snapshot: 'thesis@latest', path }, testContext)), path).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(Promise.resolve(test.api.trials.start({ snapshot: 'thesis@latest', folder: join(test.folder, 'copies') }, testContext))).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it('removes a copy with folders that nobody may write to', async () => {
  chmodSync(join(work, 'data'), 0o500);
  await snapshotOf(test, 'thesis');
  chmodSync(join(work, 'data'), 0o700);
  const trial = await start();
  await test.api.trials.discard({ trial: trial.id }, testContext);
  expect(existsSync(trial.folder)).toBe(false);
});

it('that was cut off is settled at the next start: the original stands where it stood', async () => {
  const trial = await start();
  const half = await start({ path: join(work, 'data') });
  await promote(trial, [process.execPath, '-e', '']);
  await test.engine.stop();
  const db = new Sqlite(join(test.homePath, 'state.db'));
  db.prepare("UPDATE trials SET state = 'swapping' WHERE id = ?").run(trial.id);
  db.prepare("UPDATE trials SET state = 'making' WHERE id = ?").run(half.id);
  db.close();
  const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
  expect(read(work, 'data', 'a')).toBe('spoiled');
  expect(read(trial.copy, 'data', 'a')).toBe('good');
  const left = await again.api.trials.list({}, testContext);
  expect(left.map(({ id, state }) => [id, state])).toEqual([[trial.id, 'ready']]);
  await expect.poll(() => existsSync(half.folder)).toBe(false);
  await again.close();
});
