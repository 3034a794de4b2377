import { readFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { VarveError } from '../../kit/errors.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { createHasher } from '../hash.ts';
import { verifyLog, type EventLog, type LogKeys, type NewEvent } from '../index.ts';
import { originOf } from '../model.ts';
import { createInlineWorkers, createSeededRandom, createTestClock, createTestKeys, openTestLog, testHomeId } from '../testing.ts';
import { verifyFile, verifyTask } from '../verify/task.ts';
import { createKeyFile, unsealKey } from './key-file.ts';

const files = createNodeFiles();
let folder: TestFolder;
let path: string;
let log: EventLog;
const clock = createTestClock();

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log } = openTestLog({ files, path, clock }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const measured = (payload: unknown, more: Partial<NewEvent> = {}): NewEvent => ({ action: 'app.measured', category: 'metrics', payload, ...more });
const openOne = async (seq: number) => (await log.sealed.open({ seqs: [seq], purpose: 'a test' })).entries[0];
const raw = (): string => ['log.db', 'log.db-wal', 'payload-keys.json'].map((name) => (files.lstat(folder.at(name)) === undefined ? '' : readFileSync(folder.at(name), 'latin1'))).join('');
const locked: LogKeys = { ...createTestKeys(), open: () => undefined, load: () => Promise.reject(new VarveError('VAULT_LOCKED', 'locked', { path: 'vault.json' })) };

describe('an entry of a category that encrypts', () => {
  it('is recorded like any other, with its own commitment and size, and stands nowhere in the clear', () => {
    const { seq } = log.append(measured({ secretword: 'zweihundertsieben' }));
    const { header, entry, salt } = log.show(seq);
    expect(header.payload).toMatchObject({ alg: 'hmac-sha256', enc: 'a256gcm', size: Buffer.byteLength('{"secretword":"zweihundertsieben"}') });
    expect(entry).toMatchObject({ payloadState: 'locked', payload: null });
    expect(salt).toBeNull();
    expect(raw()).not.toContain('zweihundertsieben');
    expect(log.list({ filter: { text: 'zweihundertsieben' } }).total).toBe(0);
    expect(log.list({ filter: { text: 'measured' } }).total).toBe(1);
  });

  it('opens to exactly what was recorded, in every shape a payload can have', async () => {
    for (const payload of [null, 0, '', 'São João 🧪', [], {}, { a: [1, { b: null }] }, 'x'.repeat(200_000)]) {
      const { seq } = log.append(measured(payload));
      const shown = await openOne(seq);
      expect(shown?.entry).toMatchObject({ payloadState: 'intact', payload });
      expect(createHasher().commit(shown?.salt ?? '', JSON.stringify(payload))).toBe(shown?.header.payload?.commit);
    }
  });

  it('never shares a secret or a nonce with another, be they equal', () => {
    const seqs = [1, 2, 3].map(() => log.append(measured({ same: true })).seq);
    const db = new BetterSqlite3(path, { readonly: true });
    const rows = seqs.map((seq) => db.prepare('SELECT hex(sealed) AS sealed, hex(nonce) AS nonce, hex(wrapped) AS wrapped FROM payloads WHERE seq = ?').get(seq) as Record<string, string>);
    db.close();
    for (const column of ['sealed', 'nonce', 'wrapped']) expect(new Set(rows.map((row) => row[column])).size).toBe(3);
  });

  it('is taken once by its id, and refused when the id is taken by another payload, while the keys are open', () => {
    const id = '018f0000-0000-7000-8000-000000000001';
    const first = log.append(measured({ n: 1 }, { id }));
    expect(log.append(measured({ n: 1 }, { id }))).toEqual(first);
    expect(() => log.append(measured({ n: 2 }, { id }))).toThrow(/another payload/);
    log.close();
    ({ log } = openTestLog({ files, path, clock, keys: locked, begin: false }));
    expect(log.append(measured({ n: 1 }, { id }))).toEqual(first);
    expect(() => log.append(measured({ n: 22 }, { id }))).toThrow(/another payload/);
  });

  it('comes through with batches, tails and lists like the others', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const entry of log.tail({ category: ['metrics'] }, undefined, stop.signal)) {
        seen.push(entry.payloadState);
        if (seen.length === 3) stop.abort();
      }
    })();
    log.appendMany([measured(1), measured(2), measured(3)]);
    await reading;
    expect(seen).toEqual(['locked', 'locked', 'locked']);
    expect(log.list({ filter: { category: ['metrics'] } }).entries.map((entry) => entry.payloadState)).toEqual(seen);
  });
});

