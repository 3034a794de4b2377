import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TaskState } from '../../contract/events.ts';
import { createMemoryKeyring } from '../adapters/memory-keyring.ts';
import { readArchive } from './packages/archive/read.ts';
import { packHome, type PackHome } from './packages/restore/testing.ts';
import { restoreHome, type RestoreHomeInput } from './restore-home.ts';
import { stateMigrations } from './state-migrations.ts';
import { createTestEngine, taskEnd, testContext, type TestEngine } from './testing/index.ts';

const passphrase = 'a long passphrase for keys';
let old: TestEngine;
let homeId: string;
let keysText: string;
let entries: number;

beforeAll(async () => {
  old = await createTestEngine({});
  const { api } = old;
  mkdirSync(join(old.folder, 'papers'));
  writeFileSync(join(old.folder, 'papers', 'a.txt'), 'a');
  await api.repositories.add({ name: 'usb', path: join(old.folder, 'repository'), mode: 'auto', password: { kind: 'value', password: 'geheim geheim' } }, testContext);
  await api.log.append({ action: 'app.noted', category: 'app', level: 'info', payload: { text: 'before the fire' } }, testContext);
  await api.log.append({ action: 'app.measured', category: 'metrics', level: 'info', payload: { secretValue: 7 } }, testContext);
  keysText = (await api.system.exportKeys({ passphrase }, testContext)).content;
  ({ id: homeId } = (await api.system.status({}, testContext)).home as { id: string });
  await old.engine.stop();
  entries = countEntries(old.homePath);
});
afterAll(() => old.close());

const made: TestEngine[] = [];
afterEach(async () => {
  for (const each of made.splice(0)) await each.close();
});

function countEntries(homePath: string): number {
  const db = new Sqlite(join(homePath, 'log.db'), { readonly: true });
  try {
    return (db.prepare('SELECT count(*) AS count FROM entries').get() as { count: number }).count;
  } finally {
    db.close();
  }
}

/** A computer with a keyring of its own, and nothing on it. */
async function freshComputer(keyring = createMemoryKeyring()): Promise<TestEngine> {
  const engine = await createTestEngine({ init: false, start: false, keyring });
  made.push(engine);
  return engine;
}

async function packed(at: TestEngine, how: Partial<PackHome> = {}): Promise<string> {
  const to = join(at.folder, 'backup-eventlog-20260102-030405.tar.gz');
  rmSync(to, { force: true });
  await packHome({ ports: at.ports, homePath: old.homePath, homeId, to, stateMigrations, ...how });
  return to;
}

function restore(at: TestEngine, packagePath: string, input: Partial<RestoreHomeInput> = {}): ReturnType<typeof restoreHome> {
  const members = (): ReturnType<typeof readArchive> => readArchive(at.ports, packagePath, { passphrase: input.passphrase });
  return restoreHome({ ports: at.ports, config: { homePath: at.homePath, version: '1', session: 'restoring', environment: {} } }, { packagePath, members, oldHome: 'gone', secretStore: 'keyring', replace: false, language: 'en', ...input });
}

/** Opens what was restored and works with it. */
async function open(at: TestEngine): Promise<TestEngine> {
  const engine = await createTestEngine({ folder: at.folder, keyring: at.keyring, init: false });
  made.unshift(engine);
  return engine;
}

