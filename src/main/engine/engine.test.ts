// The engine as a whole on real files, databases and threads: what a person does from the first start on.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../contract/events.ts';
import { createTestEngine, taskEnd, testContext, type TestEngine, type TestEngineOptions } from './testing/index.ts';

const opened: TestEngine[] = [];
async function open(options: TestEngineOptions = {}): Promise<TestEngine> {
  const test = await createTestEngine(options);
  opened.push(test);
  return test;
}
afterEach(async () => {
  for (const test of opened.splice(0).reverse()) await test.close();
});

const password = 'PLANTED-repository-password-41';
const passphrase = 'PLANTED vault passphrase 42';

async function addWork(test: TestEngine): Promise<{ work: string; repository: string }> {
  const work = join(test.folder, 'work');
  const repository = join(test.folder, 'copies');
  mkdirSync(join(work, 'data'), { recursive: true });
  writeFileSync(join(work, 'data', 'a.csv'), 'x,y\n1,2\n'.repeat(1_000));
  writeFileSync(join(work, 'notes.txt'), 'first day\n');
  await test.api.repositories.add({ name: 'copies', path: repository, mode: 'auto', password: { kind: 'value', password } }, testContext);
  await test.api.plans.add({ name: 'thesis', repository: 'copies', paths: [work], excludes: [], tags: [] }, testContext);
  return { work, repository };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const actions = async (test: TestEngine): Promise<string[]> => (await test.api.log.list({ filter: {}, order: 'oldest', limit: 1_000 }, testContext)).entries.map((entry) => entry.action).filter((action) => action !== 'log.name-introduced');

describe('without a home', () => {
  it('says so, answers what needs none, and opens one without a restart', async () => {
    const test = await open({ init: false });
    expect(await test.api.system.status({}, testContext)).toMatchObject({ home: null, secretStore: null, verify: null });
    await expect(Promise.resolve(test.api.plans.list({}, testContext))).rejects.toMatchObject({ code: 'HOME_MISSING' });
    expect((await test.api.system.doctor({}, testContext)).checks.find((check) => check.id === 'home')?.state).toBe('broken');
    expect(existsSync(test.homePath)).toBe(false);
    const events: EngineEvent[] = [];
    const stream = test.api.system.events({}, testContext);
    const listening = (async () => { for await (const event of stream) events.push(event); })();
    const status = await test.api.system.init({ secretStore: 'keyring', language: 'pt-BR' }, testContext);
    expect(status).toMatchObject({ home: { path: test.homePath }, secretStore: { kind: 'keyring', state: 'open' } });
    expect(await test.api.plans.list({}, testContext)).toEqual([]);
    expect((await test.api.system.settings.get({}, testContext)).language).toBe('pt-BR');
    expect(await actions(test)).toEqual(['home.created', 'home.opened']);
    await expect(Promise.resolve(test.api.system.init({ secretStore: 'keyring' }, testContext))).rejects.toMatchObject({ code: 'HOME_EXISTS' });
    await test.engine.stop();
    await listening;
    expect(events.map((event) => (event.kind === 'changed' ? event.what : event.kind))).toEqual(expect.arrayContaining(['home', 'log', 'stopping']));
  });

  it('can make one after a first try was stopped half-way', async () => {
    const test = await open({ init: false });
    test.keyring.breakWith('locked');
    await expect(Promise.resolve(test.api.system.init({ secretStore: 'keyring' }, testContext))).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
    expect(test.engine.homeOpen).toBe(false);
    await test.api.system.init({ secretStore: 'vault', passphrase }, testContext);
    expect(test.engine.homeOpen).toBe(true);
  });
});

describe('the whole way', () => {
  it('goes from a new home over a snapshot and a restore to a verified record, and on after a restart', async () => {
    const test = await open();
    const { work } = await addWork(test);
    const taken = await taskEnd(test.api, (await test.api.snapshots.take({ plan: 'thesis', tags: ['first'] }, testContext)).taskId);
    expect(taken).toMatchObject({ state: 'done', error: null, result: { kind: 'snapshot' } });
    writeFileSync(join(work, 'notes.txt'), 'second day\n');
    expect((await taskEnd(test.api, (await test.api.snapshots.take({ plan: 'thesis', tags: [] }, testContext)).taskId)).state).toBe('done');
    const { snapshots } = await test.api.snapshots.list({ limit: 10 }, testContext);
    expect(snapshots).toHaveLength(2);

    const target = join(test.folder, 'back');
    const restored = await taskEnd(test.api, (await test.api.restores.start({ snapshot: snapshots[1]?.id as string, include: [], exclude: [], target, conflict: 'keep', choices: [], deleteExtra: false, modes: true }, testContext)).taskId);
    expect(restored).toMatchObject({ state: 'done', error: null });
    const back = filesBelow(target).find((path) => path.endsWith('notes.txt')) as string;
    expect(readFileSync(back, 'utf8')).toBe('first day\n');

    const verified = await taskEnd(test.api, (await test.api.log.verify({}, testContext)).taskId);
    expect(verified.result).toMatchObject({ kind: 'verify', verdict: { kind: 'consistent' } });
    expect(await actions(test)).toEqual(expect.arrayContaining(['home.created', 'home.opened', 'repository.added', 'plan.added', 'snapshot.started', 'snapshot.finished', 'restore.started', 'restore.finished', 'log.verified']));

    await test.engine.stop();
    const again = await open({ folder: test.folder, keyring: test.keyring });
    expect((await again.api.plans.list({}, testContext))[0]).toMatchObject({ name: 'thesis', lastSnapshot: { incomplete: false } });
    expect((await again.api.system.status({}, testContext)).notices).toEqual([]);
    expect((await actions(again)).slice(-2)).toEqual(['home.closed', 'home.opened']);
    const doctor = (await again.api.system.doctor({}, testContext)).checks;
    expect(doctor.filter((check) => check.state === 'broken')).toEqual([]);
    expect(doctor.map((check) => check.id)).toEqual(expect.arrayContaining(['node', 'home', 'log', 'state', 'settings', 'secret-store', 'keys', 'repository', 'plan', 'disk-space', 'clock', 'gateway']));
  });
});

describe('secrets', () => {
  it('are in no file, no answer and no event after everything was done with them', async () => {
    const test = await open({ init: { vault: passphrase } });
    await addWork(test);
    const exported = await test.api.system.exportKeys({ passphrase: 'PLANTED export passphrase' }, testContext);
    await expect(Promise.resolve(test.api.repositories.add({ name: 'wrong', path: join(test.folder, 'copies'), mode: 'open', password: { kind: 'value', password: 'PLANTED wrong password' } }, testContext))).rejects.not.toThrow(/PLANTED/);
    const refused = await Promise.resolve(test.api.system.unlock({ passphrase: 'PLANTED wrong passphrase' }, testContext)).then(() => undefined, (error: unknown) => error);
    expect(refused).toMatchObject({ code: 'VAULT_WRONG_PASSPHRASE' });
    expect(JSON.stringify([refused, String(refused), exported])).not.toContain('PLANTED');
    const answers = [await test.api.system.status({}, testContext), await test.api.system.doctor({}, testContext), await test.api.repositories.list({}, testContext), await test.api.log.list({ filter: {}, order: 'oldest', limit: 1_000 }, testContext)];
    expect(JSON.stringify(answers)).not.toContain('PLANTED');
    expect(await actions(test)).toContain('keys.exported');
    await test.engine.stop();
    for (const path of filesBelow(test.folder)) expect([path, readFileSync(path).includes('PLANTED')]).toEqual([path, false]);
  });

  it('of a locked vault keep the record readable and say what is needed', async () => {
    const first = await open({ init: { vault: passphrase } });
    await addWork(first);
    await first.engine.stop();
    const test = await open({ folder: first.folder });
    expect((await test.api.system.status({}, testContext)).secretStore).toMatchObject({ kind: 'vault', state: 'locked' });
    expect((await actions(test)).length).toBeGreaterThan(3);
    await test.api.system.unlock({ passphrase }, testContext);
    expect((await test.api.system.status({}, testContext)).secretStore?.state).toBe('open');
    await test.engine.stop();
    const unattended = await open({ folder: first.folder, environment: { VARVE_VAULT_PASSPHRASE: passphrase } });
    expect((await unattended.api.system.status({}, testContext)).secretStore?.state).toBe('open');
  });
});

describe('settings', () => {
  it('change with an event that names old and new, and a broken file is set aside and said', async () => {
    const test = await open();
    await test.api.system.settings.set({ theme: 'dark', gateway: { port: 8000 } }, { ...testContext, actor: 'ana' });
    const [entry] = (await test.api.log.list({ filter: { action: 'settings.changed' }, order: 'newest', limit: 5 }, testContext)).entries;
    expect(entry).toMatchObject({ actorName: 'ana', payload: { changes: [{ setting: 'theme', from: 'system', to: 'dark' }, { setting: 'gateway.port', from: 7340, to: 8000 }] } });
    await test.engine.stop();
    writeFileSync(join(test.homePath, 'settings.json'), '{broken');
    const again = await open({ folder: test.folder, keyring: test.keyring });
    expect((await again.api.system.status({}, testContext)).notices).toMatchObject([{ code: 'settings-set-aside' }]);
    expect((await again.api.system.settings.get({}, testContext)).theme).toBe('system');
  });
});

describe('callers', () => {
  it('with a lesser scope are refused in one place, whatever they call', async () => {
    const test = await open();
    const reader = { ...testContext, scope: 'read' as const };
    const appender = { ...testContext, scope: 'append' as const };
    await expect(Promise.resolve(test.api.plans.list({}, reader))).resolves.toEqual([]);
    await expect(Promise.resolve(test.api.gateway.tokens.create({ label: 'x', scope: 'owner' }, reader))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(Promise.resolve(test.api.log.append({ action: 'app.x', category: 'app', level: 'info' }, reader))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(Promise.resolve(test.api.log.append({ action: 'app.x', category: 'app', level: 'info' }, appender))).resolves.toMatchObject({ ts: expect.any(String) });
    await expect(Promise.resolve(test.api.log.list({ filter: {}, order: 'newest', limit: 1 }, appender))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(() => test.api.log.tail({ filter: {} }, appender)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    await expect(Promise.resolve(test.api.desktop.quit({}, testContext))).rejects.toMatchObject({ code: 'DESKTOP_UNAVAILABLE' });
  });

  it('get in with a token that was made, after a restart too', async () => {
    const test = await open();
    const { value } = await test.api.gateway.tokens.create({ label: 'script', scope: 'read' }, testContext);
    await test.engine.stop();
    const again = await open({ folder: test.folder, keyring: test.keyring });
    expect(again.engine.gateway.authenticate(value)).toMatchObject({ label: 'script', scope: 'read' });
  });
});

describe('the sample', () => {
  it('comes with repository and plan, can be saved, and goes in one call; the record stays', async () => {
    const test = await open();
    const made = await test.api.system.sample.create({}, testContext);
    expect(made.path).toBe(join(test.folder, 'home-sample', 'research'));
    expect(await test.api.system.sample.create({}, testContext)).toEqual(made);
    expect(await test.api.system.sample.state({}, testContext)).toEqual({ present: true, path: made.path });
    expect((await taskEnd(test.api, (await test.api.snapshots.take({ plan: 'sample', tags: [] }, testContext)).taskId)).state).toBe('done');
    expect(await test.api.system.sample.remove({}, testContext)).toEqual({ removed: true });
    expect(existsSync(join(test.folder, 'home-sample'))).toBe(false);
    expect(await test.api.plans.list({}, testContext)).toEqual([]);
    expect(await test.api.repositories.list({}, testContext)).toEqual([]);
    expect(test.keyring.accounts().filter((account) => account.includes('/repository/'))).toEqual([]);
    expect(await test.api.system.sample.remove({}, testContext)).toEqual({ removed: false });
    expect(await actions(test)).toEqual(expect.arrayContaining(['sample.created', 'sample.removed']));
    await test.api.system.sample.create({}, testContext);
  });

  it('touches no folder and no plan of the same name that is not its own', async () => {
    const test = await open();
    mkdirSync(join(test.folder, 'home-sample'));
    writeFileSync(join(test.folder, 'home-sample', 'mine'), '');
    await expect(Promise.resolve(test.api.system.sample.create({}, testContext))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await test.api.system.sample.remove({}, testContext)).toEqual({ removed: false });
    expect(existsSync(join(test.folder, 'home-sample', 'mine'))).toBe(true);
  });
});

describe('a home that cannot be opened', () => {
  it('is refused with the reason, left alone, and the doctor still answers', async () => {
    const test = await open();
    await test.engine.stop();
    const marker = '{"format":"varve-home","schema":99}';
    writeFileSync(join(test.homePath, 'varve-home.json'), marker);
    const again = await open({ folder: test.folder, keyring: test.keyring, start: false });
    await expect(again.engine.start()).rejects.toMatchObject({ code: 'HOME_TOO_NEW' });
    const home = (await again.api.system.doctor({}, testContext)).checks.find((check) => check.id === 'home');
    expect(home).toMatchObject({ state: 'broken', data: { code: 'HOME_TOO_NEW' } });
    await expect(Promise.resolve(again.api.system.init({ secretStore: 'keyring' }, testContext))).rejects.toMatchObject({ code: 'HOME_TOO_NEW' });
    expect(readFileSync(join(test.homePath, 'varve-home.json'), 'utf8')).toBe(marker);
  });

  it('is refused where the log was exchanged for another', async () => {
    const test = await open();
    await test.engine.stop();
    writeFileSync(join(test.homePath, 'log.db'), 'not a database, but long enough to be looked at'.repeat(100));
    const again = await open({ folder: test.folder, keyring: test.keyring, start: false });
    await expect(again.engine.start()).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    await again.engine.stop();
  });
});

describe('the doctor', () => {
  it('finds each thing that is wrong while others are wrong too', async () => {
    const test = await open();
    const { work, repository } = await addWork(test);
    rmSync(work, { recursive: true });
    renameSync(repository, `${repository}-away`);
    test.keyring.breakWith('locked');
    await test.api.system.settings.set({ gateway: { host: '0.0.0.0' } }, testContext);
    const states = Object.fromEntries((await test.api.system.doctor({}, testContext)).checks.map((check) => [check.id, check.state]));
    expect(states).toMatchObject({ home: 'well', state: 'well', plan: 'broken', repository: 'attention', 'secret-store': 'broken', keys: 'unknown', gateway: 'attention', log: 'attention' });
  });
});