describe('opening', () => {
  it('is an event that says who, what and why, recorded before anything is handed out; plain entries need none', async () => {
    const [first, second] = log.appendMany([measured(1), measured(2)]);
    const plain = log.append({ action: 'app.x', category: 'app', payload: 'plain' });
    const seqs = [first?.seq ?? 0, second?.seq ?? 0, plain.seq];
    const opened = await log.sealed.open({ seqs, purpose: '  question of the reviewer  ' }, 'Grace');
    expect(opened.entries.map(({ entry }) => entry.payload)).toEqual([1, 2, 'plain']);
    const event = log.show(opened.event ?? -1).entry;
    expect(event).toMatchObject({ action: 'access.payload-opened', actorName: 'Grace', payload: { seqs: seqs.slice(0, 2), purpose: 'question of the reviewer' } });
    const before = log.entries();
    expect((await log.sealed.open({ seqs: [plain.seq], purpose: 'x' })).event).toBeNull();
    expect(log.entries()).toBe(before);
  });

  it('needs a purpose, an entry that is there, and a log that can be written', async () => {
    const { seq } = log.append(measured(1));
    await expect(log.sealed.open({ seqs: [seq], purpose: ' ' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(log.sealed.open({ seqs: [seq, 999], purpose: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { log: reading } = openTestLog({ files, path, clock, readOnly: { temporaryFolder: folder.path }, begin: false });
    await expect(reading.sealed.open({ seqs: [seq], purpose: 'x' })).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
    expect(reading.show(seq).entry.payloadState).toBe('locked');
    reading.close();
  });

  it('without keys says what to do and records nothing', async () => {
    const { seq } = log.append(measured(1));
    log.close();
    ({ log } = openTestLog({ files, path, clock, keys: locked, begin: false }));
    const before = log.entries();
    await expect(log.sealed.open({ seqs: [seq], purpose: 'x' })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    await expect(log.sealed.search({ filter: { text: 'x' }, purpose: 'x' })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(log.entries()).toBe(before);
  });

  it('shows what was changed as altered, never as if it were what was recorded', async () => {
    const { seq } = log.append(measured(1));
    const other = log.append(measured(2)).seq;
    const db = new BetterSqlite3(path);
    db.exec('DROP TRIGGER payloads_change_only_their_wrapped_key');
    db.exec(`UPDATE payloads SET (sealed, nonce, wrapped) = (SELECT sealed, nonce, wrapped FROM payloads WHERE seq = ${other}) WHERE seq = ${seq}`);
    db.close();
    expect((await openOne(seq))?.entry).toMatchObject({ payloadState: 'altered', payload: null });
  });
});

describe('searching encrypted entries', () => {
  const words = ['Temperatura do sensor três', 'sensor-4 replaced', 'nothing of note', 'SENSORES calibrados', 'Grüße aus São Paulo'];

  it('finds what the full-text index would find for plain ones, says how much it looked through, and is one event without the words', async () => {
    for (const text of words) log.append(measured({ text }));
    for (const text of words) log.append({ action: 'app.measured', category: 'app', payload: { text } });
    for (const text of ['sensor', 'sensor*', 'SENSOR 4', 'sao paulo', 'tres', 'gruße', 'measured', 'note -nothing', '"of note"', 'absent']) {
      const plain = log.list({ filter: { text, category: ['app'] } }).entries.map(({ payload }) => payload);
      const found = await log.sealed.search({ filter: { text }, purpose: 'a test' });
      expect([text, found.entries.map(({ payload }) => payload)]).toEqual([text, plain]);
      expect(found).toMatchObject({ scanned: words.length, unopened: 0, next: null });
      expect(log.show(found.event ?? -1).entry).toMatchObject({ action: 'access.payloads-searched', payload: { scanned: words.length, found: found.entries.map(({ seq }) => seq), purpose: 'a test' } });
    }
    expect(log.list({ filter: { text: 'paulo', category: ['access'] } }).total).toBe(0);
  });

  it('goes through many in pages, newest first, each hit once, with the other conditions of the filter', async () => {
    log.appendMany(Array.from({ length: 450 }, (_, i) => measured({ text: i % 3 === 0 ? 'wanted' : 'other', i }, { subject: i % 2 === 0 ? 'even' : 'odd' })));
    const found: number[] = [];
    let scanned = 0;
    for (let before: number | undefined; ; ) {
      const page = await log.sealed.search({ filter: { text: 'wanted', subject: 'even' }, purpose: 'a test', limit: 20, ...(before === undefined ? {} : { before }) });
      expect(page.entries.length).toBeLessThanOrEqual(20);
      found.push(...page.entries.map(({ payload }) => (payload as { i: number }).i));
      scanned += page.scanned;
      if (page.next === null) break;
      before = page.next;
    }
    expect(found).toEqual(Array.from({ length: 75 }, (_, i) => 444 - 6 * i));
    expect(scanned).toBeGreaterThanOrEqual(225);
  });

  it('needs words and a purpose', async () => {
    await expect(log.sealed.search({ filter: {}, purpose: 'x' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(log.sealed.search({ filter: { text: '...' }, purpose: 'x' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(log.sealed.search({ filter: { text: 'x' }, purpose: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('encryption by choice', () => {
  it('begins with the next entry, is an event, and leaves what is recorded as it is', async () => {
    const before = log.append({ action: 'app.x', category: 'app', payload: 'before' });
    expect(await log.sealed.encryption.set('app', true, 'Grace')).toMatchObject({ encrypts: true, changed: true });
    const after = log.append({ action: 'app.x', category: 'app', payload: 'after' });
    expect(log.show(before.seq).header.payload?.enc).toBe('none');
    expect(log.show(after.seq).header.payload?.enc).toBe('a256gcm');
    expect(log.list({ filter: { action: 'log.encryption-changed' } }).entries[0]).toMatchObject({ actorName: 'Grace', payload: { category: 'app', encrypts: true } });
    // Another process sees it at once.
    const { log: other } = openTestLog({ files, path, clock, begin: false });
    expect(other.show(other.append({ action: 'app.x', category: 'app', payload: 1 }).seq).header.payload?.enc).toBe('a256gcm');
    other.close();
    expect(await log.sealed.encryption.set('app', true)).toMatchObject({ changed: false });
    expect(await log.sealed.encryption.set('app', false)).toMatchObject({ encrypts: false, changed: true });
    expect(log.show(log.append({ action: 'app.x', category: 'app', payload: 1 }).seq).header.payload?.enc).toBe('none');
  });

  it('is there for categories that are open; metrics and embeddings always are, Varve’s own never', async () => {
    const state = new Map(log.sealed.encryption.list().map((each) => [each.category, each]));
    expect([...state.values()].filter(({ encrypts }) => encrypts).map(({ category }) => category)).toEqual(['metrics', 'embeddings']);
    expect([...state.values()].filter(({ changeable }) => changeable).map(({ category }) => category)).toEqual(['note', 'decision', 'experiment', 'ingest', 'app']);
    for (const category of ['metrics', 'record', 'access'] as const) await expect(log.sealed.encryption.set(category, false)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is not switched on without keys', async () => {
    log.close();
    ({ log } = openTestLog({ files, path, clock, keys: locked, begin: false }));
    await expect(log.sealed.encryption.set('app', true)).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(log.append({ action: 'app.x', category: 'app', payload: 1 }).seq).toBeGreaterThan(0);
  });
});

describe('verification of encrypted entries', () => {
  const payloadKeys = () => {
    const file = createKeyFile({ files, random: createSeededRandom(1), path: folder.at('payload-keys.json'), homeId: testHomeId });
    return [...(file.read() ?? [])].map(([id, key]) => ({ id, key: unsealKey(createTestKeys().open()?.sealingKey ?? new Uint8Array(), testHomeId, key) ?? new Uint8Array() }));
  };
  const verdict = (keys = payloadKeys()) => verifyFile({ files, random: createSeededRandom(3), machine: createMachine(), closing: new AbortController().signal }, { path, origin: originOf(testHomeId), payloadKeys: keys }, () => undefined);
  const tamper = (sql: string): void => {
    const db = new BetterSqlite3(path);
    db.exec('DROP TRIGGER IF EXISTS payloads_change_only_their_wrapped_key');
    db.exec(sql);
    db.close();
  };

  it('opens and checks those whose key is at hand; the others are locked', async () => {
    log.appendMany([measured(1), measured(2)]);
    log.append({ action: 'app.e', category: 'embeddings', payload: 1 });
    log.checkpoints.sign();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', payloads: { locked: 0 } });
    const entries = log.entries();
    expect(await verdict([])).toMatchObject({ kind: 'consistent', payloads: { intact: entries - 3, locked: 3 } });
    expect(await verdict(payloadKeys().filter(({ id }) => id.startsWith('metrics')))).toMatchObject({ kind: 'consistent', payloads: { intact: entries - 1, locked: 1 } });
    expect(await verdict()).toMatchObject({ kind: 'consistent', payloads: { intact: entries, locked: 0 } });
  });

  it('names a changed ciphertext and one that was moved, which without keys can only be locked', async () => {
    const [first, second] = log.appendMany([measured(1), measured(2)]).map(({ seq }) => seq);
    log.checkpoints.sign();
    tamper(`UPDATE payloads SET sealed = zeroblob(length(sealed)) WHERE seq = ${second}`);
    expect(await verdict()).toMatchObject({ kind: 'broken', seq: second, what: 'edited' });
    expect(await verdict([])).toMatchObject({ kind: 'consistent', payloads: { locked: 2 } });
    tamper(`UPDATE payloads SET (sealed, nonce, wrapped, kek) = (SELECT sealed, nonce, wrapped, kek FROM payloads WHERE seq = ${first}) WHERE seq = ${second}`);
    expect(await verdict()).toMatchObject({ kind: 'broken', seq: second, what: 'payload-swapped', detail: expect.stringContaining(`entry ${first}`) });
  });

  it('takes its keys along where no log is open, and does without them where they cannot be had', async () => {
    log.append(measured(1));
    log.checkpoints.sign();
    const ports = { files, clock, random: createSeededRandom(5) };
    const options = { ...ports, workers: createInlineWorkers(ports, { 'log.verify': verifyTask }), path, homeId: testHomeId, session: 's', actorName: 'ada' };
    expect((await verifyLog({ ...options, keys: createTestKeys() }, {})).verdict).toMatchObject({ kind: 'consistent', payloads: { locked: 0 } });
    expect((await verifyLog({ ...options, keys: { ...locked, pinned: createTestKeys().pinned } }, {})).verdict).toMatchObject({ kind: 'consistent', payloads: { locked: 1 } });
  });

  it('takes a plain payload in place of an encrypted one for what it is', async () => {
    const { seq } = log.append(measured(1));
    tamper(`UPDATE payloads SET body = '1', salt = '${'0'.repeat(64)}', sealed = NULL, nonce = NULL, wrapped = NULL, kek = NULL WHERE seq = ${seq}`);
    expect(await verdict()).toMatchObject({ kind: 'broken', seq, what: 'edited' });
  });
});
