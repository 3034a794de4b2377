// One copy of one database, when something goes wrong on the way.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
