// Searching encrypted payloads by words: there is no index of them, so they are decrypted and looked through, newest first, a bounded number at a
// time. Each look is one event; the words that were looked for are not in it, for they may be what somebody has erased later. The words are matched
// by the same FTS5 as everywhere, over a table in memory.
import BetterSqlite3 from 'better-sqlite3';
import type { LogEntry, LogFilter } from '../../../../contract/log.ts';
import { fail, throwIfAborted } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { matchExpression, planFilter, residual } from '../filter.ts';
import { parseHeader } from '../header.ts';
import { searchTokenizer } from '../schema.ts';
import { purposeOf } from './opening.ts';
import type { PayloadKeys } from './payload-keys.ts';
import type { Sealing } from './sealing.ts';

export interface SealedSearchInput {
  /** `text` is needed; the other conditions are as in a list. */
  filter: LogFilter;
  purpose: string;
  /** Only entries below this one. */
  before?: number | undefined;
  limit?: number | undefined;
}

export interface SealedSearchResult {
  entries: LogEntry[];
  /** Give it back as `before` to look further; null when everything was looked through. */
  next: number | null;
  /** Encrypted payloads that were decrypted. */
  scanned: number;
  /** Those that could not be: their key is not there, or they are not what was recorded. */
  unopened: number;
  /** Entry that records the look; null when there was nothing to decrypt. */
  event: number | null;
}

const pageRows = 200;
/** Decrypted in one call, at most. */
export const mostScanned = 20_000;

export interface SealedSearch {
  /** Throws as `Opening.open`. */
  search(input: SealedSearchInput, options?: { actor?: string; signal?: AbortSignal | undefined }): Promise<SealedSearchResult>;
}

export function createSealedSearch({ db, path, keys, reader, readOnly, append }: LogContext, sealing: Sealing, payloadKeys: PayloadKeys): SealedSearch {
  /** Encrypted entries that meet the filter's other conditions, below `below`, newest first. */
  function candidates(filter: LogFilter, below: number): { seq: number; header: string }[] {
    const plan = planFilter(db, { ...filter, text: undefined });
    if (plan.nothing) return [];
    const rest = residual(plan, undefined);
    return db
      .prepare(`SELECT e.seq AS seq, e.header AS header FROM payloads p INDEXED BY payloads_sealed CROSS JOIN facts f ON f.seq = p.seq CROSS JOIN entries e ON e.seq = p.seq WHERE p.kek IS NOT NULL AND p.seq < ?${rest.text} ORDER BY p.seq DESC LIMIT ${pageRows}`)
      .all<{ seq: number; header: string }>(below, ...rest.parameters);
  }

  function decrypt({ seq, header: text }: { seq: number; header: string }): { seq: number; action: string; text: string }[] {
    const header = parseHeader(text);
    const payload = header && sealing.open(header);
    return header !== undefined && payload?.state === 'intact' ? [{ seq, action: header.action, text: payload.text }] : [];
  }

  return {
    async search({ filter, purpose, before, limit = 100 }, { actor, signal } = {}) {
      const why = purposeOf(purpose);
      const match = matchExpression(filter.text) ?? fail('BAD_INPUT', 'no words to look for', { field: 'text', reason: 'say which words to look for' });
      if (readOnly) fail('NOT_WRITABLE', `${path} was opened for reading only: a search of encrypted entries could not be recorded`, { path, reason: 'opened for reading only, where a search of encrypted entries could not be recorded' });
      await keys.load();
      if (!payloadKeys.open) fail('VAULT_LOCKED', 'the keys of encrypted payloads are not loaded', { path });
      const words = createWords(match);
      try {
        const found: { seq: number; text: string }[] = [];
        let scanned = 0;
        let unopened = 0;
        let below: number | null = before ?? Number.MAX_SAFE_INTEGER;
        while (below !== null && scanned + unopened < mostScanned && found.length < limit) {
          throwIfAborted(signal);
          const page = candidates(filter, below);
          const opened = page.flatMap(decrypt);
          scanned += opened.length;
          unopened += page.length - opened.length;
          const hits = words.among(opened);
          const room = limit - found.length;
          found.push(...hits.slice(0, room));
          // Hits that do not fit are for the next call, which begins below the last one that did.
          if (hits.length > room) below = found.at(-1)?.seq ?? null;
          else below = page.length < pageRows ? null : (page.at(-1)?.seq ?? null);
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
        const event = scanned === 0 ? null : record({ scanned, found: found.map(({ seq }) => seq), purpose: why }, actor);
        return { entries: found.flatMap(({ seq, text }) => describe(seq, text)), next: below, scanned, unopened, event };
      } finally {
        words.close();
      }
    }
  };

  /** Nothing for an entry that was erased while we looked on. */
  function describe(seq: number, text: string): LogEntry[] {
    const { entry } = reader.show(seq);
    return entry.payloadState === 'locked' ? [{ ...entry, payloadState: 'intact', payload: JSON.parse(text) as unknown }] : [];
  }

  function record(payload: { scanned: number; found: number[]; purpose: string }, actor: string | undefined): number | null {
    const [appended] = append([{ action: 'access.payloads-searched', category: 'access', payload, ...(actor === undefined ? {} : { actor }) }]);
    return appended?.seq ?? null;
  }
}

/** Tells which texts hold the words, by a full-text index that never leaves memory. */
function createWords(match: string): { among<T extends { seq: number; action: string; text: string }>(page: readonly T[]): T[]; close(): void } {
  const memory = new BetterSqlite3(':memory:');
  memory.exec(`CREATE VIRTUAL TABLE search USING fts5(action, body, content = '', tokenize = "${searchTokenizer}")`);
  const insert = memory.prepare('INSERT INTO search (rowid, action, body) VALUES (?, ?, ?)');
  const select = memory.prepare('SELECT rowid FROM search WHERE search MATCH ?').pluck();
  const clear = memory.prepare("INSERT INTO search (search) VALUES ('delete-all')");
  return {
    among(page) {
      memory.transaction(() => page.forEach(({ seq, action, text }) => insert.run(seq, action, text)))();
      const hits = new Set(select.all(match) as number[]);
      clear.run();
      return page.filter(({ seq }) => hits.has(seq));
    },
    close: () => void memory.close()
  };
}
