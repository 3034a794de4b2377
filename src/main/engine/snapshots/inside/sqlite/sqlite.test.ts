// Databases by table and row: what is reported, put onto the first database, gives the second; hostile ones harm nothing and end.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideFacts, InsideRow } from '../../../../../contract/inside.ts';
import { hasProgram } from '../../testing/make-tree.ts';
import { lookInside, type Looked } from '../../testing/looking-inside.ts';
import { temporaryFolder } from '../../testing/workshop.ts';

type SqliteFacts = Extract<InsideFacts, { kind: 'sqlite' }>;
type RecordRow = Extract<InsideRow, { row: 'record' }>;
const runs = process.env['VARVE_LONG'] === '1' ? 1000 : 60;

function database(sql: string): Buffer {
  const db = new Sqlite(':memory:');
  db.exec(sql);
  const bytes = db.serialize();
  db.close();
  return bytes;
}
const look = (a: Buffer, b: Buffer): Promise<Looked> => lookInside({ name: 'a.db', bytes: a }, { name: 'a.db', bytes: b });
const tablesOf = ({ facts }: Looked): SqliteFacts['tables'] => (facts as SqliteFacts).tables;

/** Writes what was found as SQL, runs it on the first, and reads all rows in order. */
function applied(a: Buffer, found: Looked, table: string, keyColumns: readonly string[]): unknown[] {
  const db = new Sqlite(Buffer.from(a));
  const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const where = (row: RecordRow): string => {
    if (keyColumns.length === 0) return `rowid = ${row.key}`;
    return keyColumns.map((column, i) => `${name(column)} IS ${(row.key as string).split(', ')[i]}`).join(' AND ');
  };
  for (const row of found.list as RecordRow[]) {
    if (row.change === 'removed') db.exec(`DELETE FROM ${name(table)} WHERE ${where(row)}`);
    else if (row.change === 'changed') db.exec(`UPDATE ${name(table)} SET ${row.cells.map(({ column, after }) => `${name(column)} = ${after}`).join(', ')} WHERE ${where(row)}`);
  }
  for (const row of found.list as RecordRow[]) {
    const rowid = keyColumns.length === 0 ? [['rowid', row.key]] : [];
    const cells = [...rowid, ...row.cells.map(({ column, after }) => [name(column), after])];
    if (row.change === 'added') db.exec(`INSERT INTO ${name(table)} (${cells.map(([column]) => column).join(', ')}) VALUES (${cells.map(([, value]) => value).join(', ')})`);
  }
  const rows = all(db, table);
  db.close();
  return rows;
}

function all(db: Sqlite.Database, table: string): unknown[] {
  return db.prepare(`SELECT * FROM "${table}"`).raw().all().map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).sort();
}

const value = fc.oneof(fc.constantFrom('NULL', "''", "'it''s'", "'é日'", '1.5', '-2.0', "X'00ff'", "X''", '9007199254740993'), fc.integer({ min: -9, max: 9 }).map(String));

