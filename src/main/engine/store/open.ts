// Opens a database file: pragmas by kind, migrations, typed failures. A new file is readable by its owner only.
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Files } from '../ports.ts';
import { VarveError, errnoOf } from '../kit/errors.ts';
import { Database } from './database.ts';
import { damaged, typedFailure, type DatabaseKind } from './failures.ts';
import { migrate, missing, type Migration } from './migrate.ts';

export interface OpenDatabaseOptions {
  path: string;
  files: Files;
  migrations: readonly Migration[];
  kind: DatabaseKind;
  /** Never writes, never migrates; a missing file is PATH_MISSING. */
  readOnly?: boolean;
  /** How long a write waits for other processes before HOME_BUSY; default 30 s, as a short command retries. */
  busyMs?: number;
  /** Told when a migration ran, for the notice on the screen. */
  onMigrated?: (applied: readonly number[], copy: string | undefined) => void;
}

export function openDatabase({ path, files, migrations, kind, readOnly = false, busyMs = 30_000, onMigrated }: OpenDatabaseOptions): Database {
  const exists = files.lstat(path) !== undefined;
  if (readOnly && !exists) throw new VarveError('PATH_MISSING', `${path} is missing`, { path });
  if (!exists) createPrivately(files, path);
  const db = openRaw(path, kind, readOnly, busyMs);
  try {
    setPragmas(db, kind, readOnly);
    if (readOnly) refuseEmpty(db, migrations);
    else {
      const { applied, copy } = migrate(db, migrations, files, db.guard(() => db.raw.prepare('SELECT lower(hex(randomblob(4)))').pluck().get() as string));
      if (applied.length > 0) onMigrated?.(applied, copy);
    }
    return db;
  } catch (error) {
    db.raw.close();
    throw error;
  }
}

/** An older schema can be read; a database without any table is not one that was ever in use, and it is not made into one here. */
function refuseEmpty(db: Database, migrations: readonly Migration[]): void {
  const absent = missing(db, new Set(migrations.map((each) => each.version)));
  if (migrations.length > 0 && absent.length === migrations.length) throw damaged(db, 'it is a database without any of its tables');
}

function openRaw(path: string, kind: DatabaseKind, readOnly: boolean, busyMs: number): Database {
  try {
    return new Database(new BetterSqlite3(path, { readonly: readOnly, fileMustExist: true, timeout: busyMs }), path, kind);
  } catch (error) {
    throw typedFailure(error, { path, kind });
  }
}

/** SQLite would make the file with the umask's permissions; -wal and -shm take theirs from the main file. */
function createPrivately(files: Files, path: string): void {
  files.mkdirs(dirname(path), 0o700);
  try {
    files.close(files.open(path, 'wx', 0o600));
    files.fsyncFolder(dirname(path));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error; // another process was first
  }
}

function setPragmas(db: Database, kind: DatabaseKind, readOnly: boolean): void {
  const pragma = (text: string): unknown => db.guard(() => db.raw.pragma(text, { simple: true }));
  // Reads the header first: what is not a database is found here, before anything is written to it.
  pragma('schema_version');
  pragma('trusted_schema = OFF');
  pragma('cell_size_check = ON');
  pragma('foreign_keys = ON');
  pragma('temp_store = MEMORY');
  pragma('cache_size = -16384');
  if (readOnly) {
    pragma('query_only = ON');
    return;
  }
  pragma('secure_delete = ON');
  pragma('journal_mode = WAL');
  pragma('wal_autocheckpoint = 4000'); // 16 MB; the default of 4 MB costs a tenth of the appends in batches
  pragma('journal_size_limit = 67108864');
  pragma(kind === 'cache' ? 'synchronous = NORMAL' : 'synchronous = FULL');
}
