// Definitions out of files and into them, through the whole engine: previews that bind, one transaction, the file of the home.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../../../contract/jobs.ts';
import { createTestEngine, type TestEngine } from '../../testing/index.ts';

let test: TestEngine;
beforeEach(async () => {
  test = await createTestEngine();
});
afterEach(() => test.close());

const job = (name: string, more: object = {}): object => ({ name, work: { kind: 'command', argv: ['true'] }, schedule: { kind: 'cron', expression: '0 3 * * *', zone: 'UTC' }, ...more });
const fileOf = (...jobs: object[]): string => JSON.stringify({ format: 'varve-jobs', version: 1, jobs });
const source = (text: string): { kind: 'file'; text: string } => ({ kind: 'file', text });
const take = async (text: string): Promise<unknown> => {
  const { token } = await test.api.jobs.import.preview({ source: source(text) }, test.context);
  return test.api.jobs.import.apply({ source: source(text), token }, test.context);
};
const names = async (): Promise<string[]> => (await test.api.jobs.list({}, test.context)).map(({ definition }) => definition.name);
const actions = async (): Promise<string[]> => (await test.api.log.list({ filter: { categories: ['job'] }, limit: 100 } as never, test.context)).entries.map(({ action }) => action);

describe('a file of definitions', () => {
  it('comes back as it went out, and a second time nothing changes', async () => {
    expect(await take(fileOf(job('one'), job('two', { title: 'Second', retries: { most: 5 } })))).toEqual({ added: ['one', 'two'], changed: [], same: [] });
    const exported = JSON.stringify(await test.api.jobs.export({}, test.context));
    expect(await take(exported)).toEqual({ added: [], changed: [], same: ['one', 'two'] });
    expect(await take(fileOf(job('two')))).toEqual({ added: [], changed: ['two'], same: [] });
    expect(await names()).toEqual(['one', 'two']);
  });

  it.each([
    [fileOf(job('one'), job('two', { timeout: 5 })), 'jobs.1', /Unrecognized key/],
    [fileOf(job('one', { schedule: { kind: 'cron', expression: '0 3 * * *', zone: 'UTC', days: 1 } })), 'jobs.0.schedule', /Unrecognized key/],
    [fileOf(job('one'), job('one')), 'jobs.1.name', /twice/],
    ['{"format": "varve-jobs", ', 'file', /not JSON/],
    [JSON.stringify({ format: 'varve-jobs', version: 2, jobs: [] }), 'version', /./]
  ])('is refused with its place: %#', async (text, field, reason) => {
    await expect(test.api.jobs.import.preview({ source: source(text) }, test.context)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field, reason: expect.stringMatching(reason) } });
  });

  it('is bound to what was shown', async () => {
    await take(fileOf(job('one')));
    const changed = fileOf(job('one', { title: 'x' }));
    const { token } = await test.api.jobs.import.preview({ source: source(changed) }, test.context);
    const [one] = await test.api.jobs.list({}, test.context);
    await test.api.jobs.edit({ job: 'one', definition: { ...(one as Job).definition, idempotent: true } }, test.context);
    await expect(test.api.jobs.import.apply({ source: source(changed), token }, test.context)).rejects.toMatchObject({ code: 'PREVIEW_OUTDATED' });
  });

  it('says what lacks something, and takes the others', async () => {
    const text = fileOf(job('one'), job('lost', { work: { kind: 'snapshot', plan: 'nowhere' } }));
    const preview = await test.api.jobs.import.preview({ source: source(text) }, test.context);
    expect(preview.refused).toEqual([{ at: 'jobs.1', text: 'lost', reason: 'no plan nowhere' }]);
    await test.api.jobs.import.apply({ source: source(text), token: preview.token }, test.context);
    expect(await names()).toEqual(['one']);
  });
});

describe('jobs.json in the home', () => {
  const reopen = async (text: string | undefined): Promise<void> => {
    await test.engine.stop();
    await test.ports.workers.close();
    const path = join(test.homePath, 'jobs.json');
    if (text === undefined) rmSync(path);
    else writeFileSync(path, text);
    const { folder, close } = test;
    test = await createTestEngine({ folder, keyring: test.keyring });
    const own = test.close;
    test.close = async () => {
      await own();
      await close();
    };
  };

  it('makes, changes and pauses jobs, and deletes none', async () => {
    await reopen(fileOf(job('one'), job('two')));
    expect((await test.api.jobs.list({}, test.context)).map(({ definition, fromFile }) => [definition.name, fromFile])).toEqual([['one', true], ['two', true]]);
    const [one] = await test.api.jobs.list({}, test.context);
    await expect(test.api.jobs.edit({ job: 'one', definition: { ...(one as Job).definition, title: 'x' } }, test.context)).rejects.toMatchObject({ code: 'CONFLICT', data: { kind: 'job file' } });
    await reopen(fileOf(job('two', { title: 'Second' })));
    expect((await test.api.jobs.list({}, test.context)).map(({ definition, fromFile, paused }) => [definition.name, definition.title, fromFile, paused?.reason])).toEqual([['one', '', false, 'is no longer in its file'], ['two', 'Second', true, undefined]]);
    await reopen(fileOf(job('one'), job('two', { title: 'Second' })));
    expect((await test.api.jobs.get({ job: 'one' }, test.context)).paused).toBeNull();
    await reopen(undefined);
    expect((await test.api.jobs.list({}, test.context)).map(({ paused }) => paused)).toEqual([null, null]);
  });

  it('lies where a setting says', async () => {
    writeFileSync(join(test.folder, 'mine.json'), fileOf(job('mine')));
    await test.api.system.settings.set({ jobsFile: join(test.folder, 'mine.json') }, test.context);
    await reopen(fileOf(job('one')));
    expect(await names()).toEqual(['mine']);
  });

  it('changes nothing when it is wrong, says so, and records it once', async () => {
    await reopen(fileOf(job('one')));
    await reopen(fileOf(job('one', { title: 'x' }), job('two', { work: { kind: 'check', repository: 'nowhere' } })));
    expect((await test.api.jobs.list({}, test.context)).map(({ definition }) => [definition.name, definition.title])).toEqual([['one', '']]);
    expect((await test.api.system.status({}, test.context)).notices).toEqual([{ code: 'jobs-file-refused', data: { file: join(test.homePath, 'jobs.json'), reason: 'no repository nowhere' } }]);
    expect((await actions()).filter((action) => action === 'job.file-refused')).toHaveLength(1);
    await reopen(fileOf(job('one', { title: 'x' })));
    expect((await test.api.system.status({}, test.context)).notices).toEqual([]);
  });
});
