// The machinery behind one filter at one moment: its plan, what scans have found out before, and a sieve that uses both.
import type { LogEntry, LogFilter } from '../../../../contract/log.ts';
import type { Clock } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import { planFilter, type Plan } from '../filter.ts';
import { annotatedEntries } from './annotations.ts';
import { chunkSize, createColumns, type Chunk, type Columns } from './columns.ts';
import { MatchSet } from './match-set.ts';
import { Recent, TestedRows, TextHits } from './memo.ts';
import type { Pacer } from './pacer.ts';
import { createRowTest } from './row-tests.ts';
import { Sieve, type SieveMode } from './sieve.ts';
import { hasReviewTables } from './tables.ts';

export interface SearchDeps {
  db: Database;
  clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  stateOf: (seq: number) => LogEntry['payloadState'];
}

export interface Search {
  columns: Columns;
  /** Nothing can pass: null. Throws BAD_INPUT. */
  sieve(filter: LogFilter, top: number): Sieve | null;
  /** The matches as far as they are known; kept for the next question about the same filter. */
  matches(filter: LogFilter, top: number): MatchSet | null;
  /** Looks through everything up to `top`, newest window first. `see` finds the sieve filled. */
  walk(sieve: Sieve, top: number, mode: SieveMode, pacer: Pacer, see: (chunk: Chunk) => void): Promise<void>;
  /** Encrypted payloads that the filter's condition could not look into, among those looked at so far. */
  sealed(filter: LogFilter, top: number): number;
  release(): void;
}

const keptSets = 8;
/** Matches held over all sets, 4 bytes each. */
const maxHeld = 6_000_000;

export function createSearch({ db, clock, stateOf }: SearchDeps): Search {
  const columns = createColumns({ db, clock });
  const texts = new Recent<TextHits>(4);
  const tested = new Recent<TestedRows>(4);
  const sets = new Recent<MatchSet>(keptSets);

  /** The latest event that took payloads and words away. */
  const erasures = (): number => db.prepare("SELECT max(f.seq) AS seq FROM actions a JOIN facts f ON f.action = a.no WHERE a.name IN ('log.erasure', 'log.retention')").get<{ seq: number | null }>()?.seq ?? -1;
  const rowsKey = (filter: LogFilter, plan: Plan): string | undefined => (plan.rows === undefined ? undefined : JSON.stringify([filter.where, filter.payload, erasures()]));

  function prepare(filter: LogFilter, top: number): { plan: Plan; parts: ConstructorParameters<typeof Sieve>[2]; key: string } | null {
    const plan = planFilter(db, filter);
    if (plan.nothing) return null;
    const asked = plan.reviewed !== undefined || plan.noted !== undefined;
    const annotated = asked && hasReviewTables(db) ? annotatedEntries(db, top) : undefined;
    const { match, rows: tests } = plan;
    const textKey = match === undefined ? undefined : JSON.stringify([match, erasures()]);
    const rows = rowsKey(filter, plan);
    const none = { version: '', reviewed: new Set<number>(), noted: new Set<number>() };
    return {
      plan,
      parts: {
        columns,
        hits: match === undefined || textKey === undefined ? undefined : texts.get(textKey, () => new TextHits(db, match)),
        rows: tests === undefined || rows === undefined ? undefined : tested.get(rows, () => new TestedRows(createRowTest({ db, stateOf }, tests))),
        annotated: asked ? (annotated ?? none) : undefined
      },
      // What names stand for is part of it: they can come and go.
      key: JSON.stringify([filter, plan.conditions, textKey, rows, annotated?.version])
    };
  }

  return {
    columns,
    sieve(filter, top) {
      const ready = prepare(filter, top);
      return ready && new Sieve(db, ready.plan, ready.parts);
    },
    matches(filter, top) {
      const ready = prepare(filter, top);
      if (ready === null) return null;
      let held = 0;
      for (const set of sets.values()) held += set.held;
      if (held > maxHeld) sets.clear();
      return sets.get(ready.key, () => new MatchSet(new Sieve(db, ready.plan, ready.parts), top));
    },
    async walk(sieve, top, mode, pacer, see) {
      const lowest = sieve.plan.fromSeq ?? 0;
      for (let high = Math.min(top, sieve.plan.toSeq ?? top); high >= lowest; ) {
        const no = Math.floor(high / chunkSize);
        const low = Math.max(no * chunkSize, high - sieve.window + 1, lowest);
        const chunk = sieve.run(no, low, high, top, mode, true);
        if (chunk !== undefined && sieve.count > 0) see(chunk);
        high = low - 1;
        await pacer.breathe();
      }
    },
    sealed(filter, top) {
      return prepare(filter, top)?.parts.rows?.sealed ?? 0;
    },
    release() {
      columns.release();
      texts.clear();
      tested.clear();
      sets.clear();
    }
  };
}
