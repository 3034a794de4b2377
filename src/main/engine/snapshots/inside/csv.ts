// Tables of delimited text by row and cell. Rows are told apart by a column whose values are unique on both sides and mostly the same; where there is
// none, whole rows are aligned as lines are.
import type { InsideFacts, TextEncoding } from '../../../../contract/inside.ts';
import { align, Numbers } from './align.ts';
import { looksLikeHeader, readCsv, type CsvTable } from './csv-read.ts';
import type { RowKeeper } from './keep.ts';
import type { Pace } from './pace.ts';
import { Cutter } from './shown.ts';

type CsvFacts = Extract<InsideFacts, { kind: 'csv' }>;

interface TableSide {
  text: string;
  encoding: TextEncoding;
}

/** Of both tables together. */
const mostCells = 6_000_000;

/** undefined: one of them is no table. `tabs`: the name says that tabs delimit. */
export async function compareCsv(a: TableSide, b: TableSide, tabs: boolean, keeper: RowKeeper, pace: Pace): Promise<CsvFacts | undefined> {
  const read = (side: TableSide): CsvTable | undefined => readCsv(side.text, tabs ? '\t' : undefined, mostCells / 2);
  const before = read(a);
  await pace.breathe();
  const after = before && read(b);
  await pace.breathe();
  if (before === undefined || after === undefined) return undefined;
  const header = looksLikeHeader(before.records) && looksLikeHeader(after.records);
  const comparison = new TableComparison(split(before, header), split(after, header), header, keeper, pace);
  const found = await comparison.run();
  const side = ({ encoding }: TableSide, { delimiter, records }: CsvTable) => ({ encoding, delimiter, rows: records.length - (header ? 1 : 0), columns: records.reduce((most, { length }) => Math.max(most, length), 0) });
  const nothing = found.added + found.removed + found.changed === 0 && !found.reordered && found.columnsAdded.length + found.columnsRemoved.length === 0;
  return { kind: 'csv', before: side(a, before), after: side(b, after), header, ...found, formOnly: nothing && a.text !== b.text };
}

interface Split {
  columns: string[];
  rows: string[][];
}

/** Without a header the columns have their numbers as names; so have those beyond it. */
function split({ records }: CsvTable, header: boolean): Split {
  const width = records.reduce((most, { length }) => Math.max(most, length), 0);
  const names = header ? (records[0] as string[]) : [];
  const columns = Array.from({ length: width }, (_, i) => names[i] ?? String(i + 1));
  return { columns, rows: header ? records.slice(1) : records };
}

class TableComparison {
  readonly #a: Split;
  readonly #b: Split;
  readonly #keeper: RowKeeper;
  readonly #pace: Pace;
  /** Every column of either side, with its place on both (-1: not there). */
  readonly #columns: { name: string; a: number; b: number }[];
  #tally = { added: 0, removed: 0, changed: 0 };
  #key: { name: string; a: number; b: number } | undefined;

