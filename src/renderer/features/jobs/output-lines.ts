// The lines of an output that are known so far, by their place. A gap (lines that are not kept) takes one row, however many lines it stands for. Pure but for
// its own memory.
import type { OutputRow } from '../../../contract/runs.ts';

type Gap = { seq: number; gap: { lines: number; bytes: number } };

export interface OutputLines {
  add(rows: readonly OutputRow[]): void;
  /** Lines there are, kept or not. */
  total(): number;
  grow(total: number): void;
  /** Rows to show. */
  count(): number;
  row(index: number): OutputRow | undefined;
  indexOf(seq: number): number;
  seqOf(index: number): number;
  /** Where the page begins that has the first unknown row of these; undefined: all are known. */
  missing(first: number, last: number): number | undefined;
}

export const pageLines = 500;

export function createOutputLines(): OutputLines {
  const lines = new Map<number, OutputRow>();
  const gaps: Gap[] = [];
  let total = 0;

  const indexOf = (seq: number): number => {
    let skipped = 0;
    for (const { seq: at, gap } of gaps) {
      if (seq < at) break;
      skipped += Math.min(seq - at, gap.lines - 1);
    }
    return seq - skipped;
  };
  const seqOf = (index: number): number => {
    let seq = index;
    for (const { seq: at, gap } of gaps) {
      if (seq <= at) break;
      seq += gap.lines - 1;
    }
    return seq;
  };
  return {
    add: (rows) => {
      for (const row of rows) {
        if ('gap' in row && !lines.has(row.seq)) {
          gaps.push(row);
          gaps.sort((a, b) => a.seq - b.seq);
        }
        lines.set(row.seq, row);
        total = Math.max(total, row.seq + ('gap' in row ? row.gap.lines : 1));
      }
    },
    total: () => total,
    grow: (to) => {
      total = Math.max(total, to);
    },
    count: () => (total === 0 ? 0 : indexOf(total - 1) + 1),
    row: (index) => lines.get(seqOf(index)),
    indexOf,
    seqOf,
    missing: (first, last) => {
      for (let index = Math.max(0, first); index <= last; index += 1) {
        const seq = seqOf(index);
        if (seq < total && !lines.has(seq)) return seq - (seq % pageLines);
      }
      return undefined;
    }
  };
}
