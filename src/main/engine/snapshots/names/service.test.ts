// Whose snapshots a search looks into, what it keeps in the home, and what the record says. Through the engine's table.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindResult } from '../../../../contract/names.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
const at = (...names: string[]): string => join(test.folder, ...names);
const call = async <T>(answer: Promise<T> | T): Promise<T> => answer;
const take = (plan: string) => snapshotOf(test, plan);
const find = async (pattern: string, more: { plan?: string; repository?: string; newest?: boolean; limit?: number; holders?: boolean } = {}): Promise<FindResult> => {
  const { taskId } = await call(test.api.names.find({ pattern, ignoreCase: false, newest: false, limit: 1000, ...more }, test.context));
  const { result, error } = await taskEnd(test.api, taskId);
  if (result?.kind !== 'find') throw new Error(JSON.stringify(error));
  return result.names;
};
const paths = ({ matches }: FindResult): string[] => matches.map(({ path, snapshotCount }) => `${path.replace(test.folder, '')} ${snapshotCount}`);

beforeAll(async () => {
  test = await createTestEngine();
  for (const name of ['near', 'far']) await addRepository(test, name, at(name));
  for (const [name, repository] of [['one', 'near'], ['two', 'far']] as const) {
    mkdirSync(at(name));
    writeFileSync(at(name, 'first.txt'), name);
    await call(test.api.plans.add({ name, title: name, repository, paths: [at(name)], excludes: [], tags: [] }, test.context));
    await take(name);
  }
  renameSync(at('one/first.txt'), at('one/second.txt'));
  await take('one');
});
afterAll(() => test?.close());

describe('a search for names', () => {
  it('is over all snapshots, or those of a plan or a repository, or the newest of each plan', async () => {
    expect(paths(await find('*.txt'))).toEqual(['/one/first.txt 1', '/one/second.txt 1', '/two/first.txt 1']);
    expect(await find('*.txt', { plan: 'one' })).toMatchObject({ plan: 'one', looked: 2, total: 2, matches: [{ newest: { repositoryName: 'near' }, sizeBytes: 3, type: 'file' }, {}] });
    expect(paths(await find('*.txt', { repository: 'far' }))).toEqual(['/two/first.txt 1']);
    expect(paths(await find('*.txt', { newest: true }))).toEqual(['/one/second.txt 1', '/two/first.txt 1']);
    expect(await find('*.txt', { limit: 1 })).toMatchObject({ total: 3, matches: [{}] });
    const { snapshots } = await call(test.api.snapshots.list({ limit: 10, plan: 'one' }, test.context));
    expect(await find('first', { plan: 'one', holders: true, limit: 1 })).toMatchObject({ holders: [snapshots[1]?.id] });
    expect(await find('first')).toMatchObject({ holders: null });
    await expect(find('x', { plan: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(find('//')).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'pattern' } });
  });

  it('keeps one file for each repository, for nobody else to read, and none of repositories the home does not know', async () => {
    const folder = join(test.homePath, 'cache', 'names');
    const stranger = join(folder, '01932b6e-0000-7000-8000-00000000000f.db');
    writeFileSync(stranger, 'of a repository that is gone');
    await find('first');
    expect(existsSync(stranger)).toBe(false);
    const kept = readdirSync(folder).filter((name) => name.endsWith('.db'));
    expect(kept).toHaveLength(2);
    if (process.platform !== 'win32') for (const name of kept) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true });
    expect(paths(await find('first'))).toHaveLength(2);
  });

  it('is in the record, once for each repository and plan, without what was looked for', async () => {
    const { entries } = await call(test.api.log.list({ filter: { action: ['access.snapshot-opened'] }, limit: 100, order: 'newest' }, test.context));
    expect(entries.map(({ payload }) => payload as { repository: string; plan: string | null }).map(({ repository, plan }) => `${repository} ${plan}`).sort()).toEqual(['far null', 'near null', 'near one']);
    expect(JSON.stringify(entries)).not.toContain('first');
  });

  it('goes on without a repository that is away and names it; still finds what a removed plan kept', async () => {
    renameSync(at('far'), at('unplugged'));
    expect(await find('*.txt')).toMatchObject({ absent: ['far'], total: 2 });
    await expect(find('*.txt', { plan: 'two' })).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
    renameSync(at('unplugged'), at('far'));
    await call(test.api.plans.remove({ plan: 'two' }, test.context));
    expect(await find('*.txt', { plan: 'two' })).toMatchObject({ plan: 'two', total: 1 });
  });

  it('forgets what only a snapshot that is gone held', async () => {
    const { snapshots } = await call(test.api.snapshots.list({ limit: 10, plan: 'one' }, test.context));
    rmSync(at('near/snapshots', snapshots.at(-1)?.id ?? ''));
    expect(paths(await find('first', { plan: 'one' }))).toEqual([]);
  });
});
