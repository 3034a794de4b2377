// Encrypted entries and erasure through the whole engine: its keys, its other database, its scopes.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openExport } from './secrets/index.ts';
import { createTestEngine, taskEnd, testContext, type TestEngine } from './testing/index.ts';

let home: TestEngine | undefined;
afterEach(async () => {
  await home?.close();
  home = undefined;
});

const measured = (value: string) => ({ action: 'app.measured', category: 'metrics' as const, level: 'info' as const, payload: { value } });
const grounds = { reason: 'own-wish', basis: 'none', nameOnly: false, dryRun: false, language: 'en' } as const;
const found = (word: string): string[] =>
  (readdirSync(home?.homePath ?? '', { recursive: true, encoding: 'utf8' }) as string[]).filter((name) => {
    const path = join(home?.homePath ?? '', name);
    return statSync(path).isFile() && readFileSync(path, 'latin1').includes(word);
  });
const keysText = async (engine: TestEngine): Promise<string> => (await engine.api.system.exportKeys({ passphrase: 'a long passphrase' }, testContext)).content;

describe('encrypted entries in a home', () => {
  it('are recorded, opened with a purpose, and verified with the keys that the engine has', async () => {
    home = await createTestEngine();
    const { seq } = await home.api.log.append(measured('alphaword'), testContext);
    expect(found('alphaword')).toEqual([]);
    const opened = await home.api.sealed.open({ seqs: [seq], purpose: 'a test' }, testContext);
    expect(opened.entries[0]?.entry).toMatchObject({ payloadState: 'intact', payload: { value: 'alphaword' } });
    expect(await home.api.log.show({ seq: opened.event ?? -1 }, testContext)).toMatchObject({ entry: { action: 'access.payload-opened', actorName: 'tester' } });
    const { taskId } = await home.api.log.verify({}, testContext);
    expect((await taskEnd(home.api, taskId)).result).toMatchObject({ verdict: { kind: 'consistent', payloads: { locked: 0 } } });
  });

  it('wait outside while the vault is locked, with what to do, and come in once it is open', async () => {
    home = await createTestEngine({ init: { vault: 'correct horse' } });
    const { seq } = await home.api.log.append(measured('one'), testContext);
    await home.engine.stop();
    const again = await createTestEngine({ folder: home.folder, keyring: home.keyring });
    await expect(again.api.log.append(measured('two'), testContext)).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    await expect(again.api.sealed.open({ seqs: [seq], purpose: 'x' }, testContext)).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(await again.api.log.show({ seq }, testContext)).toMatchObject({ entry: { payloadState: 'locked' } });
    await again.api.system.unlock({ passphrase: 'correct horse' }, testContext);
    await again.api.log.append(measured('two'), testContext);
    expect((await again.api.sealed.open({ seqs: [seq], purpose: 'x' }, testContext)).entries[0]?.entry.payload).toEqual({ value: 'one' });
    await again.close();
  });

  it('come in by many at once, whole, or not at all while the vault is locked', async () => {
    home = await createTestEngine({ init: { vault: 'correct horse' } });
    await home.engine.stop();
    const again = await createTestEngine({ folder: home.folder, keyring: home.keyring });
    const events = [{ action: 'app.noted', category: 'app' as const, level: 'info' as const, payload: 1 }, measured('two')];
    const count = async (): Promise<number | null> => (await again.api.log.list({ filter: { category: ['app', 'metrics'] }, order: 'newest', limit: 1 }, testContext)).total;
    await expect(again.api.intake.appendMany({ events }, testContext)).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(await count()).toBe(0);
    await again.api.system.unlock({ passphrase: 'correct horse' }, testContext);
    await again.api.intake.appendMany({ events }, testContext);
    expect(await count()).toBe(2);
    await again.close();
  });

  it('make the doctor look after their keys', async () => {
    home = await createTestEngine();
    await home.api.log.append(measured('x'), testContext);
    const keysCheck = async () => (await home?.api.system.doctor({}, testContext))?.checks.find(({ id }) => id === 'keys');
    expect((await keysCheck())?.state).toBe('attention');
    const path = join(home.homePath, 'payload-keys.json');
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    expect(await keysCheck()).toMatchObject({ state: 'broken', detail: expect.stringContaining('metrics/') });
    writeFileSync(path, '{');
    expect(await keysCheck()).toMatchObject({ state: 'broken', detail: expect.stringContaining('payload-keys.json') });
    writeFileSync(path, text);
    expect((await keysCheck())?.state).toBe('attention');
  });

  it('have their keys in an export of the keys', async () => {
    home = await createTestEngine();
    await home.api.log.append(measured('x'), testContext);
    const { content } = await openExport({ text: await keysText(home), passphrase: 'a long passphrase' });
    expect(content.payloadKeys).toHaveLength(1);
  });

  it('can be opened, searched and changed by the owner alone', async () => {
    home = await createTestEngine();
    for (const scope of ['read', 'append'] as const) {
      const context = { ...testContext, scope };
      await expect(home.api.sealed.open({ seqs: [0], purpose: 'x' }, context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(home.api.sealed.search({ filter: { text: 'x' }, purpose: 'x', limit: 1 }, context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(home.api.sealed.setEncryption({ category: 'app', encrypts: true }, context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(home.api.erasure.erase({ ...grounds, seqs: [1] }, context)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

describe('an erasure in a home', () => {
  it('leaves nothing in either database of what came through the outbox, and keeps its report', async () => {
    home = await createTestEngine();
    const folder = join(home.folder, 'work');
    home.ports.files.mkdirs(folder);
    await home.api.repositories.add({ name: 'copies', path: join(home.folder, 'repo'), mode: 'create', password: { kind: 'value', password: 'pass word' } }, testContext);
    await home.api.plans.add({ name: 'thesis', title: 'bravotitle', repository: 'copies', paths: [folder], excludes: [], tags: [] }, testContext);
    const [added] = (await home.api.log.list({ filter: { action: 'plan.added' }, order: 'newest', limit: 1 }, testContext)).entries;
    expect(added?.payload).toMatchObject({ title: 'bravotitle' });
    const result = await home.api.erasure.erase({ ...grounds, seqs: [added?.seq ?? -1] }, testContext);
    expect(result).toMatchObject({ residue: 'gone', entries: 1 });
    expect(readFileSync(result.report.path ?? '', 'utf8')).toContain('# Erasure report');
    // The plan itself still has its title; the event, and what the outbox had of it, do not.
    expect(found('bravotitle')).toEqual(['state.db']);
    expect(found('"title":"bravotitle"')).toEqual([]);
    const { taskId } = await home.api.log.verify({}, testContext);
    expect((await taskEnd(home.api, taskId)).result).toMatchObject({ verdict: { kind: 'consistent', payloads: { erased: 1 } } });
  }, 60_000);

  it('is covered by a signed checkpoint at once', async () => {
    home = await createTestEngine();
    const { seq } = await home.api.log.append({ action: 'app.noted', category: 'note', level: 'info', payload: 'x' }, testContext);
    const result = await home.api.erasure.erase({ ...grounds, seqs: [seq] }, testContext);
    expect((await home.api.checkpoints.latest({}, testContext)).checkpoint?.size).toBe(result.checkpoint);
    expect(result.checkpoint).toBeGreaterThan(result.events[0] ?? Infinity);
    rmSync(join(home.homePath, 'reports'), { recursive: true });
  });
});
