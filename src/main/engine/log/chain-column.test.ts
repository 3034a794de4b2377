// A log from before chain hashes were bytes: it is verified and read as it lies, and is the same record after it was brought up to date.
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../store/testing.ts';
import type { EventLog } from './index.ts';
import { createTestKeys, openTestLog } from './testing.ts';
import { verifyAt } from './verify/testing/tampered.ts';

const files = createNodeFiles();
const home = [createTestKeys().pinned()[0] as Uint8Array];
let folder: TestFolder;
let path: string;
let origin: string;
let before: ReturnType<typeof seen>;

const seen = (log: EventLog): { entries: unknown[]; found: number[] } => ({
  entries: [0, 7, 20].map((seq) => log.show(seq)),
  found: log.list({ filter: { text: 'titration' } }).entries.map(({ seq }) => seq)
});

function onFile<T>(work: (db: BetterSqlite3.Database) => T): T {
  const db = new BetterSqlite3(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const hashType = (): unknown => onFile((db) => db.prepare("SELECT type FROM pragma_table_info('entries') WHERE name = 'hash'").pluck().get());

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  const { log } = openTestLog({ files, path });
  for (let i = 0; i < 30; i++) log.append({ action: 'app.noted', category: 'note', subject: `s${i % 3}`, payload: { step: i % 4 === 0 ? 'titration' : 'washing' } });
  log.checkpoints.sign();
  ({ origin } = log);
  before = seen(log);
  log.close();
  onFile((db) => {
    // As version 6 had it: hex, and the same view and triggers.
    const around = db.prepare("SELECT name, type, sql FROM sqlite_schema WHERE name = 'words' OR (type = 'trigger' AND sql LIKE '%entries%')").all() as { name: string; type: string; sql: string }[];
    for (const { name, type } of around) db.exec(`DROP ${type} ${name}`);
    db.exec(`CREATE TABLE older (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, header TEXT NOT NULL) STRICT;
      INSERT INTO older SELECT seq, lower(hex(hash)), header FROM entries; DROP TABLE entries; ALTER TABLE older RENAME TO entries;
      DELETE FROM schema_migrations WHERE version = 7;`);
    for (const { sql } of around) db.exec(sql);
  });
});
afterEach(() => folder.remove());

it('is verified as it lies, and an edited hash is named', async () => {
  expect(hashType()).toBe('TEXT');
  expect(await verifyAt(path, { origin, home, mode: 'full' })).toMatchObject({ kind: 'consistent' });
  expect(hashType()).toBe('TEXT');
  onFile((db) => db.exec('DROP TRIGGER entries_are_not_changed; UPDATE entries SET hash = replace(hash, substr(hash, 1, 1), \'-\') WHERE seq = 9'));
  expect(await verifyAt(path, { origin, home, mode: 'full' })).toMatchObject({ kind: 'broken', seq: 9, what: 'edited' });
  // Bringing it up to date heals nothing.
  openTestLog({ files, path, begin: false }).log.close();
  expect(await verifyAt(path, { origin, home, mode: 'full' })).toMatchObject({ kind: 'broken', seq: 9, what: 'edited' });
});

it('is the same record afterwards, goes on, and is guarded as before', async () => {
  const { log } = openTestLog({ files, path, begin: false });
  expect(hashType()).toBe('BLOB');
  expect(seen(log)).toEqual(before);
  const last = log.head();
  log.append({ action: 'app.noted', category: 'note', payload: { step: 'titration' } });
  expect(log.entries()).toBe((last?.seq ?? 0) + 2);
  log.checkpoints.sign();
  log.close();
  expect(await verifyAt(path, { origin, home, mode: 'full' })).toMatchObject({ kind: 'consistent' });
  for (const sql of ["UPDATE entries SET header = '' WHERE seq = 3", 'DELETE FROM entries WHERE seq = 3', 'DELETE FROM payloads WHERE seq = 5']) expect(() => onFile((db) => db.exec(sql)), sql).toThrow(/cannot be|only when/);
});
