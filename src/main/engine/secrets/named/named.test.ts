import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createMemoryKeyring, type MemoryKeyring } from '../../../adapters/memory-keyring.ts';
import { createPrograms } from '../../../adapters/programs.ts';
import { createOutbox, openDatabase, outboxMigrations, type Database, type OutboxEvent } from '../../store/index.ts';
import { createFakeClock, createSeededRandom, type FakeClock } from '../../testing/fake-clock.ts';
import { createSecrets, NamedSecrets, type Secrets } from '../index.ts';
import { namedSecretMigrations } from './migrations.ts';
import type { SecretReference } from './model.ts';

const homeId = '0123456789abcdef0123456789abcdef';
const passphrase = 'correct horse battery';
const planted = 'PLANTED-value-4711';
const ana = { actor: 'ana', via: 'cli' as const, signal: undefined };
const hour = 3_600_000;

let folder: string;
let keyring: MemoryKeyring;
let clock: FakeClock;
let db: Database;
let events: OutboxEvent[];
let refuseEvents: boolean;
let secrets: Secrets;
let named: NamedSecrets;
let users: SecretReference[];
let seed = 0;

/** A new process on the same home. */
function load(environment: Record<string, string> = {}): void {
  const random = createSeededRandom(`named ${seed++}`);
  const log = {
    check: () => {
      if (refuseEvents) throw new Error('the record is closed');
    },
    appendMany: (more: readonly OutboxEvent[]) => void events.push(...more)
  };
  secrets = createSecrets({ clock, files: createNodeFiles(), random, keyring, homePath: folder, homeId, environment });
  named = new NamedSecrets({ clock, logger: { warn: () => undefined }, programs: createPrograms(), db, outbox: createOutbox({ db, log, random, clock }), secrets, environment: { PATH: process.env['PATH'] ?? '', ...environment }, onChanged: () => undefined });
  users = [];
  named.addUsers(() => users);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'varve-named-'));
  keyring = createMemoryKeyring();
  clock = createFakeClock();
  db = openDatabase({ path: join(folder, 'state.db'), files: createNodeFiles(), migrations: [...outboxMigrations, ...namedSecretMigrations], kind: 'state' });
  events = [];
  refuseEvents = false;
  load();
  await secrets.init({ store: 'keyring' });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const set = (name: string, value = planted, expiresAt: string | null = null) => named.set({ name, value, expiresAt }, ana);
const rotate = (name: string, value: string, more: { keepHours?: number; test?: Parameters<NamedSecrets['rotate']>[0]['test'] } = {}) => named.rotate({ name, value, expiresAt: null, ...more }, ana);
const use = (name: string) => named.use(name, { by: 'job:nightly', purpose: 'environment variable TOKEN' });
const actions = () => events.map(({ action }) => action);
const accounts = () => keyring.accounts().filter((account) => account.includes('/job-secret/'));
const inDays = (days: number): string => new Date(clock.now() + days * 24 * hour).toISOString();

describe('a named secret', () => {
  it('is kept in the store, read with a record, and told of without its value', async () => {
    await set('db', planted, inDays(20));
    expect(await use('db')).toEqual({ value: planted, version: 1, masks: [{ name: 'db', value: planted }] });
    const { secrets: list, storage } = await named.list();
    expect(list).toEqual([expect.objectContaining({ name: 'db', version: 1, expiry: 'soon', place: 'keyring', maskable: true, uses: 1, usedBy: [], lastUsed: expect.objectContaining({ by: 'job:nightly', purpose: 'environment variable TOKEN', outcome: 'given', version: 1 }) as unknown })]);
    expect(storage).toEqual({ kind: 'keyring', state: 'open', detail: 'memory', passphraseFrom: null });
    expect(actions()).toEqual(['secret.set', 'secret.used']);
    expect(events[1]).toMatchObject({ category: 'access', actor: 'job:nightly', subject: 'secret:db', payload: { secret: 'db', version: 1, by: 'job:nightly' } });
    expect(accounts()).toEqual([`${homeId}/job-secret/db/v1`]);
    for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file)).includes(planted)).toBe(false);
    expect(JSON.stringify([events, list])).not.toContain(planted);
  });

  it('comes back in another process, also when it is longer than a keyring takes', async () => {
    const long = 'line of a key\n'.repeat(1_000);
    await set('key', long);
    load();
    expect((await use('key')).value).toBe(long);
    expect((await named.list()).secrets[0]?.place).toBe('vault');
  });

  it.each([
    ['', 'is empty'],
    ['x'.repeat(65_537), 'is longer than 64 KiB'],
    ['ab\0cdef', 'holds a zero character, which no program can be given'],
    ['abcdef\ud800', 'is no valid text']
  ])('is refused when it cannot be given to a program (%#)', async (value, reason) => {
    await expect(set('db', value)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'value', reason } });
    expect(accounts()).toEqual([]);
  });

  it('that is too short to be masked is kept, and said to be so', async () => {
    expect((await set('pin', '12345')).maskable).toBe(false);
    expect((await set('pins', '123456')).maskable).toBe(true);
  });

  it('is not set twice, and nothing is left of one that could not be recorded', async () => {
    await set('db');
    await expect(set('db', 'another')).rejects.toMatchObject({ code: 'CONFLICT', data: { kind: 'secret', name: 'db' } });
    refuseEvents = true;
    await expect(set('other')).rejects.toThrow('the record is closed');
    expect(accounts()).toEqual([`${homeId}/job-secret/db/v1`]);
    expect((await named.list()).secrets.map(({ name }) => name)).toEqual(['db']);
  });
});

