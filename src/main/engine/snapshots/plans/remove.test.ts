// A plan that is removed: what stops, what stays, and its name used again. Through the engine's table.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, Snapshot } from '../../../../contract/snapshots.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
let work: string;
let plan: Plan;
let taken: Snapshot;

const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;
const newest = async (action: string) => (await call(test.api.log.list({ filter: { action: [action] }, limit: 100, order: 'newest' }, test.context))).entries[0];
const add = (change: Partial<Parameters<TestEngine['api']['plans']['add']>[0]> = {}) => call(test.api.plans.add({ name: 'thesis', title: 'My thesis', repository: 'safe', paths: [work], excludes: [], tags: [], zone: 'UTC', retention: { keepLast: 1 }, ...change }, test.context));
const take = async (name: string): Promise<Snapshot> => (await snapshotOf(test, name)).snapshot;
const remove = (change: { plan?: string; version?: number } = {}) => call(test.api.plans.remove({ plan: 'thesis', ...change }, test.context));
const list = async (name?: string) => (await call(test.api.snapshots.list({ limit: 100, ...(name !== undefined && { plan: name }) }, test.context))).snapshots;

beforeAll(async () => {
  test = await createTestEngine();
  work = join(test.folder, 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'a.txt'), 'first');
  await addRepository(test, 'safe', join(test.folder, 'repository'));
  plan = await add();
  taken = await take('thesis');
});
afterAll(() => test?.close());

describe('a plan that is removed', () => {
  it('goes only in the version that was looked at, and not while a snapshot of it is being taken', async () => {
    await expect(remove({ version: 7 })).rejects.toMatchObject({ code: 'CONFLICT' });
    const { taskId } = await call(test.api.snapshots.take({ plan: 'thesis', tags: [] }, test.context));
    await expect(remove()).rejects.toMatchObject({ code: 'PLAN_BUSY', data: { plan: 'thesis' } });
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'done' });
    expect(await call(test.api.plans.list({}, test.context))).toHaveLength(1);
  });

  it('is in the record with who, which version and what it kept; it is listed no more, and no snapshot or rule of it runs', async () => {
    const gone = await remove({ version: 1 });
    expect(gone).toMatchObject({ id: plan.id, name: 'thesis', version: 1, repositoryName: 'safe' });
    const entry = await newest('plan.removed');
    expect(entry).toMatchObject({ actorName: test.context.actor, subjectName: 'plan:thesis', payload: { plan: 'thesis', planId: plan.id, title: 'My thesis', version: 1, repository: 'safe', retention: { keepLast: 1 } } });
    expect(await call(test.api.plans.list({}, test.context))).toEqual([]);
    expect(await call(test.api.snapshots.takeLast({}, test.context))).toEqual([]);
    await expect(call(test.api.snapshots.take({ plan: 'thesis', tags: [] }, test.context))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(call(test.api.keeping.forget.preview({ plan: 'thesis' }, test.context))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(call(test.api.keeping.forget.preview({ plan: plan.id, repository: 'safe' }, test.context))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'policy' } });
    await expect(remove()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves its snapshots, as its own, to be found by its name or id and restored', async () => {
    const all = await list();
    expect(all).toHaveLength(2);
    for (const snapshot of all) expect(snapshot).toMatchObject({ planId: plan.id, planName: 'thesis', removedPlan: { title: 'My thesis' } });
    expect(await list('thesis')).toEqual(all);
    expect(await list(plan.id)).toEqual(all);
    expect(await call(test.api.snapshots.get({ snapshot: 'thesis@latest' }, test.context))).toEqual(all[0]);
    const target = join(test.folder, 'back');
    const { taskId } = await call(test.api.restores.start({ snapshot: taken.id, target, include: [], exclude: [], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, test.context));
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'done' });
    expect(readFileSync(join(target, work, 'a.txt'), 'utf8')).toBe('first');
    expect((await newest('restore.finished'))?.subjectName).toBe('plan:thesis');
  });

  it('can still have its snapshots thinned out, by rules that a person names', async () => {
    const preview = await call(test.api.keeping.forget.preview({ plan: plan.id, repository: 'safe', policy: { keepLast: 1 } }, test.context));
    expect(preview).toMatchObject({ keepCount: 1, removeCount: 1, groups: [{ planId: plan.id, planName: 'thesis' }] });
  });

  it('gives its name free: a new plan has an id of its own, and neither takes the other’s snapshots', async () => {
    writeFileSync(join(work, 'b.txt'), 'second');
    const again = await add({ title: 'Again' });
    expect(again).toMatchObject({ version: 1, lastSnapshot: null });
    expect(again.id).not.toBe(plan.id);
    const mine = await take('thesis');
    expect(mine).not.toHaveProperty('removedPlan');
    expect((await list('thesis')).map(({ id }) => id)).toEqual([mine.id]);
    expect(await list(plan.id)).toHaveLength(2);
    expect(await call(test.api.snapshots.get({ snapshot: `${plan.id}@latest` }, test.context))).toMatchObject({ removedPlan: { title: 'My thesis' } });
    // With the rule of the new plan only the new plan's are judged.
    expect(await call(test.api.keeping.forget.preview({ plan: 'thesis' }, test.context))).toMatchObject({ keepCount: 1, removeCount: 0 });
    await remove();
    // The name alone means the one that went last.
    expect((await list('thesis')).map(({ id }) => id)).toEqual([mine.id]);
  });

  it('leaves the home’s own tables when its words are erased in the record; the snapshots stay', async () => {
    const entry = await newest('plan.removed');
    await call(test.api.erasure.erase({ reason: 'own-wish', basis: 'none', nameOnly: false, dryRun: false, language: 'en', seqs: [entry?.seq ?? -1] }, test.context));
    const gone = (entry?.payload as { planId: string }).planId;
    await expect(list('thesis')).resolves.toHaveLength(2); // the one before has the name now
    const all = await list();
    expect(all).toHaveLength(3);
    const [nameless] = all.filter(({ planId }) => planId === gone);
    expect(nameless).toMatchObject({ planName: null });
    expect(nameless).not.toHaveProperty('removedPlan');
  });
});
