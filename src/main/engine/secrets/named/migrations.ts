// Tables of named secrets in state.db: versions 60 to 64. A value is never here.
import type { Migration } from '../../store/index.ts';

export const namedSecretMigrations: readonly Migration[] = [
  {
    version: 60,
    up: (db) =>
      db.exec(`
        CREATE TABLE named_secrets (
          name TEXT PRIMARY KEY,
          created_at TEXT NOT NULL,
          last_version INTEGER NOT NULL,
          uses INTEGER NOT NULL DEFAULT 0,
          removed_at TEXT
        ) STRICT;
        CREATE TABLE named_secret_versions (
          name TEXT NOT NULL REFERENCES named_secrets (name),
          version INTEGER NOT NULL,
          created_at TEXT NOT NULL,
          keep_until TEXT,
          expires_at TEXT,
          maskable INTEGER NOT NULL,
          PRIMARY KEY (name, version)
        ) STRICT;
        CREATE UNIQUE INDEX named_secret_current ON named_secret_versions (name) WHERE keep_until IS NULL;
        CREATE TABLE named_secret_uses (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          name TEXT NOT NULL,
          version INTEGER NOT NULL,
          at TEXT NOT NULL,
          by TEXT NOT NULL,
          purpose TEXT NOT NULL,
          outcome TEXT NOT NULL CHECK (outcome IN ('begun', 'given', 'failed')),
          code TEXT
        ) STRICT;
        CREATE INDEX named_secret_uses_of ON named_secret_uses (name, id);`)
  }
];
