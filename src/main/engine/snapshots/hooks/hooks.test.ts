// Programs around a snapshot, through the engine's table: what they may stop, what they say, and where that is kept.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskState } from '../../../../contract/events.ts';
import type { Hook } from '../../../../contract/snapshots.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { addRepository } from '../testing/begin.ts';

let test: TestEngine;
let work: string;
let marks: string;

const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;
const hook = (script: string, ...args: string[]): Hook => ({ argv: [process.execPath, '-e', script, ...args], timeLimitSeconds: 20, environment: ['SEEN'] });

beforeAll(async () => {
  test = await createTestEngine({ environment: { SEEN: 'yes', HIDDEN: 'no', PATH: process.env['PATH'] ?? '' } });
  work = join(test.folder, 'work');
  marks = join(test.folder, 'marks');
  mkdirSync(work);
  mkdirSync(marks);
  writeFileSync(join(work, 'a.txt'), 'a');
  await addRepository(test, 'safe', join(test.folder, 'repository'));
  await call(test.api.plans.add({ name: 'thesis', repository: 'safe', paths: [work], excludes: [], tags: [], zone: 'UTC' }, test.context));
});
afterAll(() => test?.close());

const start = async (hooks: { before?: Hook | null; after?: Hook | null }): Promise<string> => {
  await call(test.api.plans.edit({ plan: 'thesis', hooks: { before: null, after: null, ...hooks } }, test.context));
  return (await call(test.api.snapshots.take({ plan: 'thesis', tags: [], note: undefined }, test.context))).taskId;
};
const take = async (hooks: Parameters<typeof start>[0]): Promise<TaskState> => taskEnd(test.api, await start(hooks));
const resultOf = (task: TaskState) => (task.result?.kind === 'snapshot' ? task.result.result : expect.fail(JSON.stringify(task.error)));
const newest = async () => (await call(test.api.log.list({ filter: { category: ['snapshot'] }, limit: 1, order: 'newest' }, test.context))).entries[0];
const carried = async (snapshot: string, name: string): Promise<unknown> => JSON.parse(Buffer.from((await call(test.api.snapshots.read({ snapshot, path: `/.varve/${name}`, offset: 0, length: 100_000 }, test.context))).data, 'base64').toString());

describe('hooks', () => {
  it('make the metrics of the snapshot, in its tree and in the record, and what the first wrote is in the snapshot', async () => {
    const result = resultOf(
      await take({
        before: hook('require("node:fs").writeFileSync(process.argv[1], "dumped"); console.log(JSON.stringify({ rows: 12, plan: process.env.VARVE_PLAN, seen: process.env.SEEN, hidden: process.env.HIDDEN ?? null }))', join(work, 'dump.sql')),
        after: hook('console.log(JSON.stringify({ after: process.env.VARVE_HOOK }))')
      })
    );
    const metrics = { rows: 12, plan: 'thesis', seen: 'yes', hidden: null, after: 'after' };
    expect(result).toMatchObject({ metrics, hookWarnings: [], snapshot: { summary: { totalFiles: 2 } } });
    expect(await carried(result.snapshot.id, 'metrics')).toEqual(metrics);
    expect(await carried(result.snapshot.id, 'plan')).toMatchObject({ name: 'thesis', version: 2, paths: [work] });
    expect((await newest())?.payload).toMatchObject({ metrics });
  });

  it('stop the snapshot when the first fails: none is taken, the second does not run, and the record keeps no words of the program', async () => {
    const before = (await call(test.api.snapshots.list({ plan: 'thesis', limit: 100 }, test.context))).snapshots.length;
    const task = await take({ before: hook('console.error("password hunter2 refused"); process.exit(4)'), after: hook('require("node:fs").writeFileSync(process.argv[1], "")', join(marks, 'not-run')) });
    expect(task).toMatchObject({ state: 'failed', error: { code: 'HOOK_FAILED', data: { plan: 'thesis', program: process.execPath, reason: 'ended with 4: password hunter2 refused' } } });
    expect(existsSync(join(marks, 'not-run'))).toBe(false);
    expect((await call(test.api.snapshots.list({ plan: 'thesis', limit: 100 }, test.context))).snapshots.length).toBe(before);
    const entry = await newest();
    expect(entry).toMatchObject({ action: 'snapshot.failed', payload: { code: 'HOOK_FAILED' } });
    expect(JSON.stringify(entry)).not.toContain('hunter2');
  });

  it.each([
    ['that is not there', { argv: ['/no/such/program'], timeLimitSeconds: 5, environment: [] }, 'could not be started (ENOENT)'],
    ['that takes too long', { ...hook('setTimeout(() => {}, 60000)'), timeLimitSeconds: 1 }, 'took longer than 1 s']
  ])('stop the snapshot with a first program %s', async (_what, before, reason) => {
    expect(await take({ before })).toMatchObject({ state: 'failed', error: { code: 'HOOK_FAILED', data: { reason } } });
  });

  it('are only a warning when the second fails, or says what is no JSON', async () => {
    expect(resultOf(await take({ after: hook('console.error("cannot thaw"); process.exit(1)') }))).toMatchObject({ metrics: null, hookWarnings: [{ hook: 'after', reason: 'ended with 1: cannot thaw' }] });
    expect(resultOf(await take({ before: hook('console.log("{ rows: 12")'), after: hook('console.log("done")') }))).toMatchObject({ metrics: null, hookWarnings: [{ hook: 'before', reason: 'gave metrics that are no JSON' }] });
  });

  it.each(['{ "a": 1e999 }', `{ "a": ${'['.repeat(3000)}${']'.repeat(3000)} }`, `{ "${'n'.repeat(40_000)}": 1 }`])('do not fail a snapshot with metrics that the record cannot hold', async (text) => {
    expect(resultOf(await take({ after: hook('process.stdout.write(process.argv[1])', text) }))).toMatchObject({ metrics: null, hookWarnings: [{ hook: 'after', reason: expect.stringContaining('cannot hold') }] });
  });

  it('never see the variables that are Varve’s own', async () => {
    await expect(start({ before: { ...hook('0'), environment: ['VARVE_VAULT_PASSPHRASE'] } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('run the second also when the snapshot is cancelled or fails after the first', async () => {
    const mark = join(marks, 'thawed');
    const taskId = await start({ before: hook('0'), after: hook('require("node:fs").writeFileSync(process.argv[1], "thawed")', mark) });
    for await (const state of await call(test.api.system.tasks.watch({ id: taskId }, test.context))) {
      if (['opening', 'locking', 'checking-index', 'writing'].includes(state.progress.phase)) await call(test.api.system.tasks.cancel({ id: taskId }, test.context));
    }
    expect((await taskEnd(test.api, taskId)).state).toBe('cancelled');
    expect(readFileSync(mark, 'utf8')).toBe('thawed');
  });
});
