// What reading adds to log.db (version 5). All of it is derived: `facts.session`, `facts.trace` and `sessions` from the headers,
// `annotations` from the payloads of the events it points to.
import type { Database, Migration } from '../../store/index.ts';

export const reviewMigration: Migration = {
  version: 5,
  up(db) {
    db.exec(`
      CREATE TABLE sessions (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
      ALTER TABLE facts ADD COLUMN session INTEGER;
      ALTER TABLE facts ADD COLUMN trace BLOB;
      CREATE INDEX facts_trace ON facts (trace) WHERE trace IS NOT NULL;

      -- One row per event on an entry. target: the entry; seq: the event; kind: see annotations.ts; note: the note that a removal takes away.
      -- A note's words are read from its payload each time, so nothing of them is left here when that is erased; the row goes with it.
      CREATE TABLE annotations (
        target INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        note INTEGER,
        PRIMARY KEY (target, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX annotations_by_event ON annotations (seq);
      CREATE TRIGGER annotations_leave_with_their_payload AFTER DELETE ON payloads BEGIN DELETE FROM annotations WHERE seq = OLD.seq; END;
    `);
    fillFromHeaders(db);
  }
};

/** For a log that was kept before; a header that is not JSON any more is left to verification. */
function fillFromHeaders(db: Database): void {
  db.exec(`
    INSERT INTO sessions (name) SELECT DISTINCT header ->> '$.session' FROM entries WHERE json_valid(header) AND header ->> '$.session' IS NOT NULL;
    UPDATE facts SET
      session = (SELECT s.no FROM entries e JOIN sessions s ON s.name = e.header ->> '$.session' WHERE e.seq = facts.seq AND json_valid(e.header)),
      trace = (SELECT unhex(nullif(e.header ->> '$.trace', '')) FROM entries e WHERE e.seq = facts.seq AND json_valid(e.header));
  `);
}
