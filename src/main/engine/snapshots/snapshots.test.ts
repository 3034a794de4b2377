// The whole domain through the engine's table: real files, real threads, real databases.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, Snapshot } from '../../../contract/snapshots.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../testing/index.ts';
import { addRepository, takeSnapshot } from './testing/begin.ts';

let test: TestEngine;
let work: string;
let plan: Plan;
let first: Snapshot;

const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;

beforeAll(async () => {
  test = await createTestEngine();
  work = join(test.folder, 'work');
  mkdirSync(join(work, 'notes', 'deep'), { recursive: true });
  writeFileSync(join(work, 'notes', 'a.txt'), 'first');
  writeFileSync(join(work, 'notes', 'deep', 'b.bin'), Buffer.alloc(700_000, 5));
  writeFileSync(join(work, 'left-out.tmp'), 'x');
  await addRepository(test, 'safe', join(work, 'repository'));
});
afterAll(() => test?.close());

const take = (tags: string[] = []) => takeSnapshot(test, 'thesis', { tags });
const actions = async (): Promise<string[]> => (await call(test.api.log.list({ filter: {}, limit: 100, order: 'newest' }, test.context))).entries.map((entry) => entry.action);

describe('a plan', () => {
  it('is kept with the paths the file system knows, each once, and is recorded', async () => {
    symlinkSync(work, join(test.folder, 'link'));
    plan = await call(test.api.plans.add({ name: 'thesis', repository: 'safe', paths: [join(test.folder, 'link'), work, join(work, 'notes')], excludes: ['*.tmp'], tags: ['phd'], zone: 'America/Sao_Paulo' }, test.context));
    expect(plan.paths).toEqual([work]);
    expect(plan.title).toBe('thesis');
    expect(await call(test.api.plans.list({}, test.context))).toEqual([plan]);
    expect(await actions()).toContain('plan.added');
  });

  it.each([
    ['a path that is not there', { paths: ['/no/such/folder'] }, 'PATH_MISSING'],
    ['a pattern that cannot be read', { excludes: ['[a'] }, 'BAD_INPUT'],
    ['a reserved tag', { tags: ['varve-pin'] }, 'BAD_INPUT'],
    ['a zone that does not exist', { zone: 'Moon/Base' }, 'BAD_INPUT'],
    ['a repository nobody knows', { repository: 'other' }, 'NOT_FOUND']
  ])('is refused with %s', async (_what, wrong, code) => {
    await expect(call(test.api.plans.add({ name: 'wrong', repository: 'safe', paths: [work], excludes: [], tags: [], ...wrong }, test.context))).rejects.toMatchObject({ code });
  });

  it('is refused inside the home, inside the repository, and under a name that is taken', async () => {
    const add = (name: string, path: string) => call(test.api.plans.add({ name, repository: 'safe', paths: [path], excludes: [], tags: [] }, test.context));
    await expect(add('home', test.homePath)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(add('inside', join(work, 'repository', 'data'))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(add('thesis', work)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a snapshot', () => {
  it('keeps the files of its plan, without what is excluded and without its own repository', async () => {
    const task = await take(['v1']);
    expect(task).toMatchObject({ state: 'done', error: null });
    const result = task.result?.kind === 'snapshot' ? task.result.result : undefined;
    expect(result).toMatchObject({ gapCount: 0, snapshot: { planName: 'thesis', incomplete: false, paths: [work], summary: { filesNew: 2, totalFiles: 2, totalBytes: 700_005 } } });
    first = result?.snapshot as Snapshot;
    expect(first.tags).toEqual([`varve-plan:${plan.id}`, 'phd', 'v1']);
    expect(first.time).toMatch(/-03:00$/);
    expect(await actions()).toEqual(expect.arrayContaining(['snapshot.started', 'snapshot.finished']));
    expect((await call(test.api.plans.list({}, test.context)))[0]?.lastSnapshot).toMatchObject({ id: first.id });
  });

  it('is found by its id, by the beginning of it, as the latest and by its plan', async () => {
    for (const name of [first.id, first.id.slice(0, 8), 'latest', 'thesis@latest', `thesis@${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}`]) {
      expect(await call(test.api.snapshots.get({ snapshot: name }, test.context)), name).toMatchObject({ id: first.id });
    }
    await expect(call(test.api.snapshots.get({ snapshot: 'thesis@2001-01-01' }, test.context))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const list = await call(test.api.snapshots.list({ plan: 'thesis', limit: 10 }, test.context));
    expect(list).toEqual({ snapshots: [first], unreadable: [], absent: [] });
    expect((await call(test.api.snapshots.list({ tag: 'v2', limit: 10 }, test.context))).snapshots).toEqual([]);
  });

  it('can be looked into, folders first, and that is recorded once', async () => {
    const top = await call(test.api.snapshots.tree({ snapshot: 'latest', path: work, offset: 0, limit: 100 }, test.context));
    expect(top.entries.map((entry) => entry.label)).toEqual(['notes']);
    const notes = await call(test.api.snapshots.tree({ snapshot: 'latest', path: join(work, 'notes'), offset: 0, limit: 100 }, test.context));
    expect(notes).toMatchObject({ total: 2, entries: [{ name: 'deep', type: 'dir' }, { name: 'a.txt', type: 'file', sizeBytes: 5, path: join(work, 'notes', 'a.txt') }] });
    expect((await call(test.api.snapshots.tree({ snapshot: 'latest', path: join(work, 'notes'), offset: 1, limit: 1 }, test.context))).entries).toHaveLength(1);
    const around = (name: string) => call(test.api.snapshots.tree({ snapshot: 'latest', path: join(work, 'notes'), offset: 0, limit: 1, around: name }, test.context));
    expect([await around('a.txt'), await around('nothing like it')]).toMatchObject([{ offset: 1, entries: [{ name: 'a.txt' }] }, { offset: 0, entries: [{ name: 'deep' }] }]);
    const read = await call(test.api.snapshots.read({ snapshot: 'latest', path: join(work, 'notes', 'a.txt'), offset: 1, length: 3 }, test.context));
    expect(Buffer.from(read.data, 'base64').toString()).toBe('irs');
    expect(read.end).toBe(false);
    await expect(call(test.api.snapshots.tree({ snapshot: 'latest', path: join(work, 'notes', 'a.txt'), offset: 0, limit: 1 }, test.context))).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
    expect((await actions()).filter((action) => action === 'access.snapshot-opened')).toHaveLength(1);
  });

  it('of a plan whose folder has gone is a snapshot with a named gap', async () => {
    const gone = join(test.folder, 'gone');
    mkdirSync(gone);
    await call(test.api.plans.add({ name: 'going', repository: 'safe', paths: [gone, join(work, 'notes')], excludes: [], tags: [] }, test.context));
    rmSync(gone, { recursive: true });
    const { taskId } = await call(test.api.snapshots.take({ plan: 'going', tags: [], note: undefined }, test.context));
    const task = await taskEnd(test.api, taskId);
    expect(task).toMatchObject({ state: 'gaps', result: { result: { gapCount: 1, gaps: [{ path: gone, reason: 'ENOENT' }], snapshot: { incomplete: true } } } });
  });

  it('that fails is recorded as failed, with its reason', async () => {
    const elsewhere = join(test.folder, 'elsewhere');
    await addRepository(test, 'other', elsewhere);
    await call(test.api.plans.add({ name: 'failing', repository: 'other', paths: [join(work, 'notes')], excludes: [], tags: [] }, test.context));
    rmSync(elsewhere, { recursive: true });
    const { taskId } = await call(test.api.snapshots.take({ plan: 'failing', tags: [], note: undefined }, test.context));
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'failed', error: { code: 'REPOSITORY_MISSING' } });
    expect((await actions())[0]).toBe('snapshot.failed');
    expect((await call(test.api.snapshots.list({ limit: 10 }, test.context))).absent).toEqual(['other']);
  });
});

describe('a restore', () => {
  it('shows beforehand what it would do, and writes nothing', async () => {
    const target = join(test.folder, 'preview');
    const preview = await call(test.api.restores.preview({ snapshot: first.id, target, include: [], exclude: [], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, test.context));
    expect(preview).toMatchObject({ newFiles: 2, newBytes: 700_005, keptFiles: 0, refused: [], enoughSpace: true, snapshot: { id: first.id } });
    expect(() => readFileSync(target)).toThrow(/ENOENT/);
  });

  it('brings the files back, verified, and keeps the report', async () => {
    const target = join(test.folder, 'restored');
    const { taskId } = await call(test.api.restores.start({ snapshot: first.id, target, include: [join(work, 'notes')], exclude: [join(work, 'notes', 'deep')], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, test.context));
    const task = await taskEnd(test.api, taskId);
    expect(task).toMatchObject({ state: 'done', result: { report: { files: 1, identical: 1, skippedCount: 0, snapshotId: first.id, target } } });
    expect(readFileSync(join(target, work, 'notes', 'a.txt'), 'utf8')).toBe('first');
    const reports = await call(test.api.restores.reports({ limit: 5 }, test.context));
    expect(reports).toHaveLength(1);
    expect(reports[0]?.report).toEqual(task.result?.kind === 'restore' && task.result.report);
    expect(await actions()).toEqual(expect.arrayContaining(['restore.started', 'restore.finished']));
  });

  it('into a repository or a home of Varve is refused', async () => {
    for (const target of [join(work, 'repository'), join(work, 'repository', 'data', 'x'), test.homePath, join(test.homePath, 'new', 'folder')]) {
      await expect(call(test.api.restores.start({ snapshot: first.id, target, include: [], exclude: [], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, test.context)), target).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });

  it('takes a long list of chosen paths, of which the record names as many as fit', async () => {
    const include = [join(work, 'notes'), ...Array.from({ length: 1500 }, (_, i) => `/not/there/${'x'.repeat(300)}${i}`)];
    const { taskId } = await call(test.api.restores.start({ snapshot: first.id, target: join(test.folder, 'long-list'), include, exclude: [], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, test.context));
    // It gets as far as looking for them: the record has taken the list.
    expect((await taskEnd(test.api, taskId)).error?.code).toBe('NOT_FOUND');
    const { entries } = await call(test.api.log.list({ filter: { action: 'restore.started' }, limit: 1, order: 'newest' }, test.context));
    expect(entries[0]?.payload).toMatchObject({ includeCount: include.length, include: expect.arrayContaining([include[0]]) as unknown });
  });

  it('of a path the snapshot does not have fails, and is recorded', async () => {
    const { taskId } = await call(test.api.restores.start({ snapshot: first.id, target: join(test.folder, 'nothing'), include: ['/not/there'], exclude: [], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, test.context));
    expect(await taskEnd(test.api, taskId)).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND' } });
    expect((await actions())[0]).toBe('restore.failed');
  });
});

describe('a start', () => {
  it('finds a snapshot that was begun and never ended, and records it once', async () => {
    await test.engine.stop();
    const db = new Sqlite(join(test.homePath, 'state.db'));
    db.prepare('INSERT INTO running_snapshots (id, plan_id, repository_id, pid, started_at) VALUES (?, ?, ?, ?, ?)').run('run-1', plan.id, plan.repositoryId, 1, '2026-11-21T00:00:00.000Z');
    db.close();
    for (const round of [1, 2]) {
      const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
      const { entries } = await call(again.api.log.list({ filter: {}, limit: 100, order: 'newest' }, again.context));
      expect(entries.filter((entry) => entry.action === 'snapshot.interrupted'), `start ${round}`).toHaveLength(1);
      expect((await call(again.api.plans.list({}, again.context)))[2]?.lastSnapshot, 'what was known of the newest snapshot').not.toBeNull();
      await again.close();
    }
  });

  it('finds a restore that was begun and never ended, records it once, and the next restore to the place removes what it left', async () => {
    const target = join(test.folder, 'cut');
    const folder = join(target, work, 'notes');
    const id = '01939f5c-1111-7222-8333-0123456789ab';
    const ours = `.varve-restore-${id.replaceAll('-', '')}011a.tmp`;
    const others = [`.varve-restore-${'e'.repeat(32)}011a.tmp`, '.varve-restore-mine.tmp', 'mine.tmp'];
    mkdirSync(folder, { recursive: true });
    for (const name of [ours, ...others]) writeFileSync(join(folder, name), name);
    const db = new Sqlite(join(test.homePath, 'state.db'));
    const facts = { restore: id, repository: 'safe', repositoryId: plan.repositoryId, snapshot: first.id, target, plan: 'thesis', planId: plan.id };
    db.prepare('INSERT INTO unfinished_restores (id, subject, target, selection, facts, started_at) VALUES (?, ?, ?, ?, ?, ?)').run(id, 'plan:thesis', JSON.stringify(target), '', JSON.stringify(facts), '2026-11-21T00:00:00.000Z');
    db.close();
    const ends = async (engine: TestEngine): Promise<unknown[]> => {
      const { entries } = await call(engine.api.log.list({ filter: { action: 'restore.interrupted' }, limit: 100, order: 'newest' }, engine.context));
      return entries.map(({ payload }) => payload);
    };
    const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
    expect(await ends(again)).toEqual([{ ...facts, startedAt: '2026-11-21T00:00:00.000Z' }]);
    expect(readdirSync(folder)).toContain(ours);
    const { taskId } = await call(again.api.restores.start({ snapshot: first.id, target, include: [], exclude: [], conflict: 'keep', choices: [], deleteExtra: false, modes: true }, again.context));
    expect(await taskEnd(again.api, taskId)).toMatchObject({ state: 'done', result: { report: { files: 2, skippedCount: 0 } } });
    expect(readdirSync(folder).sort()).toEqual([...others, 'a.txt', 'deep'].sort());
    await again.close();
    const third = await createTestEngine({ folder: test.folder, keyring: test.keyring });
    expect(await ends(third)).toHaveLength(1);
    await third.close();
  });
});