describe('databases by row', () => {
  it.each([
    ['by a primary key of numbers', 'CREATE TABLE t (id INTEGER PRIMARY KEY, x, y)', ['id'], fc.integer({ min: -5, max: 40 }).map(String)],
    ['by a primary key of two texts', 'CREATE TABLE t (id TEXT, x TEXT, y, PRIMARY KEY (id, x))', ['id', 'x'], fc.constantFrom("'a'", "'B'", "'é'", "'𝛼'", "'\uffff'", "''", "'aa'")],
    ['without row numbers', 'CREATE TABLE t (id, x, y, PRIMARY KEY (id)) WITHOUT ROWID', ['id'], fc.constantFrom('1', '2.5', "'a'", "'\u{10000}'", "'\uffee'", "X'01'", "X''", '-3')],
    ['by the row’s own number', 'CREATE TABLE t (id, x, y)', [], value]
  ] as const)('give the second when their changes are put onto the first, %s', async (_, create, key, keyValue) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(keyValue, value, value), { maxLength: 12 }), fc.array(fc.tuple(keyValue, value, value), { maxLength: 12 }), async (a, b) => {
        // A text key may not be NULL, or rows could not be told apart by SQL.
        const insert = (rows: readonly (readonly string[])[]): string => rows.map(([id, x, y]) => `INSERT OR REPLACE INTO t VALUES (${id}, ${key.length === 2 && x === 'NULL' ? "'n'" : x}, ${y});`).join('\n');
        const [before, after] = [database(`${create}; ${insert(a)}`), database(`${create}; ${insert(b)}`)];
        const found = await look(before, after);
        expect(tablesOf(found)).toMatchObject([{ name: 't', key, why: null }]);
        const db = new Sqlite(after);
        expect(applied(before, found, 't', key)).toEqual(all(db, 't'));
        db.close();
      }),
      { numRuns: runs }
    );
  });

  it('tell what changed in the schema, new and dropped tables, and a column that came', async () => {
    const found = await look(database("CREATE TABLE a (id INTEGER PRIMARY KEY, x); INSERT INTO a VALUES (1, 'p'), (2, 'q'); CREATE TABLE gone (x); INSERT INTO gone VALUES (7); CREATE VIEW v AS SELECT 1"), database("CREATE TABLE a (id INTEGER PRIMARY KEY, x, y); INSERT INTO a VALUES (1, 'p', NULL), (2, 'q', 5); CREATE TABLE new (x); CREATE INDEX i ON new (x)"));
    expect(found.facts).toMatchObject({ added: 0, removed: 1, changed: 1, schemaChanges: 5, tableCount: 3 });
    expect(found.list.filter(({ row }) => row === 'schema').map((row) => (row.row === 'schema' ? `${row.change} ${row.type} ${row.name}` : ''))).toEqual(['added index i', 'changed table a', 'removed table gone', 'added table new', 'removed view v']);
    expect(found.list).toContainEqual({ row: 'record', change: 'changed', table: 'a', key: '2', beforeRow: null, afterRow: null, cells: [{ column: 'y', before: null, after: '5' }], cut: false });
    expect(tablesOf(found).map(({ name, state }) => [name, state])).toEqual([['a', 'changed'], ['gone', 'removed'], ['new', 'added']]);
  });

  it('are read with the -wal that lies beside them', async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 'w.db');
    const db = new Sqlite(path);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (1, 1)');
    db.pragma('wal_checkpoint(TRUNCATE)');
    const before = readFileSync(path);
    db.exec('INSERT INTO t VALUES (2, 2)');
    const [after, wal] = [readFileSync(path), readFileSync(`${path}-wal`)];
    db.close();
    folder.remove();
    expect(await lookInside({ name: 'w.db', bytes: before }, { name: 'w.db', bytes: after, wal })).toMatchObject({ facts: { kind: 'sqlite', added: 1, after: { wal: true } }, list: [{ change: 'added', key: '2' }] });
  });

  it.skipIf(!hasProgram('sqlite3'))('have the rows that the sqlite3 program lists', async () => {
    const folder = temporaryFolder();
    const make = (skip: number): Buffer => database(`CREATE TABLE t (id INTEGER PRIMARY KEY, x); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) INSERT INTO t SELECT n, n % ${skip} FROM c WHERE n % ${skip} <> 1`);
    const [a, b] = [make(7), make(11)];
    writeFileSync(join(folder.path, 'a'), a);
    writeFileSync(join(folder.path, 'b'), b);
    const sql = (question: string): number => Number(execFileSync('sqlite3', [join(folder.path, 'a'), `ATTACH '${join(folder.path, 'b')}' AS o; ${question}`], { encoding: 'utf8' }));
    const found = await look(a, b);
    expect(found.facts).toMatchObject({
      added: sql('SELECT count(*) FROM o.t WHERE id NOT IN (SELECT id FROM main.t)'),
      removed: sql('SELECT count(*) FROM main.t WHERE id NOT IN (SELECT id FROM o.t)'),
      changed: sql('SELECT count(*) FROM main.t m JOIN o.t n USING (id) WHERE m.x IS NOT n.x')
    });
    folder.remove();
  });
});