describe('a home whose old one is gone', () => {
  it('goes on under its origin with exported keys, works on, and says what it is', async () => {
    const at = await freshComputer();
    const report = await restore(at, await packed(at), { keys: { text: keysText, passphrase } });
    expect(report).toMatchObject({ homeId, continued: true, events: entries, earlier: null, movedAside: null, stateThere: true, missing: [], verdict: { kind: 'consistent', entries } });
    const { api } = await open(at);
    expect((await api.repositories.list({}, testContext)).map(({ name }) => name)).toEqual(['usb']);
    const found = await api.log.list({ filter: { action: 'log.restored' }, limit: 5, order: 'newest' }, testContext);
    expect(found.entries[0]).toMatchObject({ payload: { origin: `varve/${homeId}`, events: entries, fileName: 'backup-eventlog-20260102-030405.tar.gz' } });
    expect((await api.log.list({ filter: { text: 'fire' }, limit: 5, order: 'newest' }, testContext)).entries).toHaveLength(1);
    await api.log.append({ action: 'app.measured', category: 'metrics', level: 'info', payload: { secretValue: 8 } }, testContext);
    const { taskId } = await api.log.verify({}, testContext);
    let last;
    for await (const state of api.system.tasks.watch({ id: taskId }, testContext)) last = state;
    expect(last?.result).toMatchObject({ kind: 'verify', verdict: { kind: 'consistent', pinned: 'home', payloads: { locked: 0 } } });
    expect(readdirSync(at.folder).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  it('finds its keys in a sealed package', async () => {
    const at = await freshComputer();
    const report = await restore(at, await packed(at, { passphrase, keys: keysText }), { passphrase });
    expect(report).toMatchObject({ continued: true, missing: [] });
  });

  it('needs the keys: without them nothing is made', async () => {
    const at = await freshComputer();
    await expect(restore(at, await packed(at))).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    expect(readdirSync(at.folder)).toEqual(['backup-eventlog-20260102-030405.tar.gz']);
  });

  it('takes the place of a damaged home only when told so, moves it aside, and uses the keys that lie there', async () => {
    const at = await freshComputer(old.keyring);
    cpSync(old.homePath, at.homePath, { recursive: true });
    writeFileSync(join(at.homePath, 'log.db'), 'gone');
    const file = await packed(at);
    await expect(restore(at, file)).rejects.toMatchObject({ code: 'HOME_EXISTS' });
    const report = await restore(at, file, { replace: true });
    expect(report.movedAside).toMatch(/home\.before-\d{8}-\d{6}$/);
    expect(readFileSync(join(report.movedAside as string, 'log.db'), 'utf8')).toBe('gone');
    const { api } = await open(at);
    expect((await api.system.status({}, testContext)).home?.id).toBe(homeId);
  });

  it('refuses keys of another home, a wrong passphrase, and a folder with other things in it', async () => {
    const at = await freshComputer();
    const file = await packed(at);
    await expect(restore(at, file, { keys: { text: keysText, passphrase: 'wrong wrong' } })).rejects.toMatchObject({ code: 'VAULT_WRONG_PASSPHRASE' });
    const other = await createTestEngine({});
    made.push(other);
    const foreign = (await other.api.system.exportKeys({ passphrase }, testContext)).content;
    await expect(restore(at, file, { keys: { text: foreign, passphrase } })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'keys' } });
    mkdirSync(at.homePath);
    writeFileSync(join(at.homePath, 'thesis.txt'), 'x');
    await expect(restore(at, file, { keys: { text: keysText, passphrase }, replace: true })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'home' } });
    expect(readFileSync(join(at.homePath, 'thesis.txt'), 'utf8')).toBe('x');
  });
});

describe('a home of which nobody knows', () => {
  it('begins a new record with new keys that cites the old one, and keeps the old one beside it', async () => {
    const at = await freshComputer();
    const report = await restore(at, await packed(at), { oldHome: 'unsure' });
    expect(report).toMatchObject({ continued: false, events: entries, earlier: { id: homeId, folder: join('earlier', homeId) }, missing: [{ kind: 'repository', name: 'usb' }], verdict: { kind: 'consistent', pinned: 'none' } });
    expect(report.homeId).not.toBe(homeId);
    expect(existsSync(join(at.homePath, 'earlier', homeId, 'log.db'))).toBe(true);
    const { api } = await open(at);
    const [created] = (await api.log.list({ filter: { action: 'home.created' }, limit: 5, order: 'newest' }, testContext)).entries;
    expect(created).toMatchObject({ payload: { homeId: report.homeId, after: { origin: `varve/${homeId}`, events: entries } } });
    expect((created?.payload as { after: { checkpoint: string } }).after.checkpoint).toContain(`varve/${homeId}\n`);
    expect((await api.repositories.list({}, testContext)).map(({ name }) => name)).toEqual(['usb']);
  });

  it('gets the passwords from exported keys, too', async () => {
    const at = await freshComputer();
    expect(await restore(at, await packed(at), { oldHome: 'unsure', keys: { text: keysText, passphrase } })).toMatchObject({ continued: false, missing: [] });
  });
});

