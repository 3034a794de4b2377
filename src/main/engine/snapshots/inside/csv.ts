// Tables of delimited text by row and cell. Rows are told apart by a column whose values are unique on both sides and mostly the same; where there is
// none, whole rows are aligned as lines are.
import { hash } from 'node:crypto';
import { insideLimits, type InsideFacts, type TextEncoding } from '../../../../contract/inside.ts';
import { align, Numbers } from './align.ts';
import { looksLikeHeader, readCsv, type CsvTable } from './csv-read.ts';
import type { RowKeeper } from './keep.ts';
import { KeyIndex } from './key-index.ts';
import type { Pace } from './pace.ts';
import { Cutter } from './shown.ts';

type CsvFacts = Extract<InsideFacts, { kind: 'csv' }>;

interface TableSide {
  text: string;
  encoding: TextEncoding;
}

/** undefined: one of them is no table. `tabs`: the name says that tabs delimit. */
export async function compareCsv(a: TableSide, b: TableSide, tabs: boolean, keeper: RowKeeper, pace: Pace): Promise<CsvFacts | 'too-large' | undefined> {
  const tables: CsvTable[] = [];
  for (const { text } of [a, b]) {
    const table = readCsv(text, tabs ? '\t' : undefined, insideLimits.csvRows + 1);
    await pace.breathe();
    if (table === undefined || table === 'too-large') return table;
    tables.push(table);
  }
  const [before, after] = tables as [CsvTable, CsvTable];
  const header = looksLikeHeader(before) && looksLikeHeader(after);
  const comparison = new TableComparison(new Rows(before, header), new Rows(after, header), header, keeper, pace);
  const found = await comparison.run();
  const side = ({ encoding }: TableSide, { delimiter, length, width }: CsvTable) => ({ encoding, delimiter, rows: length - (header ? 1 : 0), columns: width });
  const nothing = found.added + found.removed + found.changed === 0 && !found.reordered && found.columnsAdded.length + found.columnsRemoved.length === 0;
  return { kind: 'csv', before: side(a, before), after: side(b, after), header, ...found, formOnly: nothing && a.text !== b.text };
}

/** The records of a table without its header. Without one the columns have their numbers as names; so have those beyond it. */
class Rows {
  readonly columns: readonly string[];
  readonly count: number;
  readonly delimiter: string;
  readonly #table: CsvTable;
  readonly #first: 0 | 1;

  constructor(table: CsvTable, header: boolean) {
    this.#table = table;
    this.#first = header ? 1 : 0;
    this.count = table.length - this.#first;
    this.delimiter = table.delimiter;
    const names = header ? table.record(0) : [];
    this.columns = Array.from({ length: table.width }, (_, i) => names[i] ?? String(i + 1));
  }

  at(index: number): string[] {
    return this.#table.record(index + this.#first);
  }

  cell(index: number, column: number): string {
    return this.#table.cell(index + this.#first, column);
  }

  raw(index: number): string {
    return this.#table.raw(index + this.#first);
  }
}

/** The column that tells rows apart. */
interface Key {
  name: string;
  a: number;
  b: number;
  /** Where each row of the first is in the second; -1: nowhere. */
  places: Int32Array;
}

class TableComparison {
  readonly #a: Rows;
  readonly #b: Rows;
  readonly #keeper: RowKeeper;
  readonly #pace: Pace;
  /** Every column of either side, with its place on both (-1: not there). */
  readonly #columns: { name: string; a: number; b: number }[];
  readonly #header: boolean;
  #tally = { added: 0, removed: 0, changed: 0 };
  /** The same columns in the same places: a record that is written alike is alike. */
  readonly #alikeWritten: boolean;
  #key: Key | undefined;