describe('hostile databases', () => {
  it('evaluate nothing: no virtual table, no generated column, no view, no trigger', async () => {
    const make = (x: number): Buffer => database(`CREATE TABLE t (id INTEGER PRIMARY KEY, x, big GENERATED ALWAYS AS (zeroblob(50000000)) VIRTUAL); INSERT INTO t (x) VALUES (${x}); CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT * FROM c; CREATE VIRTUAL TABLE f USING fts5(words); INSERT INTO f VALUES ('w${x}')`);
    const found = await look(make(1), make(2));
    expect(tablesOf(found)).toContainEqual(expect.objectContaining({ name: 'f', state: 'not-compared', why: 'virtual' }));
    expect(found.list).toContainEqual(expect.objectContaining({ table: 't', cells: [{ column: 'x', before: '1', after: '2' }] }));
    expect(JSON.stringify(found.list).length).toBeLessThan(100_000);
  });

  it('that are damaged anywhere are told as damaged, or compared byte by byte, and end', async () => {
    const good = database('CREATE TABLE t (id INTEGER PRIMARY KEY, x); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) INSERT INTO t SELECT n, hex(n) FROM c');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.oneof(fc.nat(200), fc.nat(good.length - 1)), fc.nat(255)), { minLength: 1, maxLength: 20 }), async (flips) => {
        const bad = Buffer.from(good);
        for (const [at, byte] of flips) bad[at] = byte;
        expect(['sqlite', 'bytes']).toContain((await look(good, bad)).facts.kind);
      }),
      { numRuns: Math.ceil(runs / 3) }
    );
  });

  it('whose pages lead back to one before them stop at the first row that is out of order', async () => {
    const good = database("CREATE TABLE t (id INTEGER PRIMARY KEY, x); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000) INSERT INTO t SELECT n, 'row ' || n FROM c");
    const bad = Buffer.from(good);
    const page = bad.readUInt16BE(16);
    // The root of the table is page 2, an inner page: all its cells lead to the first leaf.
    const [cells, root] = [bad.readUInt16BE(page + 3), page];
    const first = bad.readUInt32BE(root + bad.readUInt16BE(root + 12));
    for (let i = 0; i < cells; i++) bad.writeUInt32BE(first, root + bad.readUInt16BE(root + 12 + i * 2));
    expect(tablesOf(await look(good, bad))).toMatchObject([{ state: 'not-compared', why: 'damaged' }]);
  });

  it('of other encodings, without a common key, and with names that are SQL, are named or compared', async () => {
    const utf16 = (rows: string): Buffer => database(`PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id TEXT PRIMARY KEY); ${rows}`);
    expect(tablesOf(await look(database('CREATE TABLE t (id TEXT PRIMARY KEY)'), utf16('')))).toMatchObject([{ why: 'encoding' }]);
    expect(await look(utf16("INSERT INTO t VALUES ('\u{10000}'), ('\uffee'), ('a')"), utf16("INSERT INTO t VALUES ('\uffee'), ('b'), ('\u{10000}')"))).toMatchObject({ facts: { added: 1, removed: 1, tables: [{ why: null }] } });
    expect(tablesOf(await look(database('CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID'), database('CREATE TABLE t (a, b PRIMARY KEY) WITHOUT ROWID')))).toMatchObject([{ why: 'no-common-key' }]);
    const odd = `"x""; DROP TABLE y; --"`;
    expect(await look(database(`CREATE TABLE ${odd} (rowid, "a""b"); INSERT INTO ${odd} VALUES (1, 1)`), database(`CREATE TABLE ${odd} (rowid, "a""b"); INSERT INTO ${odd} VALUES (1, 2)`))).toMatchObject({ list: [{ table: 'x"; DROP TABLE y; --', cells: [{ column: 'a"b', before: '1', after: '2' }] }] });
  });
});
