// Reading the record: pages by key and one entry in full. Every payload that is shown has opened its commitment a moment before; one that has
// not is never shown as if it had. Pages by offset, counts and the histogram: review/.
import type { EventHeader, LogEntry, LogFilter } from '../../../contract/log.ts';
import { VarveError, isVarveError } from '../kit/errors.ts';
import type { Database } from '../store/index.ts';
import { countSeqs, findSeqs, planFilter, type Plan, type Range } from './filter.ts';
import { namesEntry, readErasure, type Erasure } from './erasure.ts';
import { chainHashSql } from './chain-column.ts';
import { createHasher, genesisHash } from './hash.ts';
import { describeHeader, parseHeader, type HeaderFields } from './header.ts';
import { leafHash } from './merkle/hash.ts';
import { createRowTest } from './review/row-tests.ts';

export interface ListInput {
  filter?: LogFilter;
  before?: number;
  after?: number;
  order?: 'newest' | 'oldest';
  limit?: number;
  /** False: `total` is not wanted and null. Counting a filter for the first time takes as long as looking at every entry. */
  count?: boolean;
}

export interface ListPage {
  entries: LogEntry[];
  /** Give it back as `before` (newest first) or `after` (oldest first) for the next page; null at the end. */
  next: number | null;
  /** All that match, not only this page; null where a filter has to look at every payload. */
  total: number | null;
}

/** A row of a list. A damaged entry takes nothing from its neighbours: `damage` says what is wrong with it. */
export interface ReadRow {
  seq: number;
  entry: LogEntry | undefined;
  damage: string | undefined;
}

export interface ShownEntry {
  entry: LogEntry;
  header: EventHeader;
  leafHash: string;
  previousHash: string;
  salt: string | null;
}

interface EntryRow {
  seq: number;
  hash: string;
  header: string;
  body: string | null;
  salt: string | null;
  /** Length of the ciphertext, null when there is none. */
  sealed: number | null;
  event: number | null;
  actorName: string | null;
  subjectName: string | null;
}

/** With `e.seq = ?` SQLite would plan this anew for each number, which takes ten times as long as reading the row. */
const entriesBySeq = (db: Database): string => `
  SELECT e.seq AS seq, ${chainHashSql(db, 'e')} AS hash, e.header AS header, p.body AS body, p.salt AS salt, length(p.sealed) AS sealed, x.event AS event, a.name AS actorName, b.name AS subjectName
  FROM entries e LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN erased x ON x.seq = e.seq
  LEFT JOIN facts f ON f.seq = e.seq LEFT JOIN names a ON a.no = f.actor LEFT JOIN names b ON b.no = f.subject
  WHERE e.seq IN (SELECT value FROM json_each(?))`;

/** How many candidates one call looks into when the filter asks about payloads. */
const maxLooks = 5000;
const rememberedCounts = 32;

export interface Reader {
  list(input: ListInput): ListPage;
  show(seq: number): ShownEntry;
  /** The entries with these seqs, in this order; never fails for one that is damaged. */
  rows(seqs: readonly number[]): ReadRow[];
  stateOf(seq: number): LogEntry['payloadState'];
  /** Matches above `after`, oldest first, and the seq up to which the log was looked through. */
  since(filter: LogFilter, after: number, limit: number): { entries: LogEntry[]; reached: number; more: boolean };
  entries(): number;
  head(): { seq: number; hash: string } | undefined;
}

