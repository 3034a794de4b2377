// What a database consists of, read without evaluating any of it.
import { quoted, type Opened } from './open.ts';

export interface SchemaItem {
  type: string;
  name: string;
  sql: string | null;
}

export interface TableForm {
  name: string;
  virtual: boolean;
  withoutRowid: boolean;
  /** Stored ones, in their order; generated and hidden ones are left out. */
  columns: string[];
  key: KeyForm | undefined;
}

/** What rows can be told apart by, with the SQL that brings them in its order without sorting. */
export interface KeyForm {
  /** Empty: by the row's own number. */
  columns: string[];
  from: string;
  order: string;
}

const mostItems = 10_000;

export function readSchema(db: Opened): SchemaItem[] {
  const items: SchemaItem[] = [];
  for (const row of db.prepare('SELECT type, name, sql FROM main.sqlite_schema').iterate() as IterableIterator<SchemaItem>) {
    if (typeof row.name !== 'string' || typeof row.type !== 'string') continue;
    // Those SQLite makes for itself have no words of their own.
    if (row.sql !== null && !row.name.startsWith('sqlite_')) items.push({ type: row.type, name: row.name, sql: String(row.sql) });
    if (items.length >= mostItems) break;
  }
  return items;
}

export function readTable(db: Opened, item: SchemaItem): TableForm {
  const facts = db.prepare("SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?").get(item.name) as { type: string; wr: bigint } | undefined;
  const virtual = facts === undefined || facts.type === 'virtual' || /^\s*create\s+virtual\b/i.test(item.sql ?? '');
  const withoutRowid = facts?.wr === 1n;
  if (virtual) return { name: item.name, virtual, withoutRowid, columns: [], key: undefined };
  const all = db.prepare('SELECT name, hidden, pk FROM pragma_table_xinfo(?)').all(item.name) as { name: string; hidden: bigint; pk: bigint }[];
  const columns = all.filter(({ hidden }) => hidden === 0n).map(({ name }) => name);
  const primary = all.filter(({ pk }) => pk > 0n).sort((a, b) => Number(a.pk - b.pk)).map(({ name }) => name);
  return { name: item.name, virtual, withoutRowid, columns, key: keyOf(db, item.name, withoutRowid, primary, columns) };
}

function keyOf(db: Opened, table: string, withoutRowid: boolean, primary: string[], columns: readonly string[]): KeyForm | undefined {
  const index = (db.prepare("SELECT name FROM pragma_index_list(?) WHERE origin = 'pk'").get(table) as { name: string } | undefined)?.name;
  const from = `main.${quoted(table)}`;
  if (primary.length > 0 && (index === undefined || plainOrder(db, index))) {
    // Without an index of its own the key is the row's number.
    const key: KeyForm = { columns: primary, from: index === undefined || withoutRowid ? from : `${from} INDEXED BY ${quoted(index)}`, order: primary.map((name) => (index === undefined ? quoted(name) : `${quoted(name)} COLLATE BINARY`)).join(', ') };
    if (sortsNothing(db, key)) return key;
  }
  return withoutRowid ? undefined : rowidKey(from, columns);
}

export function rowidKey(from: string, columns: readonly string[]): KeyForm | undefined {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  const name = ['rowid', '_rowid_', 'oid'].find((each) => !taken.has(each));
  return name === undefined ? undefined : { columns: [], from, order: name };
}

/** Rising, by the bytes of texts: the order in which two databases can be merged. */
function plainOrder(db: Opened, index: string): boolean {
  const parts = db.prepare('SELECT desc, coll FROM pragma_index_xinfo(?) WHERE key = 1').all(index) as { desc: bigint; coll: string | null }[];
  return parts.every(({ desc, coll }) => desc === 0n && coll?.toUpperCase() === 'BINARY');
}

function sortsNothing(db: Opened, { from, order }: KeyForm): boolean {
  const plan = db.prepare(`EXPLAIN QUERY PLAN SELECT * FROM ${from} ORDER BY ${order}`).all() as { detail: string }[];
  return plan.every(({ detail }) => !/TEMP B-TREE/i.test(detail));
}
