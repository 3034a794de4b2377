// Someone changes a copy of log.db behind our back; the verdict must name what happened and where.
import { copyFileSync, readFileSync, writeFileSync, rmSync, mkdirSync, readdirSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../contract/log.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { createHasher } from '../hash.ts';
import { leafHash } from '../merkle/hash.ts';
import { formatHeader, parseHeader, type HeaderFields } from '../header.ts';
import type { EventLog } from '../index.ts';
import { originOf } from '../model.ts';
import { formatVkey } from '../note/index.ts';
import { createSeededRandom, createTestClock, createTestKeys, openTestLog, testHomeId } from '../testing.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { verifyFile } from './task.ts';

const files = createNodeFiles();
const origin = originOf(testHomeId);
let folder: TestFolder;
let sound: string;
let count = 0;

// As a stranger with the file would drop them.
const triggers = [
  'leaves_only_grow', 'leaves_are_not_deleted', 'tiles_only_grow', 'tiles_are_not_deleted', 'checkpoints_are_not_changed', 'checkpoints_are_not_deleted',
  'entries_are_not_changed', 'entries_are_not_deleted', 'entries_are_not_replaced', 'payloads_are_not_replaced', 'payloads_change_only_their_wrapped_key', 'payloads_go_only_by_a_recorded_erasure'
];

beforeAll(() => {
  folder = createTestFolder();
  sound = folder.at('sound.db');
  const { log, clock } = openTestLog({ files, path: sound });
  for (let i = 0; i < 40; i++) {
    clock.advance(1000);
    log.append({ action: 'app.noted', category: 'note', subject: `thing:${i % 3}`, payload: { text: `entry ${i}`, i } });
  }
  log.append({ action: 'app.empty', category: 'app' });
  log.append({ action: 'app.noted', category: 'note', payload: 'last' });
  count = log.entries();
  log.checkpoints.sign();
  log.close(); // the last connection takes the -wal in
});
afterAll(() => folder.remove());

/** The key that `openTestLog` signs with, as a person would hold it. */
const pins = { from: 'home' as const, vkeys: [formatVkey(origin, createTestKeys().pinned()[0] as Uint8Array)] };
const context = () => ({ files, random: createSeededRandom(3), machine: createMachine(), closing: new AbortController().signal });

/** The verdict on a copy after `change`, without its triggers, as anybody with `sqlite3` could make it. */
async function after(change: (db: BetterSqlite3.Database) => void): Promise<Verdict> {
  const path = folder.at('tampered.db');
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  copyFileSync(sound, path);
  const db = new BetterSqlite3(path);
  db.pragma('foreign_keys = OFF');
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${trigger}`);
  change(db);
  db.close();
  return verifyFile(context(), { path, origin, pins }, () => undefined);
}

const hasher = createHasher();
const headerAt = (db: BetterSqlite3.Database, seq: number): { text: string; hash: string; fields: HeaderFields } => {
  const row = db.prepare('SELECT header AS text, lower(hex(hash)) AS hash FROM entries WHERE seq = ?').get(seq) as { text: string; hash: string };
  return { ...row, fields: parseHeader(row.text) as HeaderFields };
};
/** Moves every row of all tables from `from` on by one place, up or down. */
const shift = (db: BetterSqlite3.Database, from: number, by: 1 | -1): void => {
  for (const table of ['entries', 'payloads', 'facts']) {
    db.exec(`UPDATE ${table} SET seq = -seq - 1000 WHERE seq >= ${from}; UPDATE ${table} SET seq = -seq - 1000 + ${by} WHERE seq <= -1000`);
  }
};
const deleteRow = (db: BetterSqlite3.Database, seq: number): void => {
  for (const table of ['entries', 'payloads', 'facts']) db.exec(`DELETE FROM ${table} WHERE seq = ${seq}`);
};

describe('verification of an untouched record', () => {
  it('finds it consistent, and counts its payloads', async () => {
    const verdict = await after(() => undefined);
    expect(verdict).toMatchObject({ kind: 'consistent', entries: count, payloads: { intact: count - 1, none: 1, erased: 0, locked: 0 }, pinned: 'home', readFrom: 0 });
    expect(verdict).toMatchObject({ checkpoint: { size: count, signature: 'good', key: pins.vkeys[0] } });
  });
  it('gives the same verdict on a temporary copy, and leaves no copy behind', async () => {
    const temporaryFolder = folder.at('temporary');
    mkdirSync(temporaryFolder, { recursive: true });
    expect(await verifyFile(context(), { path: sound, origin, pins, alwaysCopy: true, temporaryFolder }, () => undefined)).toMatchObject({ kind: 'consistent', entries: count });
    expect(readdirSync(temporaryFolder)).toEqual([]);
  });
  it('reads what is still in the write-ahead log, also by copy', async () => {
    const path = folder.at('open.db');
    const { log } = openTestLog({ files, path });
    log.append({ action: 'app.x', category: 'app' });
    log.checkpoints.sign();
    for (const alwaysCopy of [false, true]) expect(await verifyFile(context(), { path, origin, pins, alwaysCopy }, () => undefined)).toMatchObject({ kind: 'consistent', entries: 3 });
    log.close();
  });
});

describe('verification names', () => {
  it('an edited header', async () => {
    const verdict = await after((db) => db.exec(`UPDATE entries SET header = replace(header, '"level":"info"', '"level":"warn"') WHERE seq = 10`));
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'edited', trustworthyBelow: 10, entries: count, detail: expect.stringContaining('in place') });
  });
  it('a header that says the same in another form', async () => {
    expect(await after((db) => db.exec(`UPDATE entries SET header = replace(header, '"v":1', '"v": 1') WHERE seq = 10`))).toMatchObject({ kind: 'broken', seq: 10, what: 'edited', detail: expect.stringContaining('canonical') });
  });
  it('a header edited together with its hash', async () => {
    const verdict = await after((db) => {
      const { fields } = headerAt(db, 10);
      const text = formatHeader({ ...fields, level: 'warn' });
      db.prepare('UPDATE entries SET header = ?, hash = unhex(?) WHERE seq = 10').run(text, hasher.chain(fields.prev, text));
      db.exec('UPDATE facts SET level = 4 WHERE seq = 10');
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'edited', trustworthyBelow: 10, detail: expect.stringContaining('together with its hash') });
  });
  it('a stored hash that was changed', async () => {
    expect(await after((db) => db.exec(`UPDATE entries SET hash = zeroblob(32) WHERE seq = 10`))).toMatchObject({ kind: 'broken', seq: 10, what: 'edited' });
  });
  it('an edited payload', async () => {
    expect(await after((db) => db.exec(`UPDATE payloads SET body = replace(body, 'entry', 'Entry') WHERE seq = 12`))).toMatchObject({ kind: 'broken', seq: 12, what: 'edited', detail: expect.stringContaining('payload') });
  });
  it('an edited salt', async () => {
    expect(await after((db) => db.exec(`UPDATE payloads SET salt = '${'0'.repeat(64)}' WHERE seq = 12`))).toMatchObject({ kind: 'broken', seq: 12, what: 'edited' });
    expect(await after((db) => db.exec(`UPDATE payloads SET salt = '${'x'.repeat(64)}' WHERE seq = 12`))).toMatchObject({ kind: 'broken', seq: 12, what: 'edited' });
  });
  it('two payloads that changed places', async () => {
    const verdict = await after((db) => db.exec('UPDATE payloads SET seq = -1 WHERE seq = 12; UPDATE payloads SET seq = 12 WHERE seq = 15; UPDATE payloads SET seq = 15 WHERE seq = -1'));
    expect(verdict).toMatchObject({ kind: 'broken', seq: 12, what: 'payload-swapped', detail: expect.stringContaining('entry 15') });
  });
  it('a payload that is gone without an erasure', async () => {
    expect(await after((db) => db.exec('DELETE FROM payloads WHERE seq = 12'))).toMatchObject({ kind: 'broken', seq: 12, what: 'payload-missing', trustworthyBelow: 12 });
    expect(await after((db) => db.exec('DELETE FROM payloads WHERE seq = 12; INSERT INTO erased (seq, event) VALUES (12, 30)'))).toMatchObject({ kind: 'broken', seq: 12, what: 'payload-missing' });
  });
  it('the earlier of a missing payload and an edited header', async () => {
    const edit = `UPDATE entries SET header = replace(header, '"level":"info"', '"level":"warn"') WHERE seq = 20;`;
    expect(await after((db) => db.exec(`${edit} DELETE FROM payloads WHERE seq = 12`))).toMatchObject({ kind: 'broken', seq: 12, what: 'payload-missing' });
    expect(await after((db) => db.exec(`${edit} DELETE FROM payloads WHERE seq = 25`))).toMatchObject({ kind: 'broken', seq: 20, what: 'edited' });
  });
  it('a payload that was never recorded', async () => {
    expect(await after((db) => db.exec(`INSERT INTO payloads (seq, body, salt) SELECT ${count - 3} + 1, body, salt FROM payloads WHERE seq = 12 AND NOT EXISTS (SELECT 1 FROM payloads WHERE seq = ${count - 2})`))).toMatchObject({ kind: 'broken', seq: count - 2, what: 'edited' });
  });
  it('a removed entry', async () => {
    expect(await after((db) => deleteRow(db, 10))).toMatchObject({ kind: 'broken', seq: 10, what: 'removed', trustworthyBelow: 10, detail: 'entry 10 is gone' });
    expect(await after((db) => [10, 11, 12].forEach((seq) => deleteRow(db, seq)))).toMatchObject({ kind: 'broken', seq: 10, what: 'removed', detail: 'entries 10 to 12 are gone' });
    expect(await after((db) => deleteRow(db, 0))).toMatchObject({ kind: 'broken', seq: 0, what: 'removed', trustworthyBelow: 0 });
  });
  it('a removed entry with the rest moved up', async () => {
    const verdict = await after((db) => {
      deleteRow(db, 10);
      shift(db, 11, -1);
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'removed', detail: expect.stringContaining('moved up') });
  });
  it('an inserted entry that chains to the one before it', async () => {
    const verdict = await after((db) => {
      const { fields } = headerAt(db, 10);
      shift(db, 10, 1);
      const text = formatHeader({ ...fields, id: '018f0000-0000-7000-8000-00000000000f', payload: null });
      db.prepare('INSERT INTO entries (seq, header, hash) VALUES (10, ?, unhex(?))').run(text, hasher.chain(fields.prev, text));
      db.exec("INSERT INTO facts (seq, at_ms, category, level, action, actor, subject, id) SELECT 10, at_ms, category, level, action, actor, subject, unhex('018f0000000070008000' || '00000000000f') FROM facts WHERE seq = 11");
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'inserted' });
  });
  it('an inserted entry that does not even chain', async () => {
    const verdict = await after((db) => {
      shift(db, 10, 1);
      db.exec("INSERT INTO entries (seq, header, hash) VALUES (10, '{}', x'00')");
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'inserted', trustworthyBelow: 10 });
  });
  it('two entries that changed places', async () => {
    const verdict = await after((db) => {
      for (const table of ['entries', 'payloads', 'facts']) db.exec(`UPDATE ${table} SET seq = -1 WHERE seq = 10; UPDATE ${table} SET seq = 10 WHERE seq = 14; UPDATE ${table} SET seq = 14 WHERE seq = -1`);
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'reordered', trustworthyBelow: 10 });
  });
  it('an entry that was moved to the end', async () => {
    const verdict = await after((db) => {
      for (const table of ['entries', 'payloads', 'facts']) db.exec(`UPDATE ${table} SET seq = ${count} WHERE seq = 10`);
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'reordered' });
  });
  it('columns that list an entry under another actor, time or id than its header', async () => {
    for (const change of ['level = 5', 'at_ms = at_ms + 1', 'category = 1', 'action = 1', 'subject = NULL', "id = x'00'"]) {
      expect(await after((db) => db.exec(`UPDATE facts SET ${change} WHERE seq = 10`)), change).toMatchObject({ kind: 'broken', seq: 10, what: 'edited', detail: expect.stringContaining('columns') });
    }
    expect(await after((db) => db.exec('DELETE FROM facts WHERE seq = 10'))).toMatchObject({ kind: 'broken', seq: 10, what: 'edited' });
  });
  it('a name that is shown instead of the one introduced', async () => {
    expect(await after((db) => db.exec("UPDATE names SET name = 'mallory' WHERE name = 'ada'"))).toMatchObject({ kind: 'broken', what: 'edited', detail: expect.stringContaining('name shown') });
    expect(await after((db) => db.exec("INSERT INTO names (id, kind, name, introduced) VALUES ('s0000000000000000', 'subject', 'ghost', 3)"))).toMatchObject({ kind: 'broken', what: 'edited' });
  });
  it('a name that was wiped, at the entry that introduced it', async () => {
    expect(await after((db) => db.exec('UPDATE names SET name = NULL'))).toMatchObject({ kind: 'broken', seq: 0, what: 'edited', detail: expect.stringContaining('the name that entry 0 introduced') });
    expect(await after((db) => db.exec("UPDATE names SET name = NULL WHERE name = 'thing:1'"))).toMatchObject({ kind: 'broken', seq: 4, what: 'edited', trustworthyBelow: 4 });
  });
  it('the earlier of a wiped name and a missing payload', async () => {
    const wipe = "UPDATE names SET name = NULL WHERE name = 'thing:1';";
    expect(await after((db) => db.exec(`${wipe} DELETE FROM payloads WHERE seq = 12`))).toMatchObject({ kind: 'broken', seq: 4, what: 'edited' });
    expect(await after((db) => db.exec(`${wipe} DELETE FROM payloads WHERE seq = 3`))).toMatchObject({ kind: 'broken', seq: 3, what: 'payload-missing' });
  });
  it('a name that lists under another kind, or is said to come from another entry', async () => {
    expect(await after((db) => db.exec("UPDATE names SET kind = 'actor' WHERE name = 'thing:1'"))).toMatchObject({ kind: 'broken', seq: 4, what: 'edited' });
    expect(await after((db) => db.exec("UPDATE names SET introduced = 7 WHERE name = 'thing:1'"))).toMatchObject({ kind: 'broken', seq: 4, what: 'edited' });
    expect(await after((db) => db.exec("DELETE FROM names WHERE name = 'thing:1'"))).toMatchObject({ kind: 'broken', seq: 4, what: 'edited' });
    expect(await after((db) => db.exec("INSERT INTO names (id, kind, name, introduced) VALUES ('s0000000000000000', 'subject', NULL, 3)"))).toMatchObject({ kind: 'broken', what: 'edited' });
  });
  it('the record of another home', async () => {
    expect(await verifyFile(context(), { path: sound, origin: 'varve/another' }, () => undefined)).toMatchObject({ kind: 'broken', seq: 0, what: 'edited', trustworthyBelow: 0 });
  });
  it('an entry put in behind the last one, with the id of an earlier one', async () => {
    const verdict = await after((db) => {
      const previous = headerAt(db, count - 1);
      const again = headerAt(db, 10).fields;
      const text = formatHeader({ ...again, seq: count, prev: previous.hash, payload: null });
      db.prepare('INSERT INTO entries (seq, header, hash) VALUES (?, ?, unhex(?))').run(count, text, hasher.chain(previous.hash, text));
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: count, what: 'inserted' });
    const forced = await after((db) => {
      const previous = headerAt(db, count - 1);
      const again = headerAt(db, 10).fields;
      const text = formatHeader({ ...again, seq: count, prev: previous.hash, payload: null });
      db.prepare('INSERT INTO entries (seq, header, hash) VALUES (?, ?, unhex(?))').run(count, text, hasher.chain(previous.hash, text));
      db.exec(`DROP INDEX facts_id; INSERT INTO facts (seq, at_ms, category, level, action, actor, subject, id) SELECT ${count}, at_ms, category, level, action, actor, subject, id FROM facts WHERE seq = 10`);
    });
    expect(forced).toMatchObject({ kind: 'broken', seq: count, what: 'inserted', trustworthyBelow: count });
  });
  it('a cut end whose payloads were forgotten', async () => {
    expect(await after((db) => db.exec(`DELETE FROM entries WHERE seq >= 30`))).toMatchObject({ kind: 'broken', seq: 30, what: 'cut-off', trustworthyBelow: 30 });
  });
});

describe('a name that was erased', () => {
  it.each([
    ['an erasure', (seq: number) => ({ action: 'log.erasure', category: 'record' as const, payload: { seqs: [seq], reason: 'request', basis: 'LGPD 18 VI' } })],
    ['a retention', (seq: number) => ({ action: 'log.retention', category: 'record' as const, payload: { category: 'record', from: seq, to: seq, rule: 'test' } })]
  ])('is no break when %s names the entry that introduced it, with or without its payload', async (_name, eventFor) => {
    const path = folder.at('erased-name.db');
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const { log } = openTestLog({ files, path });
    const { seq } = log.append({ action: 'app.noted', category: 'note', subject: 'patient:7', payload: 1 });
    const introduced = seq - 1;
    const verdict = (): Promise<Verdict> => {
      log.checkpoints.sign();
      return verifyFile(context(), { path, origin, pins }, () => undefined);
    };
    const run = (sql: string): void => {
      const db = new BetterSqlite3(path);
      db.exec(sql);
      db.close();
    };
    run("UPDATE names SET name = NULL WHERE name = 'patient:7'");
    expect(await verdict()).toMatchObject({ kind: 'broken', seq: introduced, what: 'edited' });
    const event = log.append(eventFor(introduced)).seq;
    expect(await verdict()).toMatchObject({ kind: 'consistent', payloads: { erased: 0 } });
    run(`INSERT INTO erased (seq, event) VALUES (${introduced}, ${event}); DELETE FROM search WHERE rowid = ${introduced}; DELETE FROM payloads WHERE seq = ${introduced}`);
    expect(await verdict()).toMatchObject({ kind: 'consistent', payloads: { erased: 1 }, search: 'whole' });
    // The same name comes back under a new id.
    log.append({ action: 'app.noted', category: 'note', subject: 'patient:7', payload: 2 });
    expect(await verdict()).toMatchObject({ kind: 'consistent' });
    log.close();
  });
});

describe('the search index is no evidence', () => {
  it('is found whole in an untouched record', async () => expect(await after(() => undefined)).toMatchObject({ kind: 'consistent', search: 'whole' }));
  it.each([
    ['emptied', "INSERT INTO search (search) VALUES ('delete-all')"],
    ['without one entry', 'DELETE FROM search WHERE rowid = 12'],
    ['with an entry too many', "INSERT INTO search (rowid, action, body) VALUES (900, 'app.noted', '')"],
    ['gone', 'DROP TABLE search'],
    ['overwritten', "UPDATE search_data SET block = x'00'"]
  ])('%s is told apart: the record is consistent, the search incomplete', async (_name, sql) => {
    expect(await after((db) => db.unsafeMode(true).exec(sql))).toMatchObject({ kind: 'consistent', entries: count, search: 'incomplete' });
  });
});

/** The list of leaf hashes, 16 to a row. */
const readLeaves = (db: BetterSqlite3.Database): Buffer => Buffer.concat(db.prepare('SELECT hashes FROM leaves ORDER BY no').pluck().all() as Buffer[]);
const writeLeaves = (db: BetterSqlite3.Database, list: Buffer): void => {
  db.exec('DELETE FROM leaves');
  for (let no = 0; no * 512 < list.length; no++) db.prepare('INSERT INTO leaves (no, hashes) VALUES (?, ?)').run(no, list.subarray(no * 512, no * 512 + 512));
};
/** Takes the entries from `from` on out of every table, the list of hashes included. */
const cutAt = (db: BetterSqlite3.Database, from: number): void => {
  for (let seq = from; seq < count; seq++) deleteRow(db, seq);
  writeLeaves(db, readLeaves(db).subarray(0, from * 32));
};
/** Writes an entry anew with its chain hash and its leaf hash, and all after it. */
const rewriteFrom = (db: BetterSqlite3.Database, from: number): void => {
  let prev = headerAt(db, from).fields.prev;
  const list = readLeaves(db);
  for (let seq = from; seq < count; seq++) {
    const { fields } = headerAt(db, seq);
    const text = formatHeader({ ...fields, prev, ...(seq === from && { level: 'warn' }) });
    prev = hasher.chain(prev, text);
    db.prepare('UPDATE entries SET header = ?, hash = unhex(?) WHERE seq = ?').run(text, prev, seq);
    list.set(leafHash(text), seq * 32);
  }
  db.exec(`UPDATE facts SET level = 4 WHERE seq = ${from}`);
  writeLeaves(db, list);
};

describe('a checkpoint shows what the chain alone cannot', () => {
  it('an end cut off cleanly, out of every table', async () => {
    expect(await after((db) => cutAt(db, 30))).toMatchObject({ kind: 'broken', seq: 30, what: 'cut-off', trustworthyBelow: 0, restsOn: { kind: 'nothing' } });
  });
  it('an end cut off cleanly, but for the list of hashes: then the list still vouches for the rest', async () => {
    const verdict = await after((db) => {
      for (let seq = 30; seq < count; seq++) deleteRow(db, seq);
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: 30, what: 'cut-off', trustworthyBelow: 30, restsOn: { kind: 'list', size: count }, kinds: [{ what: 'cut-off', first: 30, count: count - 30 }] });
  });
  it('the last entry rewritten with its hash', async () => {
    const verdict = await after((db) => {
      const { fields } = headerAt(db, count - 1);
      const text = formatHeader({ ...fields, level: 'warn' });
      db.prepare('UPDATE entries SET header = ?, hash = unhex(?) WHERE seq = ?').run(text, hasher.chain(fields.prev, text), count - 1);
      db.exec(`UPDATE facts SET level = 4 WHERE seq = ${count - 1}`);
    });
    expect(verdict).toMatchObject({ kind: 'broken', seq: count - 1, what: 'edited', trustworthyBelow: count - 1 });
  });
  it('everything written anew from some entry on, hashes and list included', async () => {
    expect(await after((db) => rewriteFrom(db, 10))).toMatchObject({ kind: 'broken', seq: 0, what: 'edited', trustworthyBelow: 0, detail: expect.stringContaining('written anew') });
  });
  it('an older one narrows down where that began, and vouches for what lies before', async () => {
    const path = folder.at('two.db');
    const { log } = openTestLog({ files, path });
    for (let i = 0; i < 10; i++) log.append({ action: 'app.noted', category: 'note', payload: i });
    const { size } = log.checkpoints.sign();
    for (let i = 0; i < 10; i++) log.append({ action: 'app.noted', category: 'note', payload: i });
    log.checkpoints.sign();
    log.close();
    const db = new BetterSqlite3(path);
    for (const trigger of triggers) db.exec(`DROP TRIGGER ${trigger}`);
    const before = count;
    count = size + 10;
    rewriteFrom(db, size + 3);
    count = before;
    db.close();
    expect(await verifyFile(context(), { path, origin, pins }, () => undefined)).toMatchObject({ kind: 'broken', seq: size, what: 'edited', trustworthyBelow: size, restsOn: { kind: 'checkpoint', size } });
  });
  it('a list of hashes that was changed under entries that are all as they were sealed', async () => {
    const verdict = await after((db) => writeLeaves(db, readLeaves(db).fill(0, 320, 352)));
    expect(verdict).toMatchObject({ kind: 'broken', seq: 10, what: 'edited', trustworthyBelow: count, restsOn: { kind: 'checkpoint', size: count }, detail: expect.stringContaining('list of hashes') });
  });
});

describe('no evidence is a failure', () => {
  const missing = expect.objectContaining({ code: 'EVIDENCE_MISSING' });
  it('when the file is missing or empty', async () => {
    await expect(verifyFile(context(), { path: folder.at('nowhere.db'), origin }, () => undefined)).rejects.toEqual(missing);
    writeFileSync(folder.at('empty.db'), '');
    await expect(verifyFile(context(), { path: folder.at('empty.db'), origin }, () => undefined)).rejects.toEqual(missing);
  });
  it('when the record has no entries, or does not begin with the making of its home', async () => {
    const path = folder.at('begin.db');
    const { log } = openTestLog({ files, path, begin: false });
    await expect(log.verify({})).rejects.toEqual(missing);
    expect(log.verifyState()).toMatchObject({ verdict: null, at: null, entries: 0, running: false });
    log.append({ action: 'app.x', category: 'app' });
    await expect(log.verify({})).rejects.toEqual(missing);
    log.close();
    await expect(after((db) => ['entries', 'payloads', 'facts', 'leaves', 'tiles', 'checkpoints'].forEach((table) => db.exec(`DELETE FROM ${table}`)))).rejects.toEqual(missing);
  });
  it('when no checkpoint was ever signed, or every one was taken away; but damage is said first', async () => {
    await expect(after((db) => db.exec('DELETE FROM checkpoints'))).rejects.toMatchObject({ code: 'EVIDENCE_MISSING', data: { what: expect.stringContaining('never sealed') } });
    await expect(after((db) => db.exec('DROP TABLE checkpoints'))).rejects.toEqual(missing);
    expect(await after((db) => db.exec(`DELETE FROM checkpoints; UPDATE payloads SET body = '1' WHERE seq = 12`))).toMatchObject({ kind: 'broken', seq: 12, trustworthyBelow: 0, restsOn: { kind: 'nothing' } });
  });
  it('and a checkpoint without the entries that it covers is an end cut off', async () => {
    expect(await after((db) => ['entries', 'payloads', 'facts', 'leaves', 'tiles'].forEach((table) => db.exec(`DELETE FROM ${table}`)))).toMatchObject({ kind: 'broken', seq: 0, what: 'cut-off' });
  });
});

describe('a damaged file', () => {
  it.each([
    ['that is not a database', (bytes: Buffer) => bytes.fill(0x41, 0, 100)],
    ['cut in the middle', (bytes: Buffer) => bytes.subarray(0, 20_000)],
    ['overwritten from the second page on', (bytes: Buffer) => bytes.fill(0xff, 4096)]
  ])('%s is unreadable, never a pass', async (_name, damage) => {
    const path = folder.at('damaged.db');
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    writeFileSync(path, damage(readFileSync(sound)));
    const verdict = await verifyFile(context(), { path, origin, pins }, () => undefined);
    expect(verdict).toMatchObject({ kind: 'broken', what: 'unreadable' });
  });

  it('with one flipped bit is broken, or still says exactly what was recorded (seed 2026)', async () => {
    const bytes = readFileSync(sound);
    const content = (path: string): unknown => {
      const db = new BetterSqlite3(path, { readonly: true });
      try {
        return [db.prepare('SELECT seq, hash, header FROM entries ORDER BY seq').all(), db.prepare('SELECT seq, body, salt FROM payloads ORDER BY seq').all()];
      } finally {
        db.close();
      }
    };
    const original = JSON.stringify(content(sound));
    const random = createSeededRandom(2026);
    const path = folder.at('flipped.db');
    let broken = 0;
    for (let i = 0; i < 250; i++) {
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
      const at = Buffer.from(random.bytes(4)).readUInt32LE() % bytes.length;
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (i % 8));
      writeFileSync(path, flipped);
      const outcome = await verifyFile(context(), { path, origin, pins }, () => undefined).catch((error: { code?: string }) => ({ kind: error.code ?? String(error) }));
      if (outcome.kind === 'consistent') expect(JSON.stringify(content(path)), `byte ${at}`).toBe(original);
      else {
        expect(['broken', 'HOME_TOO_NEW', 'EVIDENCE_MISSING'], `byte ${at}: ${JSON.stringify(outcome)}`).toContain(outcome.kind);
        broken += 1;
      }
    }
    expect(broken).toBeGreaterThan(30);
  });
});

describe('a verification that runs', () => {
  let log: EventLog;
  it('remembers its verdict and records it as an event that is not yet verified', async () => {
    ({ log } = openTestLog({ files, path: folder.at('running.db') }));
    log.checkpoints.sign();
    const progress: number[] = [];
    const verdict = await log.verify({ onProgress: ({ entriesDone }) => progress.push(entriesDone) });
    expect(progress.at(-1)).toBe(2);
    const at = '2026-11-21T00:00:00.000Z';
    expect(log.verifyState()).toEqual({ verdict, at, entries: 3, running: false, full: { at, entries: 2 }, newer: null, anchored: null, failure: null });
    expect(log.list({ filter: { action: 'log.verified' } }).entries[0]?.payload).toMatchObject({ verdict: 'consistent', entries: 2, checkpoint: 2, readFrom: 0 });
    log.close();
  });
  it('can be cancelled', async () => {
    ({ log } = openTestLog({ files, path: folder.at('cancelled.db'), clock: createTestClock() }));
    for (let i = 0; i < 5; i++) log.appendMany(Array.from({ length: 1000 }, (_, n) => ({ action: 'app.x', category: 'app', payload: n }) as const));
    const stop = new AbortController();
    const running = log.verify({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(log.verifyState()).toMatchObject({ verdict: null, running: false });
    await expect(log.verify({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    log.close();
  });
  it('still reads a verdict from before there were checkpoints', () => {
    ({ log } = openTestLog({ files, path: folder.at('old-state.db') }));
    const db = new BetterSqlite3(folder.at('old-state.db'));
    const old = { kind: 'consistent', entries: 2, head: 'f'.repeat(64), payloads: { intact: 2, locked: 0, erased: 0, none: 0 }, search: 'whole' };
    db.prepare('INSERT INTO verification (only, verdict, at) VALUES (1, ?, ?)').run(JSON.stringify(old), '2026-11-20T00:00:00.000Z');
    db.close();
    expect(log.verifyState()).toMatchObject({ verdict: old, at: '2026-11-20T00:00:00.000Z', full: null });
    log.close();
  });
  it('does not take a broken stored verdict for one', () => {
    ({ log } = openTestLog({ files, path: folder.at('state.db') }));
    const db = new BetterSqlite3(folder.at('state.db'));
    db.exec("INSERT INTO verification (only, verdict, at) VALUES (1, '{}', 'x')");
    db.close();
    expect(log.verifyState()).toMatchObject({ verdict: null, at: null });
    log.close();
  });
});