  constructor(a: Rows, b: Rows, header: boolean, keeper: RowKeeper, pace: Pace) {
    [this.#a, this.#b, this.#keeper, this.#pace] = [a, b, keeper, pace];
    const placesB = new Map(b.columns.map((name, i) => [name, i]));
    const placesA = new Set(a.columns);
    this.#columns = [...a.columns.map((name, i) => ({ name, a: i, b: placesB.get(name) ?? -1 })), ...b.columns.flatMap((name, i) => (placesA.has(name) ? [] : [{ name, a: -1, b: i }]))];
    this.#alikeWritten = a.delimiter === b.delimiter && this.#columns.every((column) => column.a === column.b);
    this.#header = header;
  }

  async run(): Promise<Pick<CsvFacts, 'key' | 'columnsAdded' | 'columnsRemoved' | 'added' | 'removed' | 'changed' | 'reordered' | 'coarse'>> {
    this.#key = this.#header ? await this.#findKey() : undefined;
    const { reordered, coarse } = this.#key === undefined ? { reordered: false, ...(await this.#aligned()) } : { coarse: false, reordered: await this.#keyed(this.#key) };
    const names = (which: (column: { a: number; b: number }) => boolean): string[] => this.#columns.filter(which).map(({ name }) => name).slice(0, 1000);
    return { key: this.#key?.name ?? null, columnsAdded: names(({ a }) => a < 0), columnsRemoved: names(({ b }) => b < 0), ...this.#tally, reordered, coarse };
  }

  /** Of the columns that tell every row on both sides apart, the one with most values on both; at least half of the shorter side. Of many such, the first ones. */
  async #findKey(): Promise<Key | undefined> {
    let best: { key: Key; shared: number } | undefined;
    const most = Math.min(this.#a.count, this.#b.count);
    let looked = 0;
    for (const column of this.#columns) {
      if (column.a < 0 || column.b < 0) continue;
      await this.#pace.breathe();
      const rowsOfB = KeyIndex.of(this.#a, column.a) && KeyIndex.of(this.#b, column.b);
      if (rowsOfB === undefined) continue;
      await this.#pace.breathe();
      const places = new Int32Array(this.#a.count);
      let shared = 0;
      for (let x = 0; x < places.length; x++) if ((places[x] = rowsOfB.find(this.#a.cell(x, column.a))) >= 0) shared += 1;
      if (shared * 2 >= most && shared > (best?.shared ?? 0)) best = { key: { ...column, places }, shared };
      looked += 1;
      if (best?.shared === most || looked === mostKeys) break;
    }
    return best?.key;
  }

  /** Rows of `b` in their order; rows that are gone come where they stood. Returns whether rows changed their order. */
  async #keyed({ places }: Key): Promise<boolean> {
    const known = new Uint8Array(this.#b.count);
    for (const place of places) if (place >= 0) known[place] = 1;
    let [reordered, last, y] = [false, -1, 0];
    const newUntil = (place: number): void => {
      for (; y < place; y += 1) if (known[y] === 0) this.#row(undefined, y);
    };
    for (const [x, place] of places.entries()) {
      if (x % 1000 === 0) await this.#pace.breathe();
      if (place < 0) {
        this.#row(x, undefined);
        continue;
      }
      if (place < last) reordered = true;
      else newUntil(place);
      last = Math.max(last, place);
      this.#row(x, place);
    }
    newUntil(this.#b.count);
    return reordered;
  }

  async #aligned(): Promise<{ coarse: boolean }> {
    const numbers = new Numbers();
    const keysOf = (rows: Rows, side: 'a' | 'b'): Int32Array =>
      Int32Array.from({ length: rows.count }, (_, i) => {
        const row = rows.at(i);
        return numbers.of(keyOf(JSON.stringify(this.#columns.map((column) => row[column[side]] ?? null))));
      });
    const { blocks, coarse } = await align(keysOf(this.#a, 'a'), keysOf(this.#b, 'b'), this.#pace.breathe);
    for (let { aFrom, aTo, bFrom, bTo } of blocks) {
      while (aFrom < aTo || bFrom < bTo) {
        const pair = aFrom < aTo && bFrom < bTo && this.#alike(aFrom, bFrom);
        if (aFrom < aTo) this.#row(aFrom, pair ? bFrom : undefined);
        if (bFrom < bTo && !pair) this.#row(undefined, bFrom);
        [aFrom, bFrom] = [Math.min(aTo, aFrom + 1), Math.min(bTo, bFrom + 1)];
      }
    }
    return { coarse };
  }

  /** Half of their cells are the same: one row that changed. */
  #alike(x: number, y: number): boolean {
    const [a, b] = [this.#a.at(x), this.#b.at(y)];
    return this.#columns.filter((column) => cellOf(a, column.a) === cellOf(b, column.b)).length * 2 >= this.#columns.length;
  }

  #row(x: number | undefined, y: number | undefined): void {
    if (this.#alikeWritten && x !== undefined && y !== undefined && this.#a.raw(x) === this.#b.raw(y)) return;
    const a = x === undefined ? undefined : this.#a.at(x);
    const b = y === undefined ? undefined : this.#b.at(y);
    const cells = this.#columns.map((column) => ({ column: column.name, before: cellOf(a, column.a), after: cellOf(b, column.b) })).filter(({ before, after }) => before !== after);
    const change = x === undefined ? 'added' : y === undefined ? 'removed' : 'changed';
    // A row that is as it was; or rows of the one or the other side that hold no cell at all.
    if (change === 'changed' && cells.length === 0) return;
    this.#tally[change] += 1;
    const cutter = new Cutter();
    const shown = (text: string | null): string | null => (text === null ? null : cutter.text(text));
    const key = this.#key && (cellOf(a, this.#key.a) ?? cellOf(b, this.#key.b));
    const kept = cells.slice(0, mostShownCells).map(({ column, before, after }) => ({ column: cutter.text(column), before: shown(before), after: shown(after) }));
    this.#keeper.add({ row: 'record', change, table: null, key: shown(key ?? null), beforeRow: x === undefined ? null : x + 1, afterRow: y === undefined ? null : y + 1, cells: kept, cut: cutter.cut || kept.length < cells.length });
  }
}

const mostShownCells = 500;
/** Columns that tell rows apart, looked at to find the best. */
const mostKeys = 16;
/** Longer rows are told by a hash of theirs. */
const longestKey = 44;

function keyOf(row: string): string {
  return row.length <= longestKey ? row : `#${hash('sha256', row, 'base64')}`;
}

/** null where the row, or its cell, is not there. */
function cellOf(row: readonly string[] | undefined, place: number): string | null {
  return row?.[place] ?? null;
}
