// Editing a plan and looking at what it would keep, through the engine's table.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, PlanPreview } from '../../../../contract/snapshots.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
let work: string;
let other: string;
let plan: Plan;

const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;

beforeAll(async () => {
  test = await createTestEngine();
  work = join(test.folder, 'work');
  other = join(test.folder, 'other');
  mkdirSync(join(work, 'build', 'deep'), { recursive: true });
  mkdirSync(other);
  writeFileSync(join(work, 'a.txt'), 'a'.repeat(10));
  writeFileSync(join(work, 'large.iso'), 'l'.repeat(5000));
  writeFileSync(join(work, 'build', 'one.o'), 'x'.repeat(300));
  writeFileSync(join(work, 'build', 'deep', 'two.o'), 'x'.repeat(200));
  writeFileSync(join(other, 'b.txt'), 'b');
  await addRepository(test, 'safe', join(test.folder, 'repository'));
  plan = await call(test.api.plans.add({ name: 'thesis', repository: 'safe', paths: [work], excludes: ['build'], tags: ['phd'], zone: 'UTC' }, test.context));
});
afterAll(() => test?.close());

const edit = (change: Partial<Parameters<TestEngine['api']['plans']['edit']>[0]>) => call(test.api.plans.edit({ plan: 'thesis', ...change }, test.context));
const entries = async () => (await call(test.api.log.list({ filter: { action: ['plan.changed'] }, limit: 100, order: 'newest' }, test.context))).entries;
const take = () => snapshotOf(test, 'thesis');

