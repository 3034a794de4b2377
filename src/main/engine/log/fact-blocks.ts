// How `facts` is searched by a column with many equal values. An index by value alone has as many growing ends as there are values, and each append
// would write most of them; so these indexes begin with the block of 4,096 entries that a row lies in: whatever is appended goes to their end. A
// search asks block after block. A log that is only read may be from before version 8, with an index by value; the same statements use that one.
import type { Database, Migration } from '../store/index.ts';

const bits = 12;
const blockSize = 2 ** bits;

/** Columns that are looked for block by block. */
export const blockedColumns = ['subject', 'actor', 'level', 'category'] as const;
type BlockedColumn = (typeof blockedColumns)[number];

export const isBlocked = (column: string): column is BlockedColumn => (blockedColumns as readonly string[]).includes(column);

export const factBlocksMigration: Migration = {
  version: 8,
  up(db) {
    for (const column of blockedColumns) {
      db.exec(`
        DROP INDEX IF EXISTS facts_${column};
        CREATE INDEX facts_${column} ON facts (seq >> ${bits}, ${column})${column === 'subject' ? ' WHERE subject IS NOT NULL' : ''};
      `);
    }
  }
};

/** Numbers are bound as reals; where SQLite skips to a number, it has to be a whole one. */
export const whole = 'CAST(? AS INTEGER)';

/** Both ends exclusive. */
export interface SeqRange {
  above: number;
  below: number;
}

/** Begins a statement that reads `block CROSS JOIN facts f` with `inBlock` among its conditions; its parameters: `blocksOf`. */
export const withBlocks = `WITH RECURSIVE block(no) AS (SELECT ${whole} UNION ALL SELECT no + 1 FROM block WHERE no < ${whole})`;
export const blocksOf = ({ above, below }: SeqRange): [first: number, last: number] => [Math.floor((above + 1) / blockSize), Math.floor((below - 1) / blockSize)];

/** Its parameters: `above` and `below` of the range. The plus is needed: compared with a column of whole numbers, the index would not be used. */
export const inBlock = `f.seq >> ${bits} = +block.no AND f.seq > max(${whole}, (block.no << ${bits}) - 1) AND f.seq < min(${whole}, (block.no + 1) << ${bits})`;

/** The range within what is there, so that nobody asks for blocks without end. */
export function withinFacts(db: Database, { above, below }: SeqRange): SeqRange {
  const last = db.prepare('SELECT max(seq) AS seq FROM facts').get<{ seq: number | null }>()?.seq ?? -1;
  return { above: Math.max(above, -1), below: Math.min(below, last + 1) };
}

/** Pieces of the range in the order asked for: one block, then ever more at once, so that a frequent value is found soon and a rare one in few steps. */
export function* piecesOf({ above, below }: SeqRange, order: 'newest' | 'oldest'): Generator<SeqRange> {
  if (above + 1 >= below) return;
  let [first, last] = blocksOf({ above, below });
  for (let blocks = 1; first <= last; blocks *= 4) {
    const next = order === 'newest' ? Math.max(first, last - blocks + 1) : Math.min(last, first + blocks - 1);
    const [from, to] = order === 'newest' ? [next, last] : [first, next];
    yield { above: Math.max(above, from * blockSize - 1), below: Math.min(below, (to + 1) * blockSize) };
    if (order === 'newest') last = next - 1;
    else first = next + 1;
  }
}

/** Seqs of facts with this value, oldest first. */
export function seqsWith(db: Database, column: BlockedColumn, value: number, { above, limit }: { above: number; limit: number }): number[] {
  const statement = db.prepare(`${withBlocks} SELECT f.seq AS seq FROM block CROSS JOIN facts f WHERE ${inBlock} AND f.${column} = ? ORDER BY f.seq LIMIT ?`);
  const found: number[] = [];
  for (const piece of piecesOf(withinFacts(db, { above, below: Infinity }), 'oldest')) {
    for (const { seq } of statement.all<{ seq: number }>(...blocksOf(piece), piece.above, piece.below, value, limit - found.length)) found.push(seq);
    if (found.length >= limit) break;
  }
  return found;
}
