// Reading the record as a person does (README.md): pages of any filter, facets, histogram, hints, notes and marks. One per opened log.
import type { LogEntry, LogFilter } from '../../../../contract/log.ts';
import type { EntryAnnotations, EntryInclusion, LogFacets, LogHint, LogHistogram, LogRow } from '../../../../contract/review.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import type { Appended, NewEvent } from '../model.ts';
import type { Reader, ReadRow } from '../read.ts';
import type { Checkpoints } from '../tree/checkpoints.ts';
import type { TreeStore } from '../tree/store.ts';
import { accessCsv } from './access-csv.ts';
import { countBetween } from './between.ts';
import { createEntryNotes, type EntryNotes } from './entry-notes.ts';
import { countFacets, type FacetInput } from './facets.ts';
import { findHints } from './hints.ts';
import { countOverTime } from './histogram.ts';
import { createInclusion } from './inclusion.ts';
import { createPages } from './pages.ts';
import { createSearch } from './search.ts';
import { shortenPayload } from './shorten.ts';

export interface Selection {
  filter?: LogFilter | undefined;
  upTo?: number | undefined;
}

export interface RowsAnswer {
  rows: LogRow[];
  upTo: number | null;
  total: number;
  complete: boolean;
  scannedTo: number;
  sealed: number;
}

export interface Review extends Pick<EntryNotes, 'note' | 'removeNote' | 'mark'> {
  /** A page, newest first. Throws BAD_INPUT, CANCELLED. */
  rows(input: Selection & { offset?: number; limit?: number }, signal?: AbortSignal): Promise<RowsAnswer>;
  /** How many entries pass; null where every payload would have to be looked into. */
  count(filter: LogFilter, signal?: AbortSignal): Promise<number | null>;
  newer(input: { filter?: LogFilter; above: number }, signal?: AbortSignal): Promise<{ count: number; upTo: number | null }>;
  locate(input: Selection & { seq?: number | undefined; at?: string | undefined }, signal?: AbortSignal): Promise<{ seq: number | null; offset: number | null; complete: boolean }>;
  context(input: { seq: number; before: number; after: number }): LogRow[];
  facets(input: Selection & { most?: number; search?: FacetInput['search'] }, signal?: AbortSignal): Promise<LogFacets>;
  histogram(input: Selection & { buckets?: number; alignTo?: string | undefined }, signal?: AbortSignal): Promise<LogHistogram>;
  /** Entries before the first moment, between each and the next, from the last on, in their order. */
  between(input: { times: readonly string[]; upTo?: number | undefined }, signal?: AbortSignal): Promise<{ upTo: number | null; counts: number[] }>;
  hints(input: { windowMs?: number; at?: string | undefined }, signal?: AbortSignal): Promise<{ at: string; windowMs: number; windows: number; hints: LogHint[] }>;
  annotations(seq: number): EntryAnnotations;
  /** Throws NOT_FOUND, LOG_DAMAGED. */
  inclusion(seq: number): EntryInclusion;
  /** Entries about access as CSV, oldest first; the export is an event of its own. */
  exportAccess(filter: LogFilter, purpose: string, actor: string | undefined, signal?: AbortSignal): Promise<{ fileName: string; content: string; entries: number }>;
  close(): void;
}

export interface ReviewDeps {
  db: Database;
  clock: Pick<Clock, 'now' | 'monotonicMs' | 'setTimer'>;
  reader: Reader;
  readOnly: boolean;
  append: (event: NewEvent) => Appended;
  tree: TreeStore;
  checkpoints: Pick<Checkpoints, 'latest'>;
}

const dayMs = 86_400_000;
const accessPage = 500;

