// Chain hashes are 32 bytes in the table and hex wherever they are spoken of. A log that is only read may be from before version 7, which kept them as
// hex: half as many entries fit in a page then.
import type { Database, Migration } from '../store/index.ts';

const keptAsText = new WeakMap<Database, boolean>();

/** SQL for the stored chain hash of table `entries`, known as `table`, in lower-case hex. */
export function chainHashSql(db: Database, table = 'entries'): string {
  let asText = keptAsText.get(db);
  if (asText === undefined) {
    asText = db.prepare("SELECT type FROM pragma_table_info('entries') WHERE name = 'hash'").get<{ type: string }>()?.type === 'TEXT';
    keptAsText.set(db, asText);
  }
  return asText ? `${table}.hash` : `lower(hex(${table}.hash))`;
}

/** `around`: view and triggers that speak of `entries`, by name, made again afterwards. A hash that is no hex is kept as it is, for verification to find. */
export function chainColumnMigration(around: { views: Readonly<Record<string, string>>; triggers: Readonly<Record<string, string>> }): Migration {
  return {
    version: 7,
    up(db) {
      for (const name of Object.keys(around.triggers)) db.exec(`DROP TRIGGER IF EXISTS ${name}`);
      for (const name of Object.keys(around.views)) db.exec(`DROP VIEW ${name}`);
      db.exec(`
        -- One row per event. header: canonical text, the Merkle leaf. hash: chain hash after it.
        CREATE TABLE entries_as_bytes (
          seq INTEGER PRIMARY KEY,
          hash BLOB NOT NULL,
          header TEXT NOT NULL
        ) STRICT;
        INSERT INTO entries_as_bytes SELECT seq, coalesce(unhex(hash), CAST(hash AS BLOB)), header FROM entries ORDER BY seq;
        DROP TABLE entries;
        ALTER TABLE entries_as_bytes RENAME TO entries;
      `);
      for (const sql of [...Object.values(around.views), ...Object.values(around.triggers)]) db.exec(sql);
    }
  };
}
