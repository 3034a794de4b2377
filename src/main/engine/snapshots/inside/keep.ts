// What was found inside a file as a small database in the cache folder: its rows in order, up to a limit, and the pictures of both sides. Can be thrown
// away at any moment.
import type { Inside, InsideRow } from '../../../../contract/inside.ts';
import type { Database, Migration } from '../../store/index.ts';

export const insideMigrations: readonly Migration[] = [
  {
    version: 1,
    up(db) {
      db.exec(`
        CREATE TABLE rows (no INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
        CREATE TABLE pictures (side TEXT NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (side, at)) STRICT;
        CREATE TABLE result (only INTEGER PRIMARY KEY CHECK (only = 1), json TEXT NOT NULL) STRICT;
      `);
    }
  }
];

/** What the thread finds; names, ids and times are the engine's. */
export type InsideFound = Pick<Inside, 'same' | 'facts' | 'fallback' | 'rows' | 'rowsLeftOut' | 'unread'> & { sizes: { before: number; after: number } };

export const mostRows = 100_000;
const batchRows = 2000;
/** Also of the texts of all rows together. */
const mostCharacters = 64 * 1024 * 1024;

export class RowKeeper {
  readonly #db: Database;
  readonly #mostRows: number;
  #waiting: string[] = [];
  #kept = 0;
  #leftOut = 0;
  #characters = 0;

  constructor(db: Database, most = mostRows) {
    this.#db = db;
    this.#mostRows = most;
  }

  add(row: InsideRow): void {
    this.addMade(() => row);
  }

  /** Makes the row only when it is kept. */
  addMade(make: () => InsideRow): void {
    if (this.#kept >= this.#mostRows || this.#characters > mostCharacters) {
      this.#leftOut += 1;
      return;
    }
    const json = JSON.stringify(make());
    this.#kept += 1;
    this.#characters += json.length;
    this.#waiting.push(json);
    if (this.#waiting.length >= batchRows) this.#flush();
  }

  picture(side: 'before' | 'after', at: number, bytes: Uint8Array): void {
    this.#db.prepare('INSERT INTO pictures (side, at, bytes) VALUES (?, ?, ?)').run(side, at, bytes);
  }

  /** How many rows are kept, and how many were not. */
  finish(): { rows: number; rowsLeftOut: number } {
    this.#flush();
    return { rows: this.#kept, rowsLeftOut: this.#leftOut };
  }

  /** Begins anew, when what was found turns out to be of another kind. */
  forget(): void {
    this.#waiting = [];
    this.#db.exec('DELETE FROM rows');
    [this.#kept, this.#leftOut, this.#characters] = [0, 0, 0];
  }

  #flush(): void {
    const first = this.#kept - this.#waiting.length;
    const insert = this.#db.prepare('INSERT INTO rows (no, json) VALUES (?, ?)');
    this.#db.transaction(() => {
      for (const [i, json] of this.#waiting.entries()) insert.run(first + i, json);
    });
    this.#waiting = [];
  }
}

export function keepFound(db: Database, found: InsideFound): void {
  db.prepare('INSERT INTO result (only, json) VALUES (1, ?)').run(JSON.stringify(found));
}

export function readFound(db: Database): InsideFound | undefined {
  const row = db.prepare('SELECT json FROM result').get<{ json: string }>();
  return row === undefined ? undefined : (JSON.parse(row.json) as InsideFound);
}

export function readRows(db: Database, offset: number, limit: number): { rows: InsideRow[]; total: number } {
  const rows = db.prepare('SELECT json FROM rows WHERE no >= ? AND no < ? ORDER BY no').all<{ json: string }>(offset, offset + limit).map(({ json }) => JSON.parse(json) as InsideRow);
  return { rows, total: db.prepare('SELECT count(*) AS count FROM rows').get<{ count: number }>()?.count ?? 0 };
}

/** One piece of a picture; undefined when none is kept there. */
export function readPicture(db: Database, side: 'before' | 'after', offset: number): { bytes: Uint8Array; end: boolean } | undefined {
  const found = db.prepare('SELECT bytes, at + length(bytes) >= (SELECT max(at + length(bytes)) FROM pictures WHERE side = p.side) AS end FROM pictures p WHERE side = ? AND at = ?').get<{ bytes: Uint8Array; end: number }>(side, offset);
  return found && { bytes: found.bytes, end: found.end === 1 };
}