describe('an edit', () => {
  it('makes a new version that says in the record what it changed, and leaves snapshots as they are', async () => {
    const first = await take();
    expect(first.snapshot).toMatchObject({ paths: [work], summary: { totalFiles: 2 } });
    const edited = await edit({ paths: [work, other], excludes: ['build', '*.iso'], tags: ['phd', 'v2'], leaveOut: { caches: true } });
    expect(edited).toEqual({ ...plan, version: 2, paths: [work, other], excludes: ['build', '*.iso'], tags: ['phd', 'v2'], leaveOut: { ...plan.leaveOut, caches: true }, lastSnapshot: edited.lastSnapshot });
    expect(await call(test.api.plans.list({}, test.context))).toEqual([edited]);
    const [entry] = await entries();
    expect(entry?.payload).toEqual({
      plan: 'thesis',
      planId: plan.id,
      version: 2,
      changes: [
        { setting: 'paths', from: [work], to: [work, other] },
        { setting: 'excludes', from: ['build'], to: ['build', '*.iso'] },
        { setting: 'leaveOut', from: plan.leaveOut, to: edited.leaveOut },
        { setting: 'tags', from: ['phd'], to: ['phd', 'v2'] }
      ]
    });
    const second = await take();
    expect(second.snapshot).toMatchObject({ parent: first.snapshot.id, paths: [work, other], summary: { totalFiles: 2, filesUnmodified: 1 } });
    expect(await call(test.api.snapshots.get({ snapshot: first.snapshot.id }, test.context))).toMatchObject({ paths: [work], summary: { totalFiles: 2 } });
  });

  it('says how its snapshots are taken: gently, and at the end of Varve', async () => {
    expect(plan).toMatchObject({ gentle: false, snapshotOnQuit: false });
    const { version } = (await call(test.api.plans.list({}, test.context)))[0]!;
    expect(await edit({ gentle: true, snapshotOnQuit: true })).toMatchObject({ version: version + 1, gentle: true, snapshotOnQuit: true });
    expect((await call(test.api.plans.list({}, test.context)))[0]).toMatchObject({ gentle: true, snapshotOnQuit: true });
    const [entry] = await entries();
    expect(entry?.payload).toMatchObject({ changes: [{ setting: 'gentle', from: false, to: true }, { setting: 'snapshotOnQuit', from: false, to: true }] });
    expect(await edit({ gentle: false, snapshotOnQuit: false })).toMatchObject({ gentle: false, snapshotOnQuit: false });
  });

  it('lets the plans that want it have a last snapshot, one that runs counting as such', async () => {
    const last = async () => call(test.api.snapshots.takeLast({}, test.context));
    expect(await last()).toEqual([]);
    await edit({ snapshotOnQuit: true });
    const [first] = await last();
    expect(first).toMatchObject({ planId: plan.id, plan: 'thesis', title: 'thesis' });
    expect(await last()).toEqual([first]);
    expect(await taskEnd(test.api, first!.taskId)).toMatchObject({ state: 'done' });
    await edit({ snapshotOnQuit: false });
  });

  it('that changes nothing is none', async () => {
    const before = (await entries()).length;
    expect((await edit({ tags: ['phd', 'v2'] })).version).toBe(6);
    expect((await entries()).length).toBe(before);
  });

  it('is refused when the plan has changed since it was looked at, and with what no plan may have', async () => {
    await expect(edit({ version: 5, title: 'x' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(edit({ paths: [test.homePath] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(edit({ leaveOut: { caseless: ['[a'] } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(edit({ leaveOut: { ifPresent: ['a/b'] } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(edit({ tags: ['varve-pin'] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect((await edit({})).version).toBe(6);
  });

  it('may leave a folder in the plan that is not there at the moment', async () => {
    rmSync(other, { recursive: true });
    expect((await edit({ paths: [work, other], title: 'Thesis' })).version).toBe(7);
    await expect(edit({ paths: [work, join(other, 'new')] })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('another repository', () => {
  it('is where the next snapshot goes; the earlier ones stay where they are and stay listed, and the record says from where to where', async () => {
    const repositories = await call(test.api.repositories.list({}, test.context));
    await addRepository(test, 'second', join(test.folder, 'second'));
    const before = (await call(test.api.plans.list({}, test.context)))[0] as Plan;
    const moved = await edit({ repository: 'second' });
    expect(moved).toMatchObject({ version: before.version + 1, repositoryName: 'second', lastSnapshot: before.lastSnapshot });
    const [entry] = await entries();
    expect(entry?.payload).toMatchObject({ version: moved.version, changes: [{ setting: 'repository', from: 'safe', to: 'second' }], fromRepositoryId: repositories[0]?.id, toRepositoryId: moved.repositoryId });
    // What was the newest goes where it lies; the one before it is then.
    const forget = { repository: 'safe', snapshots: [before.lastSnapshot?.id ?? ''] };
    const { token } = await call(test.api.keeping.forget.preview(forget, test.context));
    await taskEnd(test.api, (await call(test.api.keeping.forget.run({ ...forget, token }, test.context))).taskId);
    const [left] = (await call(test.api.snapshots.list({ plan: 'thesis', limit: 100 }, test.context))).snapshots;
    expect((await call(test.api.plans.list({}, test.context)))[0]?.lastSnapshot?.id).toBe(left?.id);
    const { snapshot } = await take();
    expect(snapshot).toMatchObject({ repositoryName: 'second', parent: null, summary: { filesUnmodified: 0 } });
    const { snapshots } = await call(test.api.snapshots.list({ plan: 'thesis', limit: 100 }, test.context));
    expect(snapshots.map(({ repositoryName }) => repositoryName)).toEqual(['second', 'safe', 'safe']);
    expect(await call(test.api.snapshots.get({ snapshot: 'thesis@latest' }, test.context))).toMatchObject({ id: snapshot.id });
    expect((await call(test.api.plans.list({}, test.context)))[0]?.lastSnapshot?.id).toBe(snapshot.id);
    // Back again it goes on from what is there.
    expect((await edit({ repository: 'safe' })).version).toBe(moved.version + 1);
    expect((await take()).snapshot).toMatchObject({ repositoryName: 'safe', parent: snapshots[1]?.id, summary: { filesUnmodified: 1 } });
  });

  it('is refused where it is none, or lies around a folder of the plan', async () => {
    await expect(edit({ repository: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { version } = (await call(test.api.plans.list({}, test.context)))[0] as Plan;
    const inside = join(test.folder, 'second', 'inside');
    mkdirSync(inside);
    expect((await edit({ paths: [work, inside] })).version).toBe(version + 1);
    await expect(edit({ repository: 'second' })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'paths' } });
    expect(await edit({ paths: [work] })).toMatchObject({ version: version + 2, repositoryName: 'safe' });
  });
});

describe('a preview', () => {
  const preview = async (input: Parameters<TestEngine['api']['plans']['preview']>[0]): Promise<PlanPreview> => {
    let last: PlanPreview | undefined;
    for await (const state of await call(test.api.plans.preview(input, test.context))) last = state;
    return last as PlanPreview;
  };

  it('counts what is kept, and what is left out with what lies below it, by reason', async () => {
    expect(await preview({ plan: 'thesis' })).toEqual({
      kept: { files: 1, bytes: 10 },
      leftOut: [{ by: 'pattern', items: 2, files: 3, bytes: 5500 }],
      items: expect.arrayContaining([
        { path: join(work, 'build'), by: 'pattern', folder: true, files: 2, bytes: 500 },
        { path: join(work, 'large.iso'), by: 'pattern', folder: false, files: 1, bytes: 5000 }
      ]),
      unreadable: 0,
      done: true
    });
  });

  it('tries out other rules, and changes nothing', async () => {
    const tried = await preview({ plan: 'thesis', excludes: [], leaveOut: { largerThan: 250 } });
    expect(tried).toMatchObject({ kept: { files: 2, bytes: 210 }, leftOut: [{ by: 'size', items: 2, files: 2, bytes: 5300 }] });
    expect((await call(test.api.plans.list({}, test.context)))[0]).toMatchObject({ excludes: ['build', '*.iso'] });
  });

  it('keeps as many files as a snapshot then does', async () => {
    const { kept } = await preview({ plan: 'thesis' });
    expect((await take()).snapshot.summary).toMatchObject({ totalFiles: kept.files, totalBytes: kept.bytes });
  });
});
