// The rows of entries that a transaction appends, held back until its end and then written table by table: many rows to a statement where the table
// has triggers, because each such statement opens a savepoint; and the full-text index last, because FTS5 writes out all it holds at each savepoint.
import type { Database } from '../store/index.ts';
import type { SealedRow } from './sealed/sealing.ts';

interface NewRow {
  seq: number;
  hash: Uint8Array;
  header: string;
  payload: { body: string; salt: string } | SealedRow | undefined;
  facts: { atMs: number; category: number; level: number; action: number; actor: number; subject: number | null; id: Uint8Array; session: number; trace: Uint8Array | null };
}

export interface NewRows {
  add(row: NewRow): void;
  /** Writes what was added and is not written yet. */
  write(): void;
}

/** Rows to a statement: as many of the first as there are, then of the next. */
const groups = [32, 8, 1];

/** `values` of all rows, one after the other, so many to each. */
function insert(db: Database, into: string, columns: number, values: readonly unknown[]): void {
  const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`;
  let from = 0;
  for (const size of groups) {
    const step = size * columns;
    if (values.length - from < step) continue;
    const statement = db.prepare(`INSERT INTO ${into} VALUES ${Array.from({ length: size }, () => row).join(', ')}`);
    for (; values.length - from >= step; from += step) statement.run(values.slice(from, from + step));
  }
}

const wordsOfRows = `
  INSERT INTO search (rowid, action, body) SELECT f.seq, a.name, p.body
  FROM facts f CROSS JOIN actions a ON a.no = f.action LEFT JOIN payloads p ON p.seq = f.seq WHERE f.seq BETWEEN ? AND ? ORDER BY f.seq`;

export function createNewRows(db: Database): NewRows {
  let rows: NewRow[] = [];
  return {
    add(row) {
      rows.push(row);
    },
    write() {
      const [first, last] = [rows[0]?.seq, rows.at(-1)?.seq];
      if (first === undefined || last === undefined) return;
      const [entries, plain, sealed]: [unknown[], unknown[], unknown[]] = [[], [], []];
      for (const { seq, hash, header, payload } of rows) {
        entries.push(seq, hash, header);
        if (payload === undefined) continue;
        if ('body' in payload) plain.push(seq, payload.body, payload.salt);
        else sealed.push(seq, payload.sealed, payload.nonce, payload.wrapped, payload.kek);
      }
      insert(db, 'entries (seq, hash, header)', 3, entries);
      insert(db, 'payloads (seq, body, salt)', 3, plain);
      insert(db, 'payloads (seq, sealed, nonce, wrapped, kek)', 5, sealed);
      // One row to a statement: without triggers there is no savepoint to save, and with several rows there would be one.
      const facts = db.prepare('INSERT INTO facts (seq, at_ms, category, level, action, actor, subject, id, session, trace) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      for (const { seq, facts: row } of rows) facts.run(seq, row.atMs, row.category, row.level, row.action, row.actor, row.subject, row.id, row.session, row.trace);
      db.prepare(wordsOfRows).run(first, last);
      rows = [];
    }
  };
}
