// Entries with what belongs to them, in order, also out of a file that is damaged: where reading a range fails it goes on entry by entry, and what
// cannot be read is named.
import { isVarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import { chainHashSql } from '../chain-column.ts';

/** As the tables hold it: whoever changed the file may have put anything in. */
export interface EntryRow {
  seq: number;
  hash: unknown;
  header: unknown;
  /** 1: there is a payload. */
  there: number;
  body: unknown;
  salt: unknown;
  sealed: unknown;
  nonce: unknown;
  wrapped: unknown;
  kek: unknown;
  /** The event that table `erased` points to. */
  by: unknown;
  /** Why the payload could not be read. */
  unread?: string;
}

const columns = (db: Database): string => `e.seq AS seq, ${chainHashSql(db, 'e')} AS hash, e.header AS header`;
const withPayload = (db: Database): string => `
  SELECT ${columns(db)}, (p.seq IS NOT NULL) AS there, p.body AS body, p.salt AS salt, p.sealed AS sealed, p.nonce AS nonce, p.wrapped AS wrapped, p.kek AS kek, x.event AS by
  FROM entries e LEFT JOIN payloads p ON p.seq = e.seq LEFT JOIN erased x ON x.seq = e.seq WHERE`;

/** Does it say that the file is damaged, and not that the computer failed us? */
export function isDamage(error: unknown): error is Error {
  return isVarveError(error) && error.code === 'LOG_DAMAGED';
}

/** Entries from `from` up to but without `below`. `unreadable` is told of each that the file does not give. */
export function* readEntryRows(db: Database, from: number, below: number, unreadable: (seq: number, why: string) => void): Generator<EntryRow, void, void> {
  let next = from;
  try {
    for (const row of db.prepare(`${withPayload(db)} e.seq >= ? AND e.seq < ? ORDER BY e.seq`).iterate<EntryRow>(from, below)) {
      next = row.seq + 1;
      yield row;
    }
    return;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  for (let seq = next; seq < below; seq++) {
    const row = readOne(db, seq, unreadable);
    if (row !== undefined) yield row;
  }
}

function readOne(db: Database, seq: number, unreadable: (seq: number, why: string) => void): EntryRow | undefined {
  try {
    return db.prepare(`${withPayload(db)} e.seq = ?`).get<EntryRow>(seq);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return readBare(db, seq, error.message, unreadable);
  }
}

/** The entry without its payload. */
function readBare(db: Database, seq: number, why: string, unreadable: (seq: number, why: string) => void): EntryRow | undefined {
  try {
    const row = db.prepare(`SELECT ${columns(db)} FROM entries e WHERE e.seq = ?`).get<Pick<EntryRow, 'seq' | 'hash' | 'header'>>(seq);
    return row && { ...row, there: 0, body: null, salt: null, sealed: null, nonce: null, wrapped: null, kek: null, by: null, unread: why };
  } catch (error) {
    if (!isDamage(error)) throw error;
    unreadable(seq, error.message);
    return undefined;
  }
}
