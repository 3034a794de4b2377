// One copy of one database, when something goes wrong on the way.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../../adapters/clock.ts';
import { createNodeFiles } from '../../../../adapters/files.ts';
import type { Files } from '../../../ports.ts';
import { copyDatabase } from './copy.ts';
import { decodeRecord, encodeRecord } from './record.ts';

const files = createNodeFiles();
const clock = createSystemClock();
let folder: string;
let target: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-copy-'));
  mkdirSync(join(folder, 'copies'));
  target = join(folder, 'copies', 'copy');
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (name: string, mode: string): string => {
  const path = join(folder, name);
  const db = new Sqlite(path);
  db.pragma(`journal_mode = ${mode}`);
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, text BLOB)');
  db.exec('WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) INSERT INTO t SELECT n, randomblob(3000) FROM c');
  db.close();
  return path;
};
const copy = (path: string, more: { files?: Files; signal?: AbortSignal } = {}) => copyDatabase({ files, clock, signal: new AbortController().signal, ...more }, path, target);

describe('a copy of a database', () => {
  it.each(['wal', 'delete'])('leaves nothing behind when the person cancels (%s)', async (mode) => {
    const path = make('a.db', mode);
    const stop = new AbortController();
    const stopping: Files = { ...files, read: (...all) => (stop.abort(), files.read(...all)) };
    await expect(copy(path, { files: stopping, signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(join(folder, 'copies'))).toEqual([]);
  });

  it('is given up with a reason, and nothing is left, when the disk is full', async () => {
    const full: Files = { ...files, write: () => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }); } };
    expect(await copy(make('a.db', 'wal'), { files: full })).toEqual({ reason: 'there was no space for a copy' });
    expect(readdirSync(join(folder, 'copies'))).toEqual([]);
  });

  it('is never of another file that takes the place of the first', async () => {
    const path = make('a.db', 'delete');
    make('b.db', 'delete');
    let swapped = 0;
    const swapping: Files = {
      ...files,
      lstat: (asked) => {
        const stat = files.lstat(asked);
        // What it is asked for again after the copy is another file each time.
        return stat && asked === path ? { ...stat, inode: stat.inode + BigInt(swapped++) } : stat;
      }
    };
    expect(await copy(path, { files: swapping })).toEqual({ reason: 'changed while it was copied' });
    expect(readdirSync(join(folder, 'copies'))).toEqual([]);
  });

  it('is not tried for a name SQLite cannot be told', async () => {
    expect(await copy(join(folder, 'odd\udcff.db'))).toEqual({ reason: 'its name is not plain text' });
    expect(await copy(join(folder, 'space.db '))).toEqual({ reason: 'its name is not plain text' });
  });

  it('has the pages of the database, and knows it by what it was', async () => {
    const path = make('a.db', 'wal');
    await new Promise((resolve) => setTimeout(resolve, 120));
    const stat = files.lstat(path);
    expect(await copy(path)).toEqual({ path: target, file: { size: stat?.size, mtimeNs: stat?.mtimeNs, ctimeNs: stat?.ctimeNs, inode: stat?.inode }, wal: undefined });
    const db = new Sqlite(target, { readonly: true });
    expect([db.pragma('integrity_check', { simple: true }), db.prepare('SELECT count(*) FROM t').pluck().get()]).toEqual(['ok', 3000]);
    db.close();
  });
});

describe('the note of databases in a snapshot', () => {
  it('comes back as it was written, and is nothing when it is anything else', () => {
    const file = { size: 4096, mtimeNs: -5n, ctimeNs: 1_764_000_000_123_456_789n, inode: 2n ** 63n };
    const record = new Map([['/b \udcff', { file, wal: undefined }], ['/a', { file: undefined, wal: undefined }]]);
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
    for (const hostile of ['', '[]', '{"databases":7}', '{"databases":[{"path":"/a","file":{"size":"1"},"wal":null}]}', '{"databases":[null]}', '{"databases":[{"path":"/a","file":{"size":1,"mtimeNs":"1e9","ctimeNs":"1","inode":"1"},"wal":null}]}']) expect(decodeRecord(Buffer.from(hostile)).size, hostile).toBe(0);
  });
});

/** A database with a hot journal whose end names another file, as that of a transaction over several databases does. SQLite removes that file once it has rolled back. */
function plantJournal(path: string, named: string): void {
  const db = new Sqlite(path);
  db.exec('PRAGMA journal_mode = DELETE; CREATE TABLE t (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT hex(randomblob(400)) FROM n');
  db.exec('PRAGMA cache_size = 5; PRAGMA cache_spill = 1; BEGIN; UPDATE t SET a = a || 1');
  const [database, journal] = [readFileSync(path), readFileSync(`${path}-journal`)];
  db.exec('ROLLBACK');
  db.close();
  const name = Buffer.from(named);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(name.length, 0);
  numbers.writeUInt32BE(name.reduce((sum, byte) => (sum + ((byte << 24) >> 24)) >>> 0, 0), 4);
  const pending = Buffer.alloc(4);
  pending.writeUInt32BE(Math.floor(0x40000000 / 4096) + 1, 0);
  writeFileSync(path, database);
  writeFileSync(`${path}-journal`, Buffer.concat([journal, pending, name, numbers, Buffer.from('d9d505f920a163d7', 'hex')]));
}

it('never lets a journal that names another file near SQLite, which removes such a file when it has rolled back', async () => {
  const [path, victim] = [join(folder, 'a.db'), join(folder, 'years of work')];
  writeFileSync(victim, 'irreplaceable');
  plantJournal(path, victim);
  const past = Date.now() / 1000 - 100;
  for (const each of [path, `${path}-journal`]) utimesSync(each, past, past);
  const found = await copy(path);
  expect(existsSync(victim)).toBe(true);
  expect(found).toEqual({ reason: 'its journal belongs to several databases' });
  expect(readdirSync(folder).sort()).toEqual(['a.db', 'a.db-journal', 'copies', 'years of work']);
  expect(readdirSync(join(folder, 'copies'))).toEqual([]);
});