export function createReader({ db, origin }: { db: Database; origin: string }): Reader {
  const hasher = createHasher();
  /** Matches per filter up to a seq: the log only grows, so later counts only look at what is new. */
  const counts = new Map<string, { upTo: number; count: number }>();

  const head = (): { seq: number; hash: string } | undefined => db.prepare(`SELECT seq, ${chainHashSql(db)} AS hash FROM entries ORDER BY seq DESC LIMIT 1`).get<{ seq: number; hash: string }>();
  const damaged = (seq: number, what: string): never => {
    throw new VarveError('LOG_DAMAGED', `${db.path}: entry ${seq} ${what}`, { seq, what: `entry ${seq} ${what}` });
  };

  /** What the event at `seq` says about payloads that are gone; only a payload that opens its commitment says anything. */
  function erasureAt(seq: number): Erasure | undefined {
    const row = db.prepare('SELECT e.header AS header, p.body AS body, p.salt AS salt FROM entries e JOIN payloads p ON p.seq = e.seq WHERE e.seq = ?').get<{ header: string; body: string | null; salt: string | null }>(seq);
    const header = row === undefined ? undefined : parseHeader(row.header);
    if (row === undefined || header === undefined || row.body === null || row.salt === null || hasher.commit(row.salt, row.body) !== header.payload?.commit) return undefined;
    return readErasure(header.action, row.body);
  }

  /** One event explains many entries, so a page reads each such event once. */
  type Erasures = Map<number, Erasure | undefined>;

  function isErased(row: EntryRow, header: HeaderFields, erasures: Erasures): boolean {
    if (row.event === null || row.event <= row.seq) return false;
    if (!erasures.has(row.event)) erasures.set(row.event, erasureAt(row.event));
    const erasure = erasures.get(row.event);
    return erasure !== undefined && namesEntry(erasure, row.seq, header.category);
  }

  function openRow(row: EntryRow, erasures: Erasures = new Map()): { entry: LogEntry; header: HeaderFields } {
    const header = parseHeader(row.header) ?? damaged(row.seq, 'has a header that is not in its canonical form');
    const { state, payload } = openPayload(row, header, erasures);
    const entry: LogEntry = {
      seq: row.seq, id: header.id, ts: header.ts, actor: header.actor, actorName: row.actorName, category: header.category, action: header.action,
      subject: header.subject, subjectName: row.subjectName, level: header.level, payloadState: state, payload, hash: row.hash
    };
    return { entry, header };
  }

  function openPayload(row: EntryRow, header: HeaderFields, erasures: Erasures): { state: LogEntry['payloadState']; payload: unknown } {
    if (header.payload === null) return { state: row.body === null && row.sealed === null ? 'none' : 'altered', payload: null };
    if (row.sealed !== null) return { state: header.payload.enc === 'a256gcm' ? 'locked' : 'altered', payload: null };
    if (row.body === null || row.salt === null) return { state: isErased(row, header, erasures) ? 'erased' : 'missing', payload: null };
    if (hasher.commit(row.salt, row.body) !== header.payload.commit) return { state: 'altered', payload: null };
    return { state: 'intact', payload: JSON.parse(row.body) as unknown };
  }

  const rawRows = (seqs: readonly number[]): Map<number, EntryRow> => new Map(db.prepare(entriesBySeq(db)).all<EntryRow>(JSON.stringify(seqs)).map((row) => [row.seq, row]));

  const readRows = (seqs: readonly number[]): LogEntry[] => {
    const rows = rawRows(seqs);
    const erasures: Erasures = new Map();
    return seqs.map((seq) => openRow(rows.get(seq) ?? damaged(seq, 'is in the index but not in the record'), erasures).entry);
  };

  const readSafely = (seqs: readonly number[]): ReadRow[] => {
    const rows = rawRows(seqs);
    const erasures: Erasures = new Map();
    return seqs.map((seq) => {
      const row = rows.get(seq);
      if (row === undefined) return { seq, entry: undefined, damage: `entry ${seq} is in the index but not in the record` };
      try {
        return { seq, entry: openRow(row, erasures).entry, damage: undefined };
      } catch (error) {
        if (isVarveError(error) && error.code === 'LOG_DAMAGED') return { seq, entry: undefined, damage: (error.data as { what: string }).what };
        throw error;
      }
    });
  };

  /** `more`: from where to go on; null when nothing is left. A filter that asks about payloads may give less than the limit before the end. */
  function seqsOf(plan: Plan, range: Range): { seqs: number[]; more: number | null } {
    if (plan.rows === undefined) {
      const found = findSeqs(db, plan, { ...range, limit: range.limit + 1 });
      const seqs = found.slice(0, range.limit);
      return { seqs, more: found.length > range.limit ? (seqs.at(-1) ?? null) : null };
    }
    const test = createRowTest({ db, stateOf }, plan.rows);
    const seqs: number[] = [];
    const piece = Math.min(500, range.limit * 4);
    let rest = range;
    for (let looked = 0; looked < maxLooks; looked += piece) {
      const page = findSeqs(db, plan, { ...rest, limit: piece });
      for (const seq of page.length === 0 ? [] : test.pass(page).seqs) {
        seqs.push(seq);
        if (seqs.length === range.limit) return { seqs, more: seq };
      }
      const last = page.at(-1);
      if (last === undefined || page.length < piece) return { seqs, more: null };
      rest = range.order === 'newest' ? { ...rest, below: last } : { ...rest, above: last };
    }
    return { seqs, more: range.order === 'newest' ? rest.below : rest.above };
  }

  function stateOf(seq: number): LogEntry['payloadState'] {
    return readSafely([seq])[0]?.entry?.payloadState ?? 'altered';
  }

  function countMatches(filter: LogFilter, plan: Plan, top: number): number | null {
    if (plan.nothing || top < 0) return 0;
    if (plan.rows !== undefined) return null;
    if (isUnfiltered(plan)) return top + 1;
    const counted = (above: number): number => countSeqs(db, plan, above);
    // What is annotated changes afterwards, so there is nothing to count on from.
    if (plan.reviewed !== undefined || plan.noted !== undefined) return counted(-1);
    // Names can come and go for a filter by name, so what it resolves to is part of the key.
    const key = JSON.stringify([filter, plan.conditions]);
    const known = counts.get(key);
    const count = (known?.count ?? 0) + counted(known?.upTo ?? -1);
    counts.delete(key);
    counts.set(key, { upTo: top, count });
    const oldest = counts.keys().next();
    if (counts.size > rememberedCounts && oldest.done !== true) counts.delete(oldest.value);
    return count;
  }

  /** Several statements over one state of the log. */
  const together = <T>(work: () => T): T => {
    if (db.raw.inTransaction) return work();
    db.exec('BEGIN');
    try {
      return work();
    } finally {
      db.exec('COMMIT');
    }
  };

  return {
    list({ filter = {}, before, after, order = 'newest', limit = 100, count = true }) {
      return together(() => {
        const plan = planFilter(db, filter);
        const top = head()?.seq ?? -1;
        const { seqs, more } = seqsOf(plan, { above: after ?? -1, below: before ?? top + 1, order, limit });
        return { entries: readRows(seqs), next: more, total: count ? countMatches(filter, plan, top) : null };
      });
    },
    show(seq) {
      const row = rawRows([seq]).get(seq);
      if (row === undefined) throw new VarveError('NOT_FOUND', `the log has no entry ${seq}`, { kind: 'event', name: String(seq) });
      const { entry, header } = openRow(row);
      const previous = seq === 0 ? genesisHash(origin) : db.prepare(`SELECT ${chainHashSql(db)} AS hash FROM entries WHERE seq = ?`).get<{ hash: string }>(seq - 1)?.hash;
      return { entry, header: describeHeader(header), leafHash: Buffer.from(leafHash(row.header)).toString('hex'), previousHash: previous ?? header.prev, salt: row.salt };
    },
    rows: (seqs) => together(() => readSafely(seqs)),
    stateOf,
    since(filter, after, limit) {
      return together(() => {
        const top = head()?.seq ?? -1;
        const { seqs, more } = seqsOf(planFilter(db, filter), { above: after, below: top + 1, order: 'oldest', limit });
        return { entries: readRows(seqs), reached: more ?? Math.max(top, after), more: more !== null };
      });
    },
    entries: () => (head()?.seq ?? -1) + 1,
    head
  };
}

function isUnfiltered(plan: Plan): boolean {
  const rest = [plan.match, plan.sinceMs, plan.untilMs, plan.fromSeq, plan.toSeq, plan.reviewed, plan.noted, plan.rows];
  return plan.conditions.length === 0 && rest.every((part) => part === undefined);
}
