// Names of snapshots while a repository is away: silence about it would be a wrong answer.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, testContext, type TestEngine } from '../../testing/index.ts';
import { addRepository, snapshotOf } from '../testing/begin.ts';

let test: TestEngine;
const ids = new Map<string, string>();
const at = (...names: string[]): string => join(test.folder, ...names);

beforeAll(async () => {
  test = await createTestEngine();
  mkdirSync(at('work'));
  writeFileSync(at('work', 'a.txt'), 'a');
  for (const name of ['first', 'second']) {
    await addRepository(test, name, at(name));
    await test.api.plans.add({ name: `${name}-plan`, repository: name, paths: [at('work')], excludes: [], tags: [] }, testContext);
    ids.set(name, (await snapshotOf(test, `${name}-plan`)).snapshot.id);
  }
});
afterAll(() => test?.close());

const get = async (snapshot: string): Promise<string> => (await test.api.snapshots.get({ snapshot }, testContext)).id;

describe('while the second repository is away', () => {
  beforeAll(() => renameSync(at('second'), at('unplugged')));
  afterAll(() => renameSync(at('unplugged'), at('second')));
  const missing = () => ({ code: 'REPOSITORY_MISSING', data: { path: at('second') } });

  it('the latest snapshot of all is not the latest of the others', async () => {
    await expect(get('latest')).rejects.toMatchObject(missing());
  });

  it('its plan has no latest snapshot that could be told, and the other plan has', async () => {
    await expect(get('second-plan@latest')).rejects.toMatchObject(missing());
    await expect(get('second-plan@2030-01-01')).rejects.toMatchObject(missing());
    expect(await get('first-plan@latest')).toBe(ids.get('first'));
  });

  it('an id is found elsewhere, or is said to be out of reach', async () => {
    expect(await get((ids.get('first') as string).slice(0, 8))).toBe(ids.get('first'));
    await expect(get((ids.get('second') as string).slice(0, 8))).rejects.toMatchObject(missing());
  });

  it('a list goes on without it and says so', async () => {
    const list = await test.api.snapshots.list({ limit: 10 }, testContext);
    expect(list).toMatchObject({ absent: ['second'], snapshots: [{ id: ids.get('first') }] });
    expect(await test.api.repositories.list({}, testContext)).toMatchObject([{ state: 'ready' }, { state: 'absent', stateReason: 'is not there' }]);
  });
});

describe('while the second repository cannot be read', () => {
  beforeAll(() => renameSync(at('second', 'config'), at('config-aside')));
  afterAll(() => renameSync(at('config-aside'), at('second', 'config')));

  it('its own error is the answer, not an older snapshot', async () => {
    await test.engine.stop();
    const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
    await expect(again.api.snapshots.get({ snapshot: 'latest' }, testContext)).rejects.toHaveProperty('code', expect.stringMatching(/^REPOSITORY_|NOT_READABLE/) as string);
    expect((await again.api.snapshots.get({ snapshot: 'first-plan@latest' }, testContext)).id).toBe(ids.get('first'));
    await again.close();
  });
});
