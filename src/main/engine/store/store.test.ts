import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { mergeMigrations, openDatabase, sweepMigrationCopies, type Database, type Migration } from './index.ts';
import { listMigrationCopies } from './copies.ts';
import { stateMigrations } from '../state-migrations.ts';
import { createTestFolder, type TestFolder } from './testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let path: string;
const opened: Database[] = [];

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('state.db');
});
afterEach(() => {
  for (const db of opened.splice(0)) if (db.open) db.close();
  folder.remove();
});

const first: Migration = { version: 1, up: (db) => db.exec('CREATE TABLE things (name TEXT) STRICT') };
const second: Migration = { version: 2, up: (db) => db.exec("ALTER TABLE things ADD COLUMN size INTEGER; INSERT INTO things VALUES ('new', 1)") };
const open = (migrations: readonly Migration[], more: Partial<Parameters<typeof openDatabase>[0]> = {}): Database => {
  const db = openDatabase({ path, files, migrations, kind: 'state', busyMs: 50, ...more });
  opened.push(db);
  return db;
};
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('opening', () => {
  it('makes a private file, in folders that did not exist', () => {
    path = folder.at('deep/home/state.db');
    open([first]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
  it('sets what evidence needs', () => {
    const db = open([first], { kind: 'log' });
    const pragma = (name: string) => db.raw.pragma(name, { simple: true });
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('secure_delete')).toBe(1);
    expect(pragma('trusted_schema')).toBe(0);
  });
  it('read-only never makes, migrates or changes a file', () => {
    expect(() => open([first], { readOnly: true })).toThrow(code('PATH_MISSING'));
    expect(existsSync(path)).toBe(false);
    open([first]).close();
    const db = open([first, second], { readOnly: true });
    expect(db.prepare('SELECT count(*) AS columns FROM pragma_table_info(\'things\')').get()).toEqual({ columns: 1 });
    expect(() => db.exec('DROP TABLE things')).toThrow(code('NOT_WRITABLE'));
  });
  it.each([
    ['state', 'HOME_DAMAGED'],
    ['log', 'LOG_DAMAGED']
  ] as const)('of a %s file that is no database fails as %s and names the file', (kind, expected) => {
    writeFileSync(path, 'this is not a database, whatever its name says. '.repeat(100));
    const before = readFileSync(path);
    expect(() => open([first], { kind })).toThrow(code(expected));
    expect(() => open([first], { kind })).toThrow(path);
    expect(readFileSync(path)).toEqual(before);
  });
  it('refuses a database that is not Varve\'s and leaves it alone', () => {
    const other = new BetterSqlite3(path);
    other.exec('CREATE TABLE precious (x)');
    other.close();
    expect(() => open([first])).toThrow(code('HOME_DAMAGED'));
    const again = new BetterSqlite3(path);
    expect(again.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['precious']);
    again.close();
  });
  it('reports damage found while reading with the file\'s name', () => {
    const db = open([first]);
    const insert = db.prepare('INSERT INTO things (name) VALUES (?)');
    db.transaction(() => {
      for (let i = 0; i < 2000; i++) insert.run('x'.repeat(100));
    });
    db.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096 * 4);
    writeFileSync(path, bytes);
    const broken = open([first]);
    expect(() => broken.prepare('SELECT sum(length(name)) FROM things').get()).toThrow(code('HOME_DAMAGED'));
    expect(() => [...broken.prepare('SELECT name FROM things').iterate()]).toThrow(code('HOME_DAMAGED'));
  });
  it('waits its time for another writer, then says that the home is busy', () => {
    const db = open([first]);
    const other = new BetterSqlite3(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => db.transaction(() => 1)).toThrow(code('HOME_BUSY'));
    other.exec('ROLLBACK');
    expect(db.transaction(() => 1)).toBe(1);
    other.close();
  });
});

describe('transactions', () => {
  it('keep all or nothing, also inside each other', () => {
    const db = open([first]);
    const insert = db.prepare('INSERT INTO things (name) VALUES (?)');
    expect(() =>
      db.transaction(() => {
        insert.run('a');
        throw new Error('stop');
      })
    ).toThrow('stop');
    db.transaction(() => {
      insert.run('b');
      expect(() =>
        db.transaction(() => {
          insert.run('c');
          throw new Error('inner');
        })
      ).toThrow('inner');
      insert.run('d');
    });
    expect(db.prepare('SELECT name FROM things').all()).toEqual([{ name: 'b' }, { name: 'd' }]);
  });
  it('refuse to wait for a promise, and undo what it did', () => {
    const db = open([first]);
    expect(() =>
      db.transaction(async () => {
        db.prepare("INSERT INTO things (name) VALUES ('a')").run();
      })
    ).toThrow(TypeError);
    expect(db.prepare('SELECT count(*) AS n FROM things').get()).toEqual({ n: 0 });
    expect(db.raw.inTransaction).toBe(false);
  });
});

describe('migrations', () => {
  it('run in order, once, and keep a copy of the file as it was, with what was only in the -wal', () => {
    const db = open([first]);
    db.prepare("INSERT INTO things (name) VALUES ('old')").run();
    const seen: unknown[] = [];
    // The first connection stays open with a reader, so that the -wal cannot be taken in before the copy.
    db.exec('BEGIN; SELECT * FROM things');
    const migrated = open([first, second], { onMigrated: (applied, copy) => seen.push(applied, copy) });
    db.exec('COMMIT');
    expect(migrated.prepare('SELECT name, size FROM things').all()).toEqual([{ name: 'old', size: null }, { name: 'new', size: 1 }]);
    const copies = listMigrationCopies(files, path);
    const main = copies.find((copy) => !copy.endsWith('-wal')) ?? '';
    expect(seen).toEqual([[2], main]);
    const copy = new BetterSqlite3(main);
    expect(copy.prepare('SELECT * FROM things').all()).toEqual([{ name: 'old' }]);
    copy.close();
    open([first, second], { onMigrated: () => seen.push('again') });
    expect(seen).toHaveLength(2);
  });
  it('that fail leave the file as it was', () => {
    open([first]).close();
    const failing: Migration = { version: 3, up: (db) => db.exec('CREATE TABLE more (x); SELECT nonsense()') };
    expect(() => open([first, second, failing])).toThrow(/nonsense/);
    const db = open([first]);
    expect(db.prepare('SELECT * FROM things').all()).toEqual([]);
    expect(db.prepare('SELECT version FROM schema_migrations').all()).toEqual([{ version: 1 }]);
  });
  it('of a new file keep no copy', () => {
    open([first, second]);
    expect(listMigrationCopies(files, path)).toEqual([]);
  });
  it('refuse a newer file, writing nothing', () => {
    open([first, second]).close();
    const before = readFileSync(path);
    expect(() => open([first])).toThrow(expect.objectContaining({ code: 'HOME_TOO_NEW', data: { path, schema: 2, known: 1 } }));
    expect(() => open([first], { readOnly: true })).toThrow(code('HOME_TOO_NEW'));
    expect(readFileSync(path)).toEqual(before);
  });
  it('of a domain that comes later are applied though their numbers are lower', () => {
    const late: Migration = { version: 40, up: (db) => db.exec('CREATE TABLE late (x)') };
    open([first, late]).close();
    expect(open([first, second, late]).prepare('SELECT version FROM schema_migrations ORDER BY version').all()).toEqual([{ version: 1 }, { version: 2 }, { version: 40 }]);
  });
  it('with one number twice are a fault of the program', () => expect(() => mergeMigrations([first], [{ ...second, version: 1 }])).toThrow(TypeError));
  it('of all domains make one state.db', () => expect(() => open(stateMigrations)).not.toThrow());
});

describe('copies kept before a migration', () => {
  const day = 24 * 3600 * 1000;
  beforeEach(() => {
    open([first]).close();
    open([first, second]).close();
    copyFileSync(path, folder.at('other.db.before-1-01234567'));
    writeFileSync(folder.at('state.db.before-lunch'), 'mine');
  });
  it('stay for seven days while the new file is not verified', () => {
    const [copy = ''] = listMigrationCopies(files, path);
    expect(sweepMigrationCopies({ files, path, nowMs: Date.now() + 6 * day, verified: false })).toEqual([]);
    utimesSync(copy, new Date(Date.now() - 8 * day), new Date(Date.now() - 8 * day));
    expect(sweepMigrationCopies({ files, path, nowMs: Date.now(), verified: false })).toEqual([copy]);
  });
  it('go once it is verified, and nothing else goes', () => {
    expect(sweepMigrationCopies({ files, path, nowMs: Date.now(), verified: true })).toHaveLength(1);
    expect(readdirSync(folder.path).sort()).toEqual(['other.db.before-1-01234567', 'state.db', 'state.db.before-lunch']);
    expect(sweepMigrationCopies({ files, path: folder.at('nowhere/state.db'), nowMs: 0, verified: true })).toEqual([]);
  });
});