describe('a reading', () => {
  it('that cannot be recorded does not take place', async () => {
    await set('db');
    let asked = 0;
    const get = secrets.get.bind(secrets);
    secrets.get = (name) => {
      asked += 1;
      return get(name);
    };
    refuseEvents = true;
    await expect(use('db')).rejects.toMatchObject({ code: 'SECRET_REFUSED', data: { name: 'db', reason: 'the record is closed' } });
    await expect(named.reveal({ name: 'db' }, ana)).rejects.toMatchObject({ code: 'SECRET_REFUSED' });
    expect(asked).toBe(0);
    refuseEvents = false;
    expect(named.uses({ name: 'db', limit: 10 })).toEqual([]);
  });

  it('that cannot be written to state.db does not take place', async () => {
    await set('db');
    db.raw.pragma('query_only = ON');
    await expect(use('db')).rejects.toMatchObject({ code: 'SECRET_REFUSED' });
    db.raw.pragma('query_only = OFF');
    expect((await use('db')).value).toBe(planted);
  });

  it('is in the record before the value is asked for: a program that ends in between leaves one that has begun', async () => {
    await set('db');
    secrets.get = () => new Promise(() => undefined);
    void use('db');
    expect(named.uses({ name: 'db', limit: 10 })).toMatchObject([{ outcome: 'begun', by: 'job:nightly' }]);
    expect(actions()).toEqual(['secret.set', 'secret.used']);
  });

  it('that failed is recorded with why, when the keyring went away', async () => {
    await set('db');
    keyring.breakWith('locked');
    await expect(use('db')).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
    expect(actions()).toEqual(['secret.set', 'secret.used', 'secret.refused']);
    expect(named.uses({ name: 'db', limit: 10 })).toMatchObject([{ outcome: 'failed', code: 'SECRET_STORE_UNAVAILABLE' }]);
    keyring.breakWith(undefined);
    expect((await use('db')).value).toBe(planted);
  });

  it('by a person says so, and of a version asked for', async () => {
    await set('db');
    await rotate('db', 'second value');
    expect(await named.reveal({ name: 'db', version: 1 }, ana)).toEqual({ value: planted, version: 1, seconds: 20 });
    expect(events.at(-1)).toMatchObject({ action: 'secret.revealed', category: 'access', actor: 'ana', payload: { by: 'ana', version: 1 } });
    await expect(named.reveal({ name: 'db', version: 9 }, ana)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is listed newest first, at most a thousand, while the count goes on', async () => {
    await set('db');
    for (let time = 0; time < 1_010; time += 1) await use('db');
    const all = named.uses({ name: 'db', limit: 1_000 });
    expect([all.length, all[0]!.id - all.at(-1)!.id, (await named.list()).secrets[0]?.uses]).toEqual([1_000, 999, 1_010]);
  });
});

describe('replacing', () => {
  it('keeps the value before for a day, masks it, and then forgets it', async () => {
    await set('db');
    const now = await rotate('db', 'second value');
    expect(now).toMatchObject({ version: 2, versions: [{ version: 2, state: 'current' }, { version: 1, state: 'kept', keepUntil: inDays(1) }] });
    expect(await use('db')).toEqual({ value: 'second value', version: 2, masks: [{ name: 'db', value: 'second value' }, { name: 'db', value: planted }] });
    clock.advance(24 * hour - 1);
    await named.sweep();
    expect(accounts()).toHaveLength(2);
    clock.advance(1);
    await named.sweep();
    expect(accounts()).toEqual([`${homeId}/job-secret/db/v2`]);
    expect(actions()).toEqual(['secret.set', 'secret.rotated', 'secret.used', 'secret.version-removed']);
  });

  it('is finished by itself in a home that stays open', async () => {
    await set('db');
    await rotate('db', 'second value');
    const stop = named.keepSweeping();
    clock.advance(23 * hour);
    await expect.poll(accounts).toHaveLength(2);
    for (let minutes = 0; minutes <= 70; minutes += 10) {
      clock.advance(10 * 60_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect.poll(accounts).toEqual([`${homeId}/job-secret/db/v2`]);
    stop();
  });

  it('can be taken back while the value before is kept', async () => {
    await set('db');
    await rotate('db', 'second value');
    expect(await named.switchBack({ name: 'db' }, ana)).toMatchObject({ version: 1, versions: [{ version: 2, state: 'kept' }, { version: 1, state: 'current' }] });
    expect((await use('db')).value).toBe(planted);
    expect(await rotate('db', 'third value', { keepHours: 0 })).toMatchObject({ version: 3, versions: [{ version: 3 }, { version: 2 }] });
    await named.switchBack({ name: 'db' }, ana);
    clock.advance(48 * hour);
    await named.sweep();
    expect(accounts()).toEqual([`${homeId}/job-secret/db/v2`]);
    await expect(named.switchBack({ name: 'db' }, ana)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('happens only when the test passes; the program gets the new value by its environment alone and what it says is masked', async () => {
    await set('db');
    const fresh = 'FRESH-value-0815';
    const seen = join(folder, 'seen');
    const program = (script: string) => named.testerOf('db', { argv: [process.execPath, '-e', script], timeLimitSeconds: 20 });
    const bad = program(`require('fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify([process.argv, process.env.VARVE_SECRET_NAME, Object.keys(process.env).length])); console.error('login as ' + process.env.VARVE_SECRET + ' refused'); process.exit(3)`);
    const failure = await rotate('db', fresh, { test: bad }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SECRET_TEST_FAILED', data: { name: 'db', reason: 'ended with 3: login as [secret:db] refused' } });
    expect(readFileSync(seen, 'utf8')).not.toContain(fresh);
    expect(readFileSync(seen, 'utf8')).toContain('"db"');
    expect((await use('db')).version).toBe(1);
    expect(accounts()).toHaveLength(1);
    expect((await rotate('db', fresh, { test: program(`process.exit(process.env.VARVE_SECRET === ${JSON.stringify(fresh)} ? 0 : 1)`) })).version).toBe(2);
    expect(events.at(-1)).toMatchObject({ payload: { tested: true, before: 1 } });
    await expect(rotate('db', 'x', { test: named.testerOf('db', { argv: [join(folder, 'none')], timeLimitSeconds: 5 }) })).rejects.toMatchObject({ data: { reason: 'could not be started (ENOENT)' } });
  });

  it('holds nobody up while a test runs', async () => {
    await set('db');
    let pass = (_outcome: { ok: true }): void => undefined;
    const replacing = rotate('db', 'second value', { test: () => new Promise((resolve) => (pass = resolve)) });
    expect((await named.list()).secrets[0]?.version).toBe(1);
    await set('other');
    pass({ ok: true });
    expect((await replacing).version).toBe(2);
  });

  it('leaves the old value in use when the new one cannot be stored or recorded', async () => {
    await set('db');
    keyring.breakWith('gone');
    await expect(rotate('db', 'second value')).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
    keyring.breakWith(undefined);
    refuseEvents = true;
    await expect(rotate('db', 'second value')).rejects.toThrow('the record is closed');
    refuseEvents = false;
    expect(await use('db')).toMatchObject({ value: planted, version: 1 });
    expect(accounts()).toEqual([`${homeId}/job-secret/db/v1`]);
  });
});

describe('removing', () => {
  it('asks when something refers to it, naming what', async () => {
    await set('db');
    users = [{ secret: 'db', kind: 'job', id: 'j1', name: 'nightly' }, { secret: 'other', kind: 'job', id: 'j2', name: 'weekly' }];
    await expect(named.remove({ name: 'db', evenIfUsed: false }, ana)).rejects.toMatchObject({ code: 'SECRET_IN_USE', data: { name: 'db', users: [{ kind: 'job', name: 'nightly' }] } });
    expect((await named.list()).secrets[0]?.usedBy).toEqual([{ kind: 'job', id: 'j1', name: 'nightly' }]);
    await named.remove({ name: 'db', evenIfUsed: true }, ana);
    expect([accounts(), (await named.list()).secrets]).toEqual([[], []]);
    await expect(use('db')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('forgets every value, keeps who read it, and a later one of the name goes on counting', async () => {
    await set('db');
    await rotate('db', 'second value');
    await use('db');
    await named.remove({ name: 'db', evenIfUsed: false }, ana);
    expect(accounts()).toEqual([]);
    expect(named.uses({ name: 'db', limit: 10 })).toHaveLength(1);
    expect(await set('db', 'a later one')).toMatchObject({ version: 3, uses: 0 });
  });

  it('of one whose store cannot be asked changes nothing; a value that stayed behind is removed later', async () => {
    await set('db');
    keyring.breakWith('locked');
    await expect(named.remove({ name: 'db', evenIfUsed: false }, ana)).rejects.toMatchObject({ code: 'SECRET_STORE_UNAVAILABLE' });
    keyring.breakWith(undefined);
    await use('db');
    const remove = keyring.delete.bind(keyring);
    keyring.delete = () => Promise.reject(new Error('not now'));
    await named.remove({ name: 'db', evenIfUsed: false }, ana);
    expect(accounts()).toHaveLength(1);
    keyring.delete = remove;
    load();
    await named.list();
    expect(accounts()).toEqual([]);
  });

  it('after a stop between value and facts: the value nobody refers to goes', async () => {
    await secrets.set({ kind: 'job-secret', id: 'half', version: 1 }, Buffer.from(planted));
    await named.sweep();
    expect(accounts()).toEqual([]);
    expect((await set('half')).version).toBe(1);
  });
});

describe('expiry', () => {
  it('is told at 30, 14, 7 and 1 days and at the end, for the current value only', async () => {
    await set('never');
    await set('far', planted, inDays(31));
    for (const [name, days] of [['month', 30], ['fortnight', 14], ['week', 6.5], ['day', 1], ['over', -1]] as const) await set(name, planted, inDays(days));
    const steps = () => Object.fromEntries(named.expiring(clock.now()).map(({ name, step }) => [name, step]));
    expect(steps()).toEqual({ month: 30, fortnight: 14, week: 7, day: 1, over: 0 });
    await named.setExpiry({ name: 'over', expiresAt: null }, ana);
    await rotate('day', 'second value');
    expect(steps()).toEqual({ month: 30, fortnight: 14, week: 7 });
    expect(events.at(-2)).toMatchObject({ action: 'secret.expiry-changed', payload: { secret: 'over', expiresAt: null } });
  });
});

describe('in a vault', () => {
  beforeEach(async () => {
    rmSync(join(folder, 'keys.json'));
    await secrets.init({ store: 'vault', passphrase });
    await set('db');
  });

  it('a locked one gives nothing, and the reading is recorded as refused', async () => {
    load();
    await secrets.open();
    await expect(use('db')).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect((await named.list()).storage).toMatchObject({ kind: 'vault', state: 'locked', passphraseFrom: 'person' });
    expect(actions().at(-1)).toBe('secret.refused');
    await secrets.unlock(passphrase);
    expect((await use('db')).value).toBe(planted);
  });

  it('a person is asked for the passphrase again before a value is shown', async () => {
    await expect(named.reveal({ name: 'db' }, ana)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'passphrase' } });
    await expect(named.reveal({ name: 'db', passphrase: 'wrong' }, ana)).rejects.toMatchObject({ code: 'VAULT_WRONG_PASSPHRASE' });
    expect(actions().filter((action) => action === 'secret.refused')).toHaveLength(2);
    expect((await named.reveal({ name: 'db', passphrase }, ana)).value).toBe(planted);
  });

  it('whose passphrase lies in the environment or a file says so, and opens by itself', async () => {
    load({ VARVE_VAULT_PASSPHRASE: passphrase });
    expect((await use('db')).value).toBe(planted);
    expect((await named.list()).storage.passphraseFrom).toBe('environment');
    expect((await named.reveal({ name: 'db' }, ana)).value).toBe(planted);
    const file = join(folder, 'passphrase');
    writeFileSync(file, `${passphrase}\n`);
    chmodSync(file, 0o600);
    load({ VARVE_VAULT_PASSPHRASE_FILE: file });
    expect((await named.list()).storage).toMatchObject({ state: 'open', passphraseFrom: 'file' });
  });
});
