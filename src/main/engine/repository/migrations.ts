// Tables of the repository domain in state.db: versions 10 to 19. No password and no key is ever here.
import type { Migration } from '../store/index.ts';
import { readingMigration } from './reading/store.ts';

export const repositoryMigrations: Migration[] = [
  {
    version: 10,
    up: (db) => {
      db.exec(`CREATE TABLE repositories (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        path TEXT NOT NULL,
        restic_id TEXT,
        version INTEGER,
        append_only INTEGER NOT NULL CHECK (append_only IN (0, 1)),
        password_from TEXT NOT NULL CHECK (password_from IN ('store', 'file', 'environment')),
        password_place TEXT,
        added_at TEXT NOT NULL,
        check_at TEXT,
        check_ok INTEGER,
        check_errors INTEGER,
        check_read_data INTEGER
      ) STRICT`);
      // Lock files this home has written and not yet removed. process_started tells a process from a later one with the same number.
      db.exec(`CREATE TABLE held_locks (
        repository_id TEXT NOT NULL,
        lock_id TEXT NOT NULL,
        pid INTEGER NOT NULL,
        process_started TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (repository_id, lock_id)
      ) STRICT`);
    }
  },
  readingMigration,
  { version: 13, up: (db) => db.exec('ALTER TABLE repositories ADD COLUMN config_hash TEXT') }
];