describe('through the engine, before there is a home', () => {
  /** A server that waits for a home holds its place: its lease lies there. */
  async function waitingServer(): Promise<TestEngine> {
    const at = await freshComputer();
    mkdirSync(join(at.homePath, 'run'), { recursive: true });
    writeFileSync(join(at.homePath, 'run', 'lease.db'), '');
    return at;
  }
  const ended = async (at: TestEngine, started: Promise<{ taskId: string }> | { taskId: string }): Promise<TaskState> => taskEnd(at.api, (await started).taskId);

  it('checks a package and says what is in it, makes the home where the lease lies, and works on with its vault open', async () => {
    const at = await waitingServer();
    const path = await packed(at, { passphrase, keys: keysText });
    expect(await at.api.packages.homePlace({}, testContext)).toMatchObject({ path: at.homePath, state: 'free' });
    expect(await ended(at, at.api.packages.verify({ path, key: { passphrase } }, testContext))).toMatchObject({ result: { check: { kind: 'log', problemCount: 0, log: { events: entries, restorable: true, keys: true, holds: { repositories: 1, plans: 0, jobs: 0 } } } } });

    const state = await ended(at, at.api.packages.restoreHome({ path, key: { passphrase }, oldHome: 'gone', secretStore: 'vault', passphrase: 'a vault of its own' }, testContext));
    expect(state.progress).toMatchObject({ bytesDone: statSync(path).size, bytesTotal: statSync(path).size });
    expect(state).toMatchObject({ subject: 'backup-eventlog-20260102-030405.tar.gz', state: 'done', result: { kind: 'home-restore', report: { homeId, continued: true, missing: [], verdict: { kind: 'consistent' } } } });
    expect(JSON.stringify(await at.api.system.tasks.list({}, testContext))).not.toContain(passphrase);
    expect(await at.api.system.status({}, testContext)).toMatchObject({ home: { id: homeId, path: at.homePath }, secretStore: { kind: 'vault', state: 'open' } });
    const checking = (await at.api.system.tasks.list({}, testContext)).find(({ kind }) => kind === 'verify');
    await taskEnd(at.api, checking?.id ?? '');
    expect((await at.api.system.status({}, testContext)).verify?.verdict).toMatchObject({ kind: 'consistent', pinned: 'home' });
    await at.api.log.append({ action: 'app.noted', category: 'app', level: 'info', payload: { text: 'after the fire' } }, testContext);
    expect((await at.api.log.list({ filter: { text: 'fire' }, limit: 5, order: 'newest' }, testContext)).entries).toHaveLength(2);
    expect((await at.api.repositories.list({}, testContext)).map(({ name }) => name)).toEqual(['usb']);
    expect(existsSync(join(at.homePath, 'run', 'lease.db'))).toBe(true);
    expect(readdirSync(at.homePath).filter((name) => /restoring|pending/.test(name))).toEqual([]);
    await expect(at.api.packages.restoreHome({ path, oldHome: 'unsure', secretStore: 'keyring' }, testContext)).rejects.toMatchObject({ code: 'HOME_EXISTS' });
  });

  it('makes nothing after a refusal or a stop, and can be asked again', async () => {
    const at = await waitingServer();
    const path = await packed(at);
    expect(await ended(at, at.api.packages.restoreHome({ path, oldHome: 'gone', secretStore: 'keyring' }, testContext))).toMatchObject({ state: 'failed', error: { code: 'SECRET_MISSING' } });
    const { taskId } = await at.api.packages.restoreHome({ path, oldHome: 'unsure', secretStore: 'keyring' }, testContext);
    await at.api.system.tasks.cancel({ id: taskId }, testContext);
    expect(await taskEnd(at.api, taskId)).toMatchObject({ state: 'cancelled' });
    expect(readdirSync(at.homePath)).toEqual(['run']);
    expect(at.engine.homeOpen).toBe(false);
    expect(await ended(at, at.api.packages.restoreHome({ path, oldHome: 'unsure', secretStore: 'keyring' }, testContext))).toMatchObject({ state: 'done', result: { report: { continued: false } } });
    expect(at.engine.homeOpen).toBe(true);
  });

  it('is stopped with the program, which does not wait for it', async () => {
    const at = await waitingServer();
    const { taskId } = await at.api.packages.restoreHome({ path: await packed(at), oldHome: 'unsure', secretStore: 'keyring' }, testContext);
    await at.engine.stop();
    expect((await at.api.system.tasks.list({}, testContext)).find(({ id }) => id === taskId)).toMatchObject({ state: 'cancelled' });
    expect(readdirSync(at.homePath)).toEqual(['run']);
  });

  it('is refused at once without a package, without a place, and over another home', async () => {
    const at = await waitingServer();
    const ask = (path: string): Promise<unknown> => Promise.resolve(at.api.packages.restoreHome({ path, oldHome: 'unsure', secretStore: 'keyring' }, testContext));
    await expect(ask(join(at.folder, 'nothing.tar.gz'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(ask('nothing.tar.gz')).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'path' } });
    const path = await packed(at);
    writeFileSync(join(at.homePath, 'thesis.txt'), 'x');
    expect(await at.api.packages.homePlace({}, testContext)).toMatchObject({ state: 'other-files' });
    await expect(ask(path)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'home' } });
    writeFileSync(join(at.homePath, 'varve-home.json'), '{}');
    expect(await at.api.packages.homePlace({}, testContext)).toMatchObject({ state: 'home' });
    await expect(ask(path)).rejects.toMatchObject({ code: 'HOME_EXISTS' });
    expect(readFileSync(join(at.homePath, 'thesis.txt'), 'utf8')).toBe('x');
  });
});

describe('a package that lies or is damaged', () => {
  const segment = 'event-log/segment-000001.json';
  it.each<[string, Partial<PackHome>, string]>([
    ['a changed event', { change: (path, content) => (path === segment ? Buffer.from(content.toString().replace('before the fire', 'after the fire!')) : content) }, segment],
    ['a segment left out', { change: (path, content) => (path === segment ? undefined : content) }, 'event-log'],
    ['a manifest that says less', { lie: (summary) => ({ ...summary, total_events: 1 }) }, 'manifest.json'],
    ['a manifest with another last hash', { lie: (summary) => ({ ...summary, last_current_hash: '0'.repeat(64) }) }, 'manifest.json'],
    ['a state that is none', { change: (path, content) => (path === 'event-log-snapshot.json' ? Buffer.from('{}') : content) }, 'event-log-snapshot.json']
  ])('%s is refused with the member named, and nothing is made', async (_what, how, member) => {
    const at = await freshComputer();
    const file = await packed(at, how);
    await expect(restore(at, file, { keys: { text: keysText, passphrase } })).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { member: expect.stringContaining(member) as string } });
    expect(readdirSync(at.folder)).toEqual(['backup-eventlog-20260102-030405.tar.gz']);
  });
});
