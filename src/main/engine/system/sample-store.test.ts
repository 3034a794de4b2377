import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTestEngine, testContext } from '../testing/index.ts';

it('removing the sample is refused while a plan of somebody else keeps its snapshots there', async () => {
  const test = await createTestEngine();
  const { path } = await test.api.system.sample.create({}, testContext);
  mkdirSync(join(test.folder, 'work'));
  await test.api.plans.add({ name: 'mine', repository: 'sample', paths: [join(test.folder, 'work')], excludes: [], tags: [] }, testContext);
  await expect(test.api.system.sample.remove({}, testContext)).rejects.toMatchObject({ code: 'CONFLICT', data: { kind: 'plan', name: 'mine' } });
  expect(existsSync(path)).toBe(true);
  expect(existsSync(join(test.folder, 'home-sample', 'repository', 'config'))).toBe(true);
  expect((await test.api.plans.list({}, testContext)).map((plan) => plan.name)).toEqual(['mine', 'sample']);
  expect((await test.api.repositories.list({}, testContext)).map((repository) => repository.name)).toEqual(['sample']);
  await test.close();
});
