// Reads delimited text as RFC 4180 has it, and finds out what delimits it.

export interface CsvTable {
  delimiter: string;
  records: string[][];
}

const candidates = [',', ';', '\t', '|'] as const;
const sampleRecords = 50;

/** undefined when it is no table: fewer than two columns, a quote that never closes, or too many cells. */
export function readCsv(text: string, hint: string | undefined, mostCells: number): CsvTable | undefined {
  const delimiter = hint ?? findDelimiter(text);
  const records = delimiter === undefined ? undefined : parse(text, delimiter, Number.POSITIVE_INFINITY, mostCells);
  return delimiter === undefined || records === undefined || records.length === 0 ? undefined : { delimiter, records };
}

/** The one by which most of the first records have the same number of cells, more than one. */
function findDelimiter(text: string): string | undefined {
  let best: { delimiter: string; score: number } | undefined;
  for (const delimiter of candidates) {
    const records = parse(text, delimiter, sampleRecords, Number.POSITIVE_INFINITY);
    const width = records?.[0]?.length ?? 0;
    if (records === undefined || width < 2) continue;
    const score = records.filter((record) => record.length === width).length / records.length + width / 1000;
    if (score > (best?.score ?? 0.5)) best = { delimiter, score };
  }
  return best?.delimiter;
}

/** Empty lines are no records. undefined when a quote never closes. */
function parse(text: string, delimiter: string, mostRecords: number, mostCells: number): string[][] | undefined {
  const records: string[][] = [];
  let record: string[] = [];
  let cells = 0;
  for (let at = 0; at < text.length && records.length < mostRecords; ) {
    let cell: string;
    if (text[at] === '"') {
      const closed = quotedEnd(text, at);
      if (closed === undefined) return mostRecords === Number.POSITIVE_INFINITY ? undefined : records;
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
    record.push(cell);
    if ((cells += 1) > mostCells) return undefined;
    if (text[at] === delimiter) {
      at += 1;
      if (at === text.length) record.push('');
      else continue;
    } else at += 1;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  if (record.length > 0 && records.length < mostRecords) records.push(record);
  return records;
}

function quotedEnd(text: string, open: number): number | undefined {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return undefined;
}

function cellEnd(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === delimiter || char === '\n') return at;
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
export function looksLikeHeader([first, second]: readonly string[][]): boolean {
  if (first === undefined || second === undefined) return false;
  return new Set(first).size === first.length && first.every((name) => name.trim() !== '' && !numeric.test(name));
}
