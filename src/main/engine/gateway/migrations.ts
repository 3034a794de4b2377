// Tables of the gateway in state.db: versions 30 to 39. A token's value is never here, only its SHA-256.
import type { Migration } from '../store/index.ts';

export const gatewayMigrations: Migration[] = [
  {
    version: 30,
    up: (db) =>
      db.exec(`CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        label TEXT NOT NULL,
        scope TEXT NOT NULL CHECK (scope IN ('owner', 'read', 'append')),
        hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
        created_at TEXT NOT NULL,
        expires_at TEXT,
        last_used_at TEXT,
        revoked_at TEXT
      ) STRICT`)
  },
  {
    version: 31,
    // Calls that carried an Idempotency-Key, for a day (once.ts).
    up: (db) =>
      db.exec(`CREATE TABLE calls_once (
        call TEXT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        at INTEGER NOT NULL,
        answer TEXT
      ) STRICT`)
  }
];
