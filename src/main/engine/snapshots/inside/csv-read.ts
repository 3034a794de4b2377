// Reads delimited text as RFC 4180 has it, and finds out what delimits it. A table is its text and where each record begins in it: cells are read when they
// are asked for, so that millions of them take no memory.

const candidates = [',', ';', '\t', '|'] as const;
const sampleRecords = 50;
const lineFeed = 10;

export class CsvTable {
  /** Most cells that a record has. */
  readonly width: number;
  readonly length: number;
  readonly delimiter: string;
  readonly #text: string;
  readonly #starts: Uint32Array;

  constructor(text: string, delimiter: string, starts: Uint32Array, width: number) {
    this.#text = text;
    this.delimiter = delimiter;
    this.#starts = starts;
    this.length = starts.length - 1;
    this.width = width;
  }

  record(index: number): string[] {
    const cells: string[] = [];
    readRecord(this.#text, this.#starts[index] as number, this.delimiter, cells);
    return cells;
  }

  /** One of a record's cells; '' beyond its end. */
  cell(index: number, column: number): string {
    const cells: string[] = [];
    readRecord(this.#text, this.#starts[index] as number, this.delimiter, cells, column + 1);
    return cells[column] ?? '';
  }

  /** A record as it is written, with its end. */
  raw(index: number): string {
    return this.#text.slice(this.#starts[index], this.#starts[index + 1]);
  }
}

/** undefined when it is no table: fewer than two columns, or a quote that never closes. */
export function readCsv(text: string, hint: string | undefined, mostRecords: number): CsvTable | 'too-large' | undefined {
  const delimiter = hint ?? findDelimiter(text);
  if (delimiter === undefined) return undefined;
  let starts = new Uint32Array(1024);
  let [count, width] = [0, 0];
  const cells: string[] = [];
  for (let at = 0; at < text.length; ) {
    const next = readRecord(text, at, delimiter, cells);
    if (next < 0) return undefined;
    if (!isEmpty(cells)) {
      if (count === mostRecords) return 'too-large';
      if (count + 1 === starts.length) starts = grown(starts);
      starts[count++] = at;
      width = Math.max(width, cells.length);
    }
    at = next;
  }
  starts[count] = text.length;
  return count === 0 ? undefined : new CsvTable(text, delimiter, starts.slice(0, count + 1), width);
}

function grown(starts: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(starts.length * 2);
  larger.set(starts);
  return larger;
}

/** The one by which most of the first records have the same number of cells, more than one. */
function findDelimiter(text: string): string | undefined {
  let best: { delimiter: string; score: number } | undefined;
  for (const delimiter of candidates) {
    const records = firstRecords(text, delimiter);
    const width = records[0]?.length ?? 0;
    if (width < 2) continue;
    const score = records.filter((record) => record.length === width).length / records.length + width / 1000;
    if (score > (best?.score ?? 0.5)) best = { delimiter, score };
  }
  return best?.delimiter;
}

/** Up to a quote that never closes. */
function firstRecords(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  for (let at = 0; at < text.length && records.length < sampleRecords; ) {
    const cells: string[] = [];
    at = readRecord(text, at, delimiter, cells);
    if (at < 0) break;
    if (!isEmpty(cells)) records.push(cells);
  }
  return records;
}

/** Empty lines are no records. */
function isEmpty(cells: readonly string[]): boolean {
  return cells.length === 1 && cells[0] === '';
}

/** Fills in the cells of the record that begins at `from`, the first `most` of them. Returns where the next one begins (of `most`, anything), or -1 when a quote never closes. */
function readRecord(text: string, from: number, delimiter: string, cells: string[], most = Number.POSITIVE_INFINITY): number {
  cells.length = 0;
  for (let at = from; ; ) {
    let cell: string;
    if (text[at] === '"') {
      const closed = quotedEnd(text, at);
      if (closed === undefined) return -1;
      cell = text.slice(at + 1, closed).replaceAll('""', '"');
      at = closed + 1;
      // What stands behind the closing quote belongs to the cell, as most programs read it.
      const end = cellEnd(text, at, delimiter);
      cell += withoutReturn(text, at, end, delimiter);
      at = end;
    } else {
      const end = cellEnd(text, at, delimiter);
      cell = withoutReturn(text, at, end, delimiter);
      at = end;
    }
    cells.push(cell);
    if (cells.length >= most) return at;
    if (at >= text.length || text[at] !== delimiter) return at + 1;
    at += 1;
    if (at === text.length) {
      cells.push('');
      return at;
    }
  }
}

function quotedEnd(text: string, open: number): number | undefined {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return undefined;
}

function cellEnd(text: string, from: number, delimiter: string): number {
  const code = delimiter.charCodeAt(0);
  for (let at = from; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === code || char === lineFeed) return at;
  }
  return text.length;
}

/** A carriage return before the end of a record belongs to the end. */
function withoutReturn(text: string, from: number, to: number, delimiter: string): string {
  const cell = text.slice(from, to);
  return cell.endsWith('\r') && text[to] !== delimiter ? cell.slice(0, -1) : cell;
}

const numeric = /^[\s+-]*[\d.,]+(?:[eE][+-]?\d+)?\s*%?$/;

/** The first record names columns: names that are all there, all different, and none a number. */
export function looksLikeHeader(table: CsvTable): boolean {
  if (table.length < 2) return false;
  const first = table.record(0);
  return new Set(first).size === first.length && first.every((name) => name.trim() !== '' && !numeric.test(name));
}
