// The names of a repository, folder by folder, as a small database in the cache folder. A folder is known by the id of its tree, which stands for its
// content, whatever repository it is in: what was read once is true for ever. Can be thrown away at any moment.
import type { Migration } from '../../store/index.ts';

/** Order of the numbers in `type`. */
export const typeCodes = { file: 1, dir: 2, symlink: 3, dev: 4, chardev: 5, fifo: 6, socket: 7, irregular: 8 } as const;

export const nameMigrations: readonly Migration[] = [
  {
    version: 1,
    up(db) {
      // trees.state: 0 named by another, 1 read, 2 read with everything below it. names.name: bytes as in the trees. entries.changed: milliseconds.
      db.exec(`
        CREATE TABLE trees (no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, state INTEGER NOT NULL) STRICT;
        CREATE INDEX trees_open ON trees (no) WHERE state < 2;
        CREATE TABLE names (no INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE) STRICT;
        CREATE TABLE entries (
          tree INTEGER NOT NULL, name INTEGER NOT NULL, type INTEGER NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL, subtree INTEGER, PRIMARY KEY (tree, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX entries_name ON entries (name);
        CREATE INDEX entries_subtree ON entries (subtree) WHERE subtree IS NOT NULL;
      `);
    }
  }
];
