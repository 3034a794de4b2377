// The packages this home made: where each was put, what it is, and since when it may not be there any more.
import type { Migration } from '../store/index.ts';

export const packageMigrations: readonly Migration[] = [
  {
    version: 90,
    up(db) {
      db.exec(`
        -- path: JSON text, for names that are not UTF-8. events: of the record, how many the package holds; an erasure asks for those that hold an entry.
        CREATE TABLE packages (
          id TEXT PRIMARY KEY,
          kind TEXT NOT NULL CHECK (kind IN ('log', 'snapshot', 'folder')),
          source TEXT NOT NULL,
          path TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('making', 'made', 'removed', 'failed')),
          sealed INTEGER NOT NULL,
          created_at TEXT NOT NULL,
          bytes INTEGER NOT NULL DEFAULT 0,
          files INTEGER NOT NULL DEFAULT 0,
          sha256 TEXT,
          events INTEGER,
          chain_valid INTEGER
        ) STRICT;
        CREATE INDEX packages_by_kind ON packages (kind, id);
      `);
    }
  }
];
