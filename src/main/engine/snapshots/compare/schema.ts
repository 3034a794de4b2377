// One comparison as a small database in the cache folder: however many entries differ, a page of them is read at a time. Can be thrown away at any moment.
import type { Migration } from '../../store/index.ts';

/** Order of the numbers in `kind`. 0: a folder that is as it was, with changes below it. */
export const kindCodes = { added: 1, removed: 2, content: 3, metadata: 4, type: 5, moved: 6 } as const;
export const partBits = { mode: 1, owner: 2, time: 4, attributes: 8 } as const;

export const compareMigrations: readonly Migration[] = [
  {
    version: 1,
    up(db) {
      // path: bytes as in the trees. words: the path without case and accents, for the search. before, after: JSON of EntryFacts. size_*: of files, else 0.
      // content: what tells files of equal bytes, of added and removed files only. other: the path of the same file on the other side.
      db.exec(`
        CREATE TABLE changes (
          no INTEGER PRIMARY KEY, folder INTEGER NOT NULL, path BLOB NOT NULL, words TEXT NOT NULL, is_folder INTEGER NOT NULL, kind INTEGER NOT NULL, parts INTEGER NOT NULL,
          suspect INTEGER NOT NULL, before TEXT, after TEXT, size_before INTEGER NOT NULL, size_after INTEGER NOT NULL, extension TEXT NOT NULL, content BLOB, other BLOB
        ) STRICT;
        CREATE TABLE inside (
          folder INTEGER PRIMARY KEY, added INTEGER NOT NULL, removed INTEGER NOT NULL, content INTEGER NOT NULL, metadata INTEGER NOT NULL, type INTEGER NOT NULL, moved INTEGER NOT NULL,
          suspect INTEGER NOT NULL, bytes_before INTEGER NOT NULL, bytes_after INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE result (only INTEGER PRIMARY KEY CHECK (only = 1), json TEXT NOT NULL) STRICT;
      `);
    }
  }
];

/** Made when all rows are in: building them at once is cheaper than keeping them. */
export const compareIndexes = `
  CREATE INDEX changes_folder ON changes (folder, is_folder DESC, path);
  CREATE INDEX changes_path ON changes (path);
`;
