// Any row of a filter, wherever in it: pages are fetched where the eye is, the ones left behind are forgotten, so a million rows take no more
// memory than a screenful or two. The list is that of one moment (`upTo`): nothing moves while the record grows.
import type { VarveClient } from '../../../contract/index.ts';
import type { LogFilter } from '../../../contract/log.ts';
import type { LogRow } from '../../../contract/review.ts';
import { createCell, type Cell } from '../../api/cell.ts';

const pageSize = 100;
const keptPages = 24;
const askAgainMs = 150;
const settleMs = 40;

export interface RowsState {
  /** undefined until the first answer, null while the record is empty. */
  upTo: number | null | undefined;
  total: number;
  /** False while a scan goes on: the total still grows. */
  complete: boolean;
  scannedTo: number;
  sealed: number;
  error: unknown;
  /** Changes whenever rows have come or changed. */
  version: number;
}

export interface RowSource {
  /** Another one for each filter and moment. */
  id: number;
  state: Cell<RowsState>;
  row(index: number): LogRow | undefined;
  /** These rows are in sight; what is missing is fetched when the eye has rested for a moment. */
  want(first: number, last: number): void;
  /** Changes what is shown of rows that are held. */
  patch(seqs: readonly number[], change: (row: LogRow) => LogRow): void;
  retry(): void;
  /** Nobody looks for now: nothing is asked until `resume`. */
  pause(): void;
  resume(): void;
}

let made = 0;

export type RowsClient = Pick<VarveClient['review'], 'rows'>;

export function createRowSource(client: RowsClient, filter: LogFilter): RowSource {
  const state = createCell<RowsState>({ upTo: undefined, total: 0, complete: false, scannedTo: 0, sealed: 0, error: undefined, version: 0 });
  const pages = new Map<number, readonly LogRow[]>();
  const asked = new Map<number, AbortController>();
  const last = new Set<number>();
  let sight = { first: 0, last: pageSize - 1 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = true;

  const isWanted = (page: number): boolean => page >= Math.floor(sight.first / pageSize) && page <= Math.floor(sight.last / pageSize);

  /** A page that is full, or that was fetched when everything had been looked at, is as long as it will ever be. */
  const isWhole = (page: number): boolean => pages.has(page) && (pages.get(page)?.length === pageSize || last.has(page));

  function keep(page: number, rows: readonly LogRow[]): void {
    pages.delete(page);
    pages.set(page, rows);
    for (const oldest of pages.keys()) {
      if (pages.size <= keptPages) break;
      if (!isWanted(oldest)) pages.delete(oldest);
    }
  }

  async function fetchPage(page: number): Promise<void> {
    const stop = new AbortController();
    asked.set(page, stop);
    try {
      const { upTo } = state.get();
      const answer = await client.rows({ filter, offset: page * pageSize, limit: pageSize, ...(upTo === undefined || upTo === null ? {} : { upTo }) }, { signal: stop.signal });
      if (closed) return;
      keep(page, answer.rows);
      if (answer.complete) last.add(page);
      state.update((before) => ({ ...before, upTo: before.upTo ?? answer.upTo, total: Math.max(before.total, answer.total), complete: before.complete || answer.complete, scannedTo: answer.complete ? 0 : answer.scannedTo, sealed: answer.sealed, error: undefined, version: before.version + 1 }));
    } catch (error) {
      if (!closed && !stop.signal.aborted) state.update((before) => ({ ...before, error, version: before.version + 1 }));
    } finally {
      if (asked.get(page) === stop) asked.delete(page);
      plan(askAgainMs);
    }
  }

  /** Asks for what is in sight and not there, and, while a scan goes on, for the last page in sight again. */
  function ask(): void {
    timer = undefined;
    if (closed || state.get().error !== undefined) return;
    for (const [page, stop] of asked) if (!isWanted(page)) stop.abort();
    const from = Math.floor(sight.first / pageSize);
    const to = Math.floor(sight.last / pageSize);
    // Everything goes by the moment of the first answer.
    if (state.get().upTo === undefined) {
      if (asked.size === 0) void fetchPage(from);
      return;
    }
    let going = false;
    for (let page = from; page <= to; page++) {
      if (isWhole(page)) keep(page, pages.get(page) ?? []);
      else if (!asked.has(page) && !going) {
        void fetchPage(page);
        going = !state.get().complete;
      }
    }
    if (!state.get().complete && asked.size === 0) void fetchPage(to);
  }

  function plan(delayMs: number): void {
    if (closed || timer !== undefined) return;
    timer = setTimeout(ask, delayMs);
  }

  made += 1;
  return {
    id: made,
    state,
    row: (index) => pages.get(Math.floor(index / pageSize))?.[index % pageSize],
    want(first, last) {
      sight = { first: Math.max(0, first), last: Math.max(first, last) };
      plan(settleMs);
    },
    patch(seqs, change) {
      const changed = new Set(seqs);
      for (const [page, rows] of pages) if (rows.some((row) => changed.has(row.seq))) pages.set(page, rows.map((row) => (changed.has(row.seq) ? change(row) : row)));
      state.update((before) => ({ ...before, version: before.version + 1 }));
    },
    retry() {
      state.update((before) => ({ ...before, error: undefined, version: before.version + 1 }));
      ask();
    },
    pause() {
      closed = true;
      clearTimeout(timer);
      timer = undefined;
      for (const stop of asked.values()) stop.abort();
      asked.clear();
    },
    resume() {
      closed = false;
      ask();
    }
  };
}
