// Two databases by table and row: what the schema says, then each table in the order of its key on both sides, merged as it is read.
import type { InsideFacts, TableFacts } from '../../../../../contract/inside.ts';
import type { RowKeeper } from '../keep.ts';
import type { Pace } from '../pace.ts';
import { Cutter, mostShown } from '../shown.ts';
import { isSqliteError, quoted, type Opened } from './open.ts';
import { readSchema, readTable, rowidKey, type KeyForm, type SchemaItem, type TableForm } from './schema.ts';
import { compareValues, sameValue, sqlText, type SqlValue } from './values.ts';

type SqliteFacts = Omit<Extract<InsideFacts, { kind: 'sqlite' }>, 'before' | 'after'>;

const listedTables = 500;
/** Of a value longer than this only the beginning is compared. */
const longValue = 16 * 1024 * 1024;
const longStart = 65_536;

/** Throws the library's error where the schema itself cannot be read; a table that cannot is said to be damaged. */
export async function compareDatabases(a: Opened, b: Opened, keeper: RowKeeper, pace: Pace): Promise<SqliteFacts> {
  const [before, after] = [byName(readSchema(a)), byName(readSchema(b))];
  const schemaChanges = tellSchema(before, after, keeper);
  const encodings = [a, b].map((db) => db.pragma('encoding', { simple: true }) as string);
  const utf16 = encodings[0] === 'UTF-16le' ? 'le' : encodings[0] === 'UTF-16be' ? 'be' : undefined;
  const tables: TableFacts[] = [];
  for (const name of [...new Set([...before.values(), ...after.values()].filter(({ type }) => type === 'table').map((item) => item.name))].sort()) {
    const merge = new TableMerge(name, keeper, pace, utf16);
    await merge.run(a, before.get(`table ${name}`), b, after.get(`table ${name}`), encodings[0] === encodings[1]);
    tables.push(merge.facts);
  }
  const sum = (of: (table: TableFacts) => number): number => tables.reduce((total, table) => total + of(table), 0);
  const telling = [...tables].sort((x, y) => Number(x.state === 'same') - Number(y.state === 'same'));
  return { kind: 'sqlite', added: sum(({ added }) => added), removed: sum(({ removed }) => removed), changed: sum(({ changed }) => changed), schemaChanges, tables: telling.slice(0, listedTables), tableCount: tables.length };
}

function byName(items: readonly SchemaItem[]): Map<string, SchemaItem> {
  return new Map(items.map((item) => [`${item.type} ${item.name}`, item]));
}

function tellSchema(before: ReadonlyMap<string, SchemaItem>, after: ReadonlyMap<string, SchemaItem>, keeper: RowKeeper): number {
  let count = 0;
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [x, y] = [before.get(key), after.get(key)];
    if (x?.sql === y?.sql) continue;
    const item = (y ?? x) as SchemaItem;
    count += 1;
    const cutter = new Cutter();
    const sql = (of: SchemaItem | undefined): string | null => (of === undefined ? null : cutter.text(of.sql ?? ''));
    const [was, is] = [sql(x), sql(y)];
    keeper.add({ row: 'schema', change: x === undefined ? 'added' : y === undefined ? 'removed' : 'changed', type: item.type, name: cutter.text(item.name), before: was, after: is, cut: cutter.cut });
  }
  return count;
}

class OutOfOrder extends Error {}
class Late extends Error {}

class TableMerge {
  readonly facts: TableFacts;
  readonly #keeper: RowKeeper;
  readonly #pace: Pace;
  readonly #utf16: 'le' | 'be' | undefined;

  constructor(name: string, keeper: RowKeeper, pace: Pace, utf16: 'le' | 'be' | undefined) {
    this.facts = { name, state: 'same', why: null, key: [], added: 0, removed: 0, changed: 0 };
    [this.#keeper, this.#pace, this.#utf16] = [keeper, pace, utf16];
  }

  async run(a: Opened, itemA: SchemaItem | undefined, b: Opened, itemB: SchemaItem | undefined, oneEncoding: boolean): Promise<void> {
    const { facts } = this;
    try {
      const [x, y] = [itemA && readTable(a, itemA), itemB && readTable(b, itemB)];
      if (x?.virtual || y?.virtual) return this.#give('virtual');
      if (x !== undefined && y !== undefined && !oneEncoding) return this.#give('encoding');
      const keys = keysFor(x, y);
      if (keys === undefined) return this.#give('no-common-key');
      facts.key = keys[0].columns;
      await this.#merge(x && new RowReader(a, x, keys[0]), y && new RowReader(b, y, keys[1]));
      facts.state = x === undefined ? 'added' : y === undefined ? 'removed' : facts.added + facts.removed + facts.changed > 0 || itemA?.sql !== itemB?.sql ? 'changed' : 'same';
    } catch (error) {
      if (error instanceof Late) this.#give('time');
      else if (error instanceof OutOfOrder || isSqliteError(error)) this.#give('damaged');
      else throw error;
    }
  }

  #give(why: NonNullable<TableFacts['why']>): void {
    [this.facts.state, this.facts.why] = ['not-compared', why];
  }

