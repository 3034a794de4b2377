// Reads entries once, in order, and recomputes everything that can be recomputed without a key: the form of headers, chain, leaf hashes,
// commitments, and that what lists show is what the headers say. Stops at the first entry that does not fit.
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { chainHashSql } from '../chain-column.ts';
import { createHasher, type Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import type { BreakFound } from './break.ts';
import { HeaderHashes } from './header-hashes.ts';
import { ColumnCheck, columnsSql, type ColumnValues } from './columns.ts';
import { NameCheck, type Nameless } from './names.ts';
import { PayloadCheck, type OpenPayload, type PayloadCounts } from './payloads.ts';

/** Where the reading begins and ends: entries from `from`, after the chain hash `head`, up to but without `to`. */
export interface RowRange {
  from: number;
  to: number;
  head: string;
}

/** What an entry's leaf hash must be. False ends the reading: that is not it. */
export type LeafJudge = (seq: number, leaf: string) => boolean;

export type Stop =
  /** The entry is not the one that follows: its place, its chain hash or its form. */
  | { by: 'chain' }
  /** It follows, but the judge of leaves says no. */
  | { by: 'leaf' }
  /** The entry itself fits; its payload, its columns or its name do not. */
  | { by: 'content'; found: BreakFound };

const pageRows = 2000;
const pageSql = (db: Database): string => `
  SELECT e.seq, ${chainHashSql(db, 'e')}, e.header, p.body, p.salt, (p.seq IS NOT NULL) + (p.sealed IS NOT NULL), ${columnsSql(db)}
  FROM entries e LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN facts f ON f.seq = e.seq
  WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq LIMIT ${pageRows}`;

/** `kept`: 0 no payload, 1 its text, 2 ciphertext. */
type PageRow = [seq: number, hash: string, header: string, body: string | null, salt: string | null, kept: number, ...ColumnValues];
/** Where the columns of `facts` begin in a row. */
const columnsFrom = 6;

/** What a reading found; plain data, so that it can come from another thread. */
export interface RowReport {
  /** All below it have passed. */
  reached: number;
  /** Chain hash of the last entry that passed. */
  head: string;
  /** Why the reading ended before the end of its range. */
  stop: Stop | undefined;
  payloads: PayloadCounts;
  gone: readonly number[];
  nameless: readonly Nameless[];
  /** Entries that introduce a name. */
  introduced: number;
  /** Does it begin with the making of the home, or did the reading begin later? */
  began: boolean;
}

/** `pause` is awaited after each page, with how far the reading has come. */
export async function readRows(db: Database, range: RowRange, how: { judge: LeafJudge; open?: OpenPayload | undefined; pause: (reached: number) => Promise<void> }): Promise<RowReport> {
  const reader = new RowReader(db, range, how);
  const page = db.guard(() => db.raw.prepare(pageSql(db)).raw());
  for (let at = range.from; reader.stop === undefined; ) {
    const rows = db.guard(() => page.all(at, range.to) as PageRow[]);
    for (const row of rows) if (!reader.take(row)) break;
    await how.pause(reader.reached);
    if (rows.length < pageRows) break;
    at = (rows.at(-1) as PageRow)[0] + 1;
  }
  return reader.report();
}

class RowReader {
  stop: Stop | undefined;
  reached: number;
  #head: string;
  readonly #judge: LeafJudge;
  readonly #hasher: Hasher = createHasher();
  readonly #hashes = new HeaderHashes();
  readonly #payloads: PayloadCheck;
  readonly #names: NameCheck;
  readonly #columns: ColumnCheck;
  /** Did the record begin as one does? undefined until that has been read. */
  #began: boolean | undefined;

  constructor(db: Database, range: RowRange, { judge, open }: { judge: LeafJudge; open?: OpenPayload | undefined }) {
    this.#judge = judge;
    this.reached = range.from;
    this.#head = range.head;
    this.#began = range.from > 0 ? true : undefined;
    this.#payloads = new PayloadCheck(db, this.#hasher, open);
    this.#names = new NameCheck(db);
    this.#columns = new ColumnCheck(db, this.#names);
  }

  report(): RowReport {
    const { counts, gone } = this.#payloads;
    return { reached: this.reached, head: this.#head, stop: this.stop, payloads: counts, gone, nameless: this.#names.nameless, introduced: this.#names.introduced, began: this.#began === true };
  }

  /** False when the entry does not fit: then `stop` says why. */
  take(row: PageRow): boolean {
    const seq = row[0];
    const hash = row[1];
    const text = row[2];
    if (typeof text !== 'string') return this.#end({ by: 'chain' });
    const expected = this.#columns.expected(row, columnsFrom, { text, seq, prev: this.#head });
    const header = expected ?? parseHeader(text);
    if (seq !== this.reached || header === undefined || header.seq !== seq || header.prev !== this.#head || this.#hashes.chain(this.#head, text) !== hash) return this.#end({ by: 'chain' });
    if (!this.#judge(seq, this.#hashes.leaf())) return this.#end({ by: 'leaf' });
    const found = this.#checkContent(row, header, expected !== undefined);
    if (found) return this.#end({ by: 'content', found });
    if (this.#began === undefined) this.#checkBeginning(header);
    this.#head = hash;
    this.reached = seq + 1;
    return true;
  }

  #end(stop: Stop): false {
    this.stop = stop;
    return false;
  }

  #checkContent(row: PageRow, header: HeaderFields, listedAs: boolean): BreakFound | undefined {
    const seq = row[0];
    const { found, text, erased } = this.#payloads.check({ seq, body: row[3], salt: row[4], sealed: row[5] === 2 }, row[5] !== 0, header);
    if (found) return found;
    if (!listedAs && !this.#columns.agree(row, columnsFrom, header)) return { seq, what: 'edited', detail: `the columns by which entry ${seq} is listed and filtered do not say what its header says` };
    return header.action === 'log.name-introduced' ? this.#names.introduce(header, text, erased === true) : undefined;
  }

  /** The introduction of whoever made the home comes first, then its making, then everything else. */
  #checkBeginning(header: HeaderFields): void {
    if (header.action !== 'log.name-introduced') this.#began ??= header.action === 'home.created';
  }
}

export function noEvidence(what: string): VarveError {
  return new VarveError('EVIDENCE_MISSING', what, { what });
}
