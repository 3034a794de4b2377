// One filter over one window of the record: which entries come through, and, of those that miss something, what. Everything that counts or
// lists goes through here, so that list, facets and histogram can't disagree.
import type { Database } from '../../store/index.ts';
import type { Plan } from '../filter.ts';
import { chunkSize, type Chunk, type Columns } from './columns.ts';
import { createMasks, type Masks } from './masks.ts';
import type { TestedRows, TextHits } from './memo.ts';

/** exact: all of the filter. facets: may miss one facet. anyTime: the time asked for is left out. */
export type SieveMode = 'exact' | 'facets' | 'anyTime';

export interface SieveParts {
  columns: Columns;
  hits: TextHits | undefined;
  rows: TestedRows | undefined;
  annotated: { reviewed: ReadonlySet<number>; noted: ReadonlySet<number> } | undefined;
}

/** Payloads looked into at once; a slice of a few milliseconds. */
const rowWindow = 2048;

export class Sieve {
  /** Places inside the chunk of what came through, ascending, and which facets each missed; `count` of them are valid. */
  readonly index = new Uint32Array(chunkSize);
  readonly missed = new Uint8Array(chunkSize);
  count = 0;
  /** Entries per call of `run` at most. */
  readonly window: number;
  readonly plan: Plan;
  readonly #parts: SieveParts;
  readonly #masks: Masks;
  readonly #only: ReadonlySet<number> | undefined;

  constructor(db: Database, plan: Plan, parts: SieveParts) {
    this.plan = plan;
    this.#parts = parts;
    this.#masks = createMasks(plan);
    this.#only = chosenSeqs(db, plan);
    this.window = plan.rows === undefined ? chunkSize : rowWindow;
  }

  /** Looks at the entries `low` to `high` (included), all in chunk `no`. Returns the chunk when the columns were needed. */
  run(no: number, low: number, high: number, top: number, mode: SieveMode, needColumns = false): Chunk | undefined {
    this.count = 0;
    const from = no * chunkSize;
    const first = Math.max(low, this.plan.fromSeq ?? 0) - from;
    const last = Math.min(high, this.plan.toSeq ?? Infinity) - from;
    const masks = this.#masks;
    const byColumns = needColumns || masks.asked !== 0 || (masks.timed && mode !== 'anyTime');
    const chunk = byColumns ? this.#parts.columns.chunk(no, top) : undefined;
    if (first > last || (chunk !== undefined && mode !== 'anyTime' && !masks.mayBeInTime(chunk))) return chunk;
    const hits = this.#parts.hits?.chunk(no, top);
    if (hits !== undefined) for (const seq of hits) this.#take(chunk, seq - from, first, last, mode);
    else if (this.#only !== undefined) for (const seq of this.#only) this.#take(chunk, seq - from, first, last, mode);
    else for (let i = first; i <= last; i++) this.#take(chunk, i, first, last, mode);
    this.#narrow(from);
    return chunk;
  }

  #take(chunk: Chunk | undefined, i: number, first: number, last: number, mode: SieveMode): void {
    if (i < first || i > last) return;
    let missed = 0;
    if (chunk !== undefined) {
      if (chunk.action[i] === 0) return;
      missed = this.#masks.misses(chunk, i);
      if (missed !== 0 && (mode !== 'facets' || (missed & (missed - 1)) !== 0)) return;
      if (this.#masks.timed && mode !== 'anyTime' && !this.#masks.inTime(chunk, i)) return;
    }
    this.index[this.count] = i;
    this.missed[this.count] = missed;
    this.count += 1;
  }

  /** The tests that cost more, on what has come through so far. */
  #narrow(from: number): void {
    const { annotated, rows, hits } = this.#parts;
    const { reviewed, noted } = this.plan;
    const only = hits === undefined ? undefined : this.#only;
    if (only !== undefined) this.#keep((i) => only.has(from + i));
    if (annotated !== undefined && reviewed !== undefined) this.#keep((i) => annotated.reviewed.has(from + i) === reviewed);
    if (annotated !== undefined && noted !== undefined) this.#keep((i) => annotated.noted.has(from + i) === noted);
    if (rows === undefined || this.count === 0) return;
    const passed = new Set(rows.pass(Array.from(this.index.subarray(0, this.count), (i) => from + i)));
    this.#keep((i) => passed.has(from + i));
  }

  #keep(test: (i: number) => boolean): void {
    let kept = 0;
    for (let at = 0; at < this.count; at++) {
      const i = this.index[at] as number;
      if (!test(i)) continue;
      this.index[kept] = i;
      this.missed[kept] = this.missed[at] as number;
      kept += 1;
    }
    this.count = kept;
  }
}

/** The few entries that an id or a trace names; undefined when neither is asked for. */
function chosenSeqs(db: Database, plan: Plan): ReadonlySet<number> | undefined {
  let chosen: Set<number> | undefined;
  for (const { column, values } of plan.conditions) {
    if (column !== 'id' && column !== 'trace') continue;
    const found = new Set(values.flatMap((value) => db.prepare(`SELECT seq FROM facts WHERE ${column} = ? ORDER BY seq`).all<{ seq: number }>(value).map((row) => row.seq)));
    chosen = chosen === undefined ? found : new Set([...chosen].filter((seq) => found.has(seq)));
  }
  return chosen;
}
