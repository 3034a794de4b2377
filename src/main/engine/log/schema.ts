// Tables of log.db. Evidence: `entries` (headers), `payloads`, and `names`. Everything else can be rebuilt from them or is a convenience.
// The triggers hold back mistakes and honest programs; against anyone else there are the hashes. No trigger touches the full-text index,
// so that a plain `sqlite3` can open a copy and change it.
import type { Migration } from '../store/index.ts';
import { anchorsMigration } from './anchors/schema.ts';
import { chainColumnMigration } from './chain-column.ts';
import { factBlocksMigration } from './fact-blocks.ts';
import { sealedMigration } from './sealed/schema.ts';
import { intakeMigration } from './intake/schema.ts';
import { treeMigration } from './tree/schema.ts';
import { reviewMigration } from './review/migration.ts';

const evidence = `
  -- One row per event. header: canonical text, the Merkle leaf. hash: chain hash after it, hex; as bytes from version 7 on (chain-column.ts).
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    header TEXT NOT NULL
  ) STRICT;

  -- The part that can go. Plain: body and salt (hex). Encrypted: sealed, nonce, and the salt wrapped by the key encryption key 'kek'.
  CREATE TABLE payloads (
    seq INTEGER PRIMARY KEY,
    body TEXT,
    salt TEXT,
    sealed BLOB,
    nonce BLOB,
    wrapped BLOB,
    kek TEXT,
    CHECK ((body IS NOT NULL AND length(salt) = 64 AND sealed IS NULL AND nonce IS NULL AND wrapped IS NULL AND kek IS NULL)
        OR (body IS NULL AND salt IS NULL AND sealed IS NOT NULL AND length(nonce) = 12 AND wrapped IS NOT NULL AND kek IS NOT NULL))
  ) STRICT;

  -- Opaque ids of headers and the names behind them; name is NULL once erased. introduced: seq of the event whose payload holds the name.
  CREATE TABLE names (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('actor', 'subject')),
    name TEXT,
    introduced INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX names_by_name ON names (kind, name) WHERE name IS NOT NULL;

  -- Which event explains that a payload is gone. Only points: the explaining event's own payload must name the seq or its range.
  CREATE TABLE erased (
    seq INTEGER PRIMARY KEY,
    event INTEGER NOT NULL
  ) STRICT;
`;

/** How the full-text index cuts words; encrypted payloads are searched by the same rule. */
export const searchTokenizer = 'unicode61 remove_diacritics 2';

const derived = `
  CREATE TABLE actions (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- Header fields in narrow rows, for filters and counts. Equal to the headers, which verification checks. id: the UUID's 16 bytes.
  CREATE TABLE facts (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    category INTEGER NOT NULL,
    level INTEGER NOT NULL,
    action INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    subject INTEGER,
    id BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX facts_id ON facts (id);
  CREATE INDEX facts_at ON facts (at_ms);
  CREATE INDEX facts_category ON facts (category);
  CREATE INDEX facts_level ON facts (level);
  CREATE INDEX facts_action ON facts (action);
  CREATE INDEX facts_actor ON facts (actor);
  CREATE INDEX facts_subject ON facts (subject) WHERE subject IS NOT NULL;

  -- Full text over action and plain payloads; encrypted ones never enter. The words are read from the view when a row is taken out, so a
  -- payload leaves the index before it leaves its table.
  CREATE VIRTUAL TABLE search USING fts5(action, body, content = 'words', content_rowid = 'seq', columnsize = 0, tokenize = "${searchTokenizer}");
  INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
`;

const rest = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- Namespaces that a person declared; event: seq of the event that says so.
  CREATE TABLE namespaces (prefix TEXT PRIMARY KEY, schema TEXT, event INTEGER NOT NULL) STRICT;

  -- What the last verification said. A convenience for the screen, never evidence: whoever can change the file can change this.
  CREATE TABLE verification (only INTEGER PRIMARY KEY CHECK (only = 1), verdict TEXT NOT NULL, at TEXT NOT NULL) STRICT;
`;

/** An erasure names single events, a retention a category and a range; both by their own recorded payload. */
const explained = `
  SELECT 1 FROM erased x
  JOIN entries e ON e.seq = x.event
  JOIN payloads p ON p.seq = x.event
  WHERE x.seq = OLD.seq AND x.event > OLD.seq AND (
    (e.header ->> '$.action' = 'log.erasure' AND EXISTS (SELECT 1 FROM json_each(p.body, '$.seqs') WHERE value = OLD.seq))
    OR (e.header ->> '$.action' = 'log.retention' AND OLD.seq BETWEEN p.body ->> '$.from' AND p.body ->> '$.to'
      AND (SELECT header ->> '$.category' FROM entries WHERE seq = OLD.seq) = p.body ->> '$.category')
  )
`;

/** Everything that hangs on `entries`, so that a migration can take the table apart and put it together again. */
const aroundEntries = {
  views: {
    // Full text is taken from it, see `search`.
    words: "CREATE VIEW words AS SELECT e.seq AS seq, e.header ->> '$.action' AS action, p.body AS body FROM entries e LEFT JOIN payloads p ON p.seq = e.seq"
  },
  triggers: {
    entries_are_not_changed: "CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries of the record cannot be changed'); END",
    entries_are_not_deleted: "CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries of the record cannot be deleted'); END",
    entries_are_not_replaced: `CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq)
      BEGIN SELECT RAISE(ABORT, 'entries of the record cannot be replaced'); END`,
    payloads_go_only_by_a_recorded_erasure: `CREATE TRIGGER payloads_go_only_by_a_recorded_erasure BEFORE DELETE ON payloads WHEN NOT EXISTS (${explained})
      BEGIN SELECT RAISE(ABORT, 'a payload can be deleted only when an erasure or retention event names it'); END`
  }
};

const triggers = `
  CREATE TRIGGER payloads_are_not_replaced BEFORE INSERT ON payloads WHEN EXISTS (SELECT 1 FROM payloads WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'a payload cannot be replaced'); END;
  CREATE TRIGGER payloads_change_only_their_wrapped_key BEFORE UPDATE ON payloads
    WHEN OLD.sealed IS NULL OR NEW.seq IS NOT OLD.seq OR NEW.body IS NOT OLD.body OR NEW.salt IS NOT OLD.salt OR NEW.sealed IS NOT OLD.sealed OR NEW.nonce IS NOT OLD.nonce
    BEGIN SELECT RAISE(ABORT, 'only the wrapped key of a payload can be changed'); END;
`;

const firstMigration: Migration = {
  version: 1,
  up(db) {
    for (const part of [evidence, ...Object.values(aroundEntries.views), derived, rest, ...Object.values(aroundEntries.triggers), triggers]) db.exec(part);
  }
};

/** FTS5 joins its segments when a level has so many; with its own 4 every word is rewritten half as often again, and a search is no faster. */
const searchSegments = 8;
const searchMergeMigration: Migration = { version: 9, up: (db) => db.exec(`INSERT INTO search (search, rank) VALUES ('automerge', ${searchSegments})`) };

/** In order; each part of the log brings its own tables. */
export const logMigrations: readonly Migration[] = [firstMigration, treeMigration, sealedMigration, intakeMigration, reviewMigration, anchorsMigration, chainColumnMigration(aroundEntries), factBlocksMigration, searchMergeMigration];
