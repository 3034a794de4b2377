// A copy of a database from a snapshot or the disk, opened as what it is: hostile until proven otherwise. Nothing is written to it, no view, trigger, virtual table or
// generated column is evaluated, no extension loaded.
import BetterSqlite3 from 'better-sqlite3';

export type Opened = BetterSqlite3.Database;

/** Throws the library's SqliteError when it is no database. */
export function openHostile(path: string): Opened {
  const db = new BetterSqlite3(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    db.defaultSafeIntegers(true);
    for (const pragma of ['trusted_schema = OFF', 'cell_size_check = ON', 'query_only = ON', 'mmap_size = 0', 'cache_size = -8192', 'temp_store = MEMORY']) db.pragma(pragma);
    db.pragma('schema_version');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function isSqliteError(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError;
}

/** A name as SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
