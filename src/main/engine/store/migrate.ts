// Forward-only numbered migrations. Each domain owns a range of numbers, so what was applied is a set, not one counter. Steps:
//   1. copy the database beside itself, as it is now      -> a copy too many, swept after 7 days
//   2. take the write lock; if somebody wrote since the copy, let go and begin again
//   3. run what is missing, note it, commit               -> all of it or none of it
// The copy is made by SQLite: opening the file past it and closing it again would drop SQLite's own locks on it (POSIX), and another
// process could then take away the write-ahead log under our feet.
import type { Files } from '../ports.ts';
import { VarveError } from '../kit/errors.ts';
import { migrationCopyPath, syncFile } from './copies.ts';
import type { Database } from './database.ts';
import { damaged } from './failures.ts';

export interface Migration {
  /** Fixed for ever, unique in its database. */
  version: number;
  /** Runs inside the transaction; must not begin or end one. */
  up: (db: Database) => void;
}

/** Migrations of several domains as one list in order. Two with one number are a fault of the program. */
export function mergeMigrations(...lists: readonly (readonly Migration[])[]): Migration[] {
  const all = lists.flat().sort((a, b) => a.version - b.version);
  for (let i = 1; i < all.length; i++) if (all[i]?.version === all[i - 1]?.version) throw new TypeError(`two migrations have number ${all[i]?.version}`);
  return all;
}

const copyTries = 20;

/** Brings the database to the newest schema. Returns the numbers that were applied now and the copy that was kept. Throws HOME_TOO_NEW, HOME_BUSY. */
export function migrate(db: Database, migrations: readonly Migration[], files: Files, copySuffix: string): { applied: number[]; copy: string | undefined } {
  const known = new Set(migrations.map((each) => each.version));
  if (missing(db, known).length === 0) return { applied: [], copy: undefined };
  for (let tries = 1; ; tries++) {
    const seen = dataVersion(db);
    const copy = copyBefore(db, files, copySuffix); // 1
    const applied = db.transaction(() => {
      if (copy !== undefined && dataVersion(db) !== seen && tries < copyTries) return undefined; // 2
      return apply(db, migrations, missing(db, known)); // 3
    });
    if (applied !== undefined) return { applied, copy };
    if (copy !== undefined) files.unlink(copy);
  }
}

function apply(db: Database, migrations: readonly Migration[], todo: readonly number[]): number[] {
  db.exec('CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY) STRICT');
  for (const migration of migrations) {
    if (!todo.includes(migration.version)) continue;
    migration.up(db);
    db.prepare('INSERT INTO schema_migrations (version) VALUES (?)').run(migration.version);
  }
  return [...todo];
}

/** Path of the copy; undefined for a database that is new. */
function copyBefore(db: Database, files: Files, copySuffix: string): string | undefined {
  const before = appliedVersions(db);
  if (before.length === 0) return undefined;
  const copy = migrationCopyPath(db.path, Math.max(...before), copySuffix);
  db.guard(() => db.raw.prepare('VACUUM INTO ?').run(copy));
  files.chmod(copy, 0o600);
  syncFile(files, copy);
  return copy;
}

/** Changes when another connection has committed since this one last looked. */
function dataVersion(db: Database): number {
  return db.guard(() => db.raw.pragma('data_version', { simple: true }) as number);
}

/** Numbers still to be applied; throws HOME_TOO_NEW when the file has one that this program does not know. */
export function missing(db: Database, known: ReadonlySet<number>): number[] {
  const applied = appliedVersions(db);
  const unknown = applied.filter((version) => !known.has(version));
  if (unknown.length > 0) {
    const schema = Math.max(...unknown);
    throw new VarveError('HOME_TOO_NEW', `${db.path} was written by a newer Varve (schema ${schema})`, { path: db.path, schema, known: Math.max(0, ...known) });
  }
  return [...known].filter((version) => !applied.includes(version)).sort((a, b) => a - b);
}

function appliedVersions(db: Database): number[] {
  const tables = db.guard(() => db.raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]);
  if (tables.length === 0) return [];
  if (!tables.includes('schema_migrations')) throw damaged(db, 'it is a database, but not one that Varve made');
  return db.guard(() => db.raw.prepare('SELECT version FROM schema_migrations').pluck().all() as number[]);
}
