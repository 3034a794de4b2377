// Whose snapshots a history is of: the plan that is meant, one that moved or was removed, repositories that are away. Through the engine's table.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileHistory } from '../../../../contract/history.ts';
import type { Plan } from '../../../../contract/snapshots.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
let plan: Plan;
const at = (...names: string[]): string => join(test.folder, ...names);
const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;
const addPlan = (name: string, repository: string, paths: string[]) => call(test.api.plans.add({ name, title: name, repository, paths, excludes: [], tags: [] }, test.context));
const take = (name: string) => snapshotOf(test, name);
const history = async (path: string, more: { plan?: string; repository?: string } = {}): Promise<FileHistory> => {
  const { taskId } = await call(test.api.history.start({ path, renames: true, ...more }, test.context));
  const { result, error } = await taskEnd(test.api, taskId);
  if (result?.kind !== 'history') throw new Error(JSON.stringify(error));
  return result.history;
};

beforeAll(async () => {
  test = await createTestEngine();
  for (const name of ['work', 'work/sub', 'other']) mkdirSync(at(name));
  writeFileSync(at('work/sub/a.txt'), 'first');
  writeFileSync(at('other/b.txt'), 'other');
  for (const name of ['near', 'far']) await addRepository(test, name, at(name));
  plan = await addPlan('thesis', 'near', [at('work')]);
  await addPlan('rest', 'near', [at('other')]);
  await take('thesis');
  await take('rest');
  writeFileSync(at('work/sub/a.txt'), 'second');
  await call(test.api.plans.edit({ plan: 'thesis', repository: 'far' }, test.context));
  await take('thesis');
});
afterAll(() => test?.close());

describe('a history', () => {
  it('is of the one plan whose folders hold the path, in every repository its snapshots lie in', async () => {
    expect(await history(at('work/sub/a.txt'))).toMatchObject({
      plan: 'thesis', repository: null, looked: 2, elsewhere: 0, versionCount: 2,
      versions: [{ sizeBytes: 6, newest: { repositoryName: 'far' }, snapshotCount: 1 }, { sizeBytes: 5, newest: { repositoryName: 'near' } }],
      stretches: [{ state: 'held', version: 0 }, { state: 'held', version: 1 }], unreadable: [], absent: []
    });
    expect(await history(at('other'))).toMatchObject({ plan: 'rest', versions: [{ type: 'dir' }] });
    expect(await history(at('work/sub/a.txt'), { plan: 'thesis', repository: 'near' })).toMatchObject({ looked: 1, versions: [{ sizeBytes: 5 }] });
    expect(await history(at('work/sub/a.txt'), { repository: 'near' })).toMatchObject({ plan: null, looked: 1, elsewhere: 1, versions: [{ sizeBytes: 5 }] });
  });

  it('asks which plan is meant where none or several hold the path', async () => {
    await expect(history(at('nowhere'))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'plan', reason: expect.stringMatching(/^no plan keeps .*--plan/) as string } });
    await addPlan('part', 'near', [at('work/sub')]);
    await expect(history(at('work/sub/a.txt'))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { reason: expect.stringContaining('part, thesis') as string } });
    expect(await history(at('work/sub/a.txt'), { plan: 'thesis' })).toMatchObject({ versionCount: 2 });
    await expect(history('/')).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'path' } });
    await expect(history(at('work'), { plan: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await call(test.api.plans.remove({ plan: 'part' }, test.context));
  });

  it('is in the record once, however many snapshots were looked into', async () => {
    const { entries } = await call(test.api.log.list({ filter: { action: ['access.snapshot-opened'] }, limit: 100, order: 'newest' }, test.context));
    expect(entries.filter(({ payload }) => (payload as { planId?: string }).planId === plan.id).map(({ payload }) => (payload as { repository: string }).repository).sort()).toEqual(['far', 'near']);
  });

  it('names a repository that is away, and fails when that leaves nothing to look into', async () => {
    renameSync(at('far'), at('unplugged'));
    expect(await history(at('work/sub/a.txt'))).toMatchObject({ absent: ['far'], versions: [{ sizeBytes: 5 }] });
    await expect(history(at('work/sub/a.txt'), { plan: 'thesis', repository: 'far' })).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
    renameSync(at('unplugged'), at('far'));
  });

  it('names a snapshot file that cannot be read', async () => {
    const broken = at('near/snapshots', 'a'.repeat(64));
    writeFileSync(broken, 'no snapshot');
    expect(await history(at('work/sub/a.txt'))).toMatchObject({ versionCount: 2, unreadable: [{ repositoryName: 'near', id: 'a'.repeat(64) }] });
    rmSync(broken);
  });

  it('still is of a plan that was removed, by its folders, its name or its id', async () => {
    await call(test.api.plans.remove({ plan: 'thesis' }, test.context));
    for (const named of [{ plan: 'thesis' }, { plan: plan.id }]) expect(await history(at('work/sub/a.txt'), named)).toMatchObject({ plan: 'thesis', versionCount: 2 });
    await call(test.api.plans.remove({ plan: 'rest' }, test.context));
    expect(await history(at('other/b.txt'))).toMatchObject({ plan: 'rest', versionCount: 1 });
    // Names of removed plans may be taken again, ids are not.
    await expect(history(at('work/sub/a.txt'))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { reason: expect.stringContaining(plan.id) as string } });
  });
});