export function createReview({ db, clock, reader, readOnly, append, tree, checkpoints }: ReviewDeps): Review {
  const search = createSearch({ db, clock, stateOf: reader.stateOf });
  const pages = createPages({ clock, search });
  const notes = createEntryNotes({ db, readOnly, rows: reader.rows, entries: reader.entries, append });
  const deps = { db, clock, search };

  const topOf = (upTo: number | undefined): number => {
    notes.ready();
    return Math.min(upTo ?? Number.MAX_SAFE_INTEGER, reader.entries() - 1);
  };
  const shown = (top: number): number | null => (top < 0 ? null : top);

  function toRow({ seq, entry, damage }: ReadRow): LogRow {
    const { notes: list, reviewed } = notes.state(seq);
    const marks = { notes: list.length, reviewed: reviewed !== undefined };
    if (entry === undefined) return { seq, entry: null, damage: damage ?? '', shortened: false, ...marks };
    const { payload, shortened } = shortenPayload(entry.payload, sizeOf(db, seq));
    return { seq, entry: { ...entry, payload }, damage: null, shortened, ...marks };
  }

  return {
    async rows({ filter = {}, upTo, offset = 0, limit = 100 }, signal) {
      const top = topOf(upTo);
      const { seqs, ...found } = await pages.page({ filter, top, offset, limit, signal });
      return { rows: reader.rows(seqs).map(toRow), upTo: shown(top), ...found, sealed: search.sealed(filter, top) };
    },
    count: async (filter, signal) => (filter.where === undefined && filter.payload === undefined ? pages.newer({ filter, above: -1, top: topOf(undefined), signal }) : null),
    async newer({ filter = {}, above }, signal) {
      const top = topOf(undefined);
      return { count: await pages.newer({ filter, above, top, signal }), upTo: shown(top) };
    },
    locate: ({ filter = {}, upTo, seq, at }, signal) => pages.locate({ filter, top: topOf(upTo), seq, atMs: at === undefined ? undefined : Date.parse(at), signal }),
    context({ seq, before, after }) {
      if (seq >= reader.entries()) throw new VarveError('NOT_FOUND', `the log has no entry ${seq}`, { kind: 'event', name: String(seq) });
      const from = Math.max(0, seq - before);
      const to = Math.min(reader.entries() - 1, seq + after);
      return reader.rows(Array.from({ length: to - from + 1 }, (_, index) => from + index)).map(toRow);
    },
    facets: ({ filter = {}, upTo, most = 50, search: part }, signal) => countFacets(deps, { filter, top: topOf(upTo), most, search: part, signal }),
    histogram: ({ filter = {}, upTo, buckets = 90, alignTo }, signal) => countOverTime(deps, { filter, top: topOf(upTo), buckets, alignToMs: alignTo === undefined ? 0 : Date.parse(alignTo), signal }),
    async between({ times, upTo }, signal) {
      const top = topOf(upTo);
      const bounds = times.map((time) => Date.parse(time)).sort((a, b) => a - b);
      return { upTo: shown(top), counts: await countBetween(deps, { bounds, top, signal }) };
    },
    async hints({ windowMs = dayMs, at }, signal) {
      const nowMs = at === undefined ? clock.now() : Date.parse(at);
      const { windows, hints } = await findHints(deps, { top: topOf(undefined), nowMs, windowMs, signal });
      return { at: new Date(nowMs).toISOString(), windowMs, windows, hints };
    },
    annotations: notes.of,
    inclusion: createInclusion({ db, tree, checkpoints }),
    note: notes.note,
    removeNote: notes.removeNote,
    mark: notes.mark,
    async exportAccess(filter, purpose, actor, signal) {
      const top = topOf(undefined);
      const wanted: LogFilter = { ...filter, category: ['access'] };
      const entries: LogEntry[] = [];
      for (let offset = 0; ; ) {
        const { seqs, complete } = await pages.page({ filter: wanted, top, offset, limit: accessPage, signal });
        entries.push(...reader.rows(seqs).flatMap(({ entry }) => entry ?? []));
        offset += seqs.length;
        if (complete && seqs.length < accessPage) break;
      }
      append({ action: 'access.log-exported', category: 'access', payload: { entries: entries.length, format: 'access-csv', filter: wanted, purpose }, ...(actor === undefined ? {} : { actor }) });
      return { fileName: `varve-access-${new Date(clock.now()).toISOString().slice(0, 10)}.csv`, content: accessCsv(entries.toReversed()), entries: entries.length };
    },
    close: () => search.release()
  };
}

function sizeOf(db: Database, seq: number): number {
  return db.prepare('SELECT octet_length(body) AS size FROM payloads WHERE seq = ?').get<{ size: number | null }>(seq)?.size ?? 0;
}