  async #merge(a: RowReader | undefined, b: RowReader | undefined): Promise<void> {
    const columns = [...new Set([...(a?.columns ?? []), ...(b?.columns ?? [])])].map((name) => ({ name, a: a?.columns.indexOf(name) ?? -1, b: b?.columns.indexOf(name) ?? -1 }));
    try {
      let [x, y] = [this.#next(a), this.#next(b)];
      for (let count = 1; x !== undefined || y !== undefined; count += 1) {
        if (count % 256 === 0) {
          await this.#pace.breathe();
          if (this.#pace.late()) throw new Late();
        }
        const order = x === undefined ? 1 : y === undefined ? -1 : this.#compareKeys(x.key, y.key);
        const [left, right] = [order <= 0 ? x : undefined, order >= 0 ? y : undefined];
        this.#tell(columns, left, right);
        if (left !== undefined) x = this.#next(a, left);
        if (right !== undefined) y = this.#next(b, right);
      }
    } finally {
      a?.close();
      b?.close();
    }
  }

  /** A page that leads back to one before it would never end. */
  #next(reader: RowReader | undefined, last?: KeyedRow): KeyedRow | undefined {
    const row = reader?.next();
    if (row !== undefined && last !== undefined && this.#compareKeys(last.key, row.key) > 0) throw new OutOfOrder();
    return row;
  }

  #compareKeys(a: readonly SqlValue[], b: readonly SqlValue[]): number {
    for (const [i, value] of a.entries()) {
      const order = compareValues(value, b[i] as SqlValue, this.#utf16);
      if (order !== 0) return order;
    }
    return 0;
  }

  #tell(columns: readonly { name: string; a: number; b: number }[], x: KeyedRow | undefined, y: KeyedRow | undefined): void {
    const cells: { name: string; before: SqlValue | undefined; after: SqlValue | undefined }[] = [];
    for (const { name, a, b } of columns) {
      const [before, after] = [x === undefined || a < 0 ? undefined : (x.values[a] as SqlValue), y === undefined || b < 0 ? undefined : (y.values[b] as SqlValue)];
      // In a row of both sides, a column that only one of them has is as if it were NULL on the other.
      if (x !== undefined && y !== undefined && sameValue(before ?? null, after ?? null)) continue;
      if (before !== undefined || after !== undefined) cells.push({ name, before, after });
    }
    const change = x === undefined ? 'added' : y === undefined ? 'removed' : 'changed';
    if (change === 'changed' && cells.length === 0) return;
    this.facts[change] += 1;
    const cutter = new Cutter();
    const shown = (value: SqlValue | undefined): string | null => (value === undefined ? null : cutter.text(sqlText(value, mostShown)));
    const kept = cells.slice(0, mostShownCells).map(({ name, before, after }) => ({ column: cutter.text(name), before: shown(before), after: shown(after) }));
    const key = ((x ?? y) as KeyedRow).key.map((value) => sqlText(value, mostShown)).join(', ');
    this.#keeper.add({ row: 'record', change, table: cutter.text(this.facts.name), key: cutter.text(key), beforeRow: null, afterRow: null, cells: kept, cut: cutter.cut || kept.length < cells.length });
  }
}

const mostShownCells = 500;

/** The same key on both sides; the rows' own numbers where the primary keys differ. */
function keysFor(a: TableForm | undefined, b: TableForm | undefined): [KeyForm, KeyForm] | undefined {
  const only = (a ?? b) as TableForm;
  if (a === undefined || b === undefined) return only.key && [only.key, only.key];
  if (a.key !== undefined && b.key !== undefined && a.key.columns.join('\0') === b.key.columns.join('\0')) return [a.key, b.key];
  if (a.withoutRowid || b.withoutRowid) return undefined;
  const [x, y] = [a, b].map(({ name, columns }) => rowidKey(`main.${quoted(name)}`, columns));
  return x && y && [x, y];
}

interface KeyedRow {
  key: SqlValue[];
  values: SqlValue[];
}

class RowReader {
  readonly columns: readonly string[];
  readonly #rows: IterableIterator<SqlValue[]>;
  readonly #keyPlaces: readonly number[];

  constructor(db: Opened, { columns }: TableForm, key: KeyForm) {
    this.columns = columns;
    this.#keyPlaces = key.columns.length === 0 ? [columns.length] : key.columns.map((name) => columns.indexOf(name));
    const bounded = columns.map((name) => `CASE WHEN octet_length(${quoted(name)}) > ${longValue} THEN substr(${quoted(name)}, 1, ${longStart}) ELSE ${quoted(name)} END`);
    const selected = key.columns.length === 0 ? [...bounded, key.order] : bounded;
    this.#rows = db.prepare(`SELECT ${selected.join(', ')} FROM ${key.from} ORDER BY ${key.order}`).raw().iterate() as IterableIterator<SqlValue[]>;
  }

  next(): KeyedRow | undefined {
    const next = this.#rows.next();
    return next.done === true ? undefined : { key: this.#keyPlaces.map((place) => next.value[place] as SqlValue), values: next.value };
  }

  close(): void {
    this.#rows.return?.();
  }
}
