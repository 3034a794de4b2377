// Tables of outside anchors. `anchors` lists what `log.anchored` events say (names and labels stay in their erasable payloads); `witnesses` are the
// keys a person named, with how far each has followed. Nothing here is evidence: an anchor proves something when it is brought from outside.
import type { Migration } from '../../store/index.ts';

const tables = `
  CREATE TABLE anchors (
    no INTEGER PRIMARY KEY,
    event INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    form TEXT NOT NULL,
    size INTEGER NOT NULL,
    root TEXT NOT NULL,
    entries INTEGER NOT NULL,
    outside INTEGER NOT NULL,
    note TEXT,
    at_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE witnesses (
    vkey TEXT PRIMARY KEY,
    url TEXT,
    -- Entries of the last checkpoint it is known to hold, and of the last it was asked to sign.
    size INTEGER NOT NULL DEFAULT 0,
    asked INTEGER,
    added_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export const anchorsMigration: Migration = { version: 6, up: (db) => db.exec(tables) };