  constructor(a: Split, b: Split, header: boolean, keeper: RowKeeper, pace: Pace) {
    [this.#a, this.#b, this.#keeper, this.#pace] = [a, b, keeper, pace];
    const placesB = new Map(b.columns.map((name, i) => [name, i]));
    const placesA = new Set(a.columns);
    this.#columns = [...a.columns.map((name, i) => ({ name, a: i, b: placesB.get(name) ?? -1 })), ...b.columns.flatMap((name, i) => (placesA.has(name) ? [] : [{ name, a: -1, b: i }]))];
    this.#key = header ? this.#findKey() : undefined;
  }

  async run(): Promise<Pick<CsvFacts, 'key' | 'columnsAdded' | 'columnsRemoved' | 'added' | 'removed' | 'changed' | 'reordered' | 'coarse'>> {
    const { reordered, coarse } = this.#key === undefined ? { reordered: false, ...(await this.#aligned()) } : { coarse: false, reordered: await this.#keyed(this.#key) };
    const names = (which: (column: { a: number; b: number }) => boolean): string[] => this.#columns.filter(which).map(({ name }) => name).slice(0, 1000);
    return { key: this.#key?.name ?? null, columnsAdded: names(({ a }) => a < 0), columnsRemoved: names(({ b }) => b < 0), ...this.#tally, reordered, coarse };
  }

  /** Of the columns that tell every row on both sides apart, the one with most values on both; at least half of the shorter side. */
  #findKey(): { name: string; a: number; b: number } | undefined {
    let best: { column: { name: string; a: number; b: number }; shared: number } | undefined;
    for (const column of this.#columns) {
      if (column.a < 0 || column.b < 0) continue;
      const before = uniqueValues(this.#a.rows, column.a);
      const after = before && uniqueValues(this.#b.rows, column.b);
      if (before === undefined || after === undefined) continue;
      let shared = 0;
      for (const value of after) if (before.has(value)) shared += 1;
      if (shared * 2 >= Math.min(before.size, after.size) && shared > (best?.shared ?? 0)) best = { column, shared };
    }
    return best?.column;
  }

  /** Rows of `b` in their order; rows that are gone come where they stood. Returns whether rows changed their order. */
  async #keyed(key: { a: number; b: number }): Promise<boolean> {
    const placeOf = new Map(this.#b.rows.map((row, i) => [row[key.b] ?? '', i]));
    const here = new Set(this.#a.rows.map((row) => row[key.a] ?? ''));
    let [reordered, last, y] = [false, -1, 0];
    const newUntil = (place: number): void => {
      for (; y < place; y += 1) if (!here.has(this.#b.rows[y]?.[key.b] ?? '')) this.#row(undefined, y);
    };
    for (const [x, row] of this.#a.rows.entries()) {
      if (x % 1000 === 0) await this.#pace.breathe();
      const place = placeOf.get(row[key.a] ?? '');
      if (place === undefined) {
        this.#row(x, undefined);
        continue;
      }
      if (place < last) reordered = true;
      else newUntil(place);
      last = Math.max(last, place);
      this.#row(x, place);
    }
    newUntil(this.#b.rows.length);
    return reordered;
  }

  async #aligned(): Promise<{ coarse: boolean }> {
    const numbers = new Numbers();
    const keysOf = ({ rows }: Split, side: 'a' | 'b'): number[] => rows.map((row) => numbers.of(JSON.stringify(this.#columns.map((column) => row[column[side]] ?? null))));
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
    const equal = this.#columns.filter((column) => this.#cell(this.#a, x, column.a) === this.#cell(this.#b, y, column.b)).length;
    return equal * 2 >= this.#columns.length;
  }

  #cell({ rows }: Split, row: number | undefined, place: number): string | null {
    return row === undefined ? null : (rows[row]?.[place] ?? null);
  }

  #row(x: number | undefined, y: number | undefined): void {
    const cells = this.#columns.map((column) => ({ column: column.name, before: this.#cell(this.#a, x, column.a), after: this.#cell(this.#b, y, column.b) })).filter(({ before, after }) => before !== after);
    const change = x === undefined ? 'added' : y === undefined ? 'removed' : 'changed';
    // A row that is as it was; or rows of the one or the other side that hold no cell at all.
    if (change === 'changed' && cells.length === 0) return;
    this.#tally[change] += 1;
    const cutter = new Cutter();
    const shown = (text: string | null): string | null => (text === null ? null : cutter.text(text));
    const key = this.#key && (this.#cell(this.#a, x, this.#key.a) ?? this.#cell(this.#b, y, this.#key.b));
    const kept = cells.slice(0, mostShownCells).map(({ column, before, after }) => ({ column: cutter.text(column), before: shown(before), after: shown(after) }));
    this.#keeper.add({ row: 'record', change, table: null, key: shown(key ?? null), beforeRow: x === undefined ? null : x + 1, afterRow: y === undefined ? null : y + 1, cells: kept, cut: cutter.cut || kept.length < cells.length });
  }
}

const mostShownCells = 500;

/** undefined when a value is empty or stands twice. */
function uniqueValues(rows: readonly string[][], column: number): Set<string> | undefined {
  const values = new Set<string>();
  for (const row of rows) {
    const value = row[column] ?? '';
    if (value === '' || values.has(value)) return undefined;
    values.add(value);
  }
  return values;
}
