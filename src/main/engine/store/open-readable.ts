// A database for reading only, wherever it lies. SQLite needs a `-shm` beside a WAL database, which read-only media cannot give: there, and where
// asked for, a temporary copy is opened, `-wal` included, and removed by `cleanUp`.
import { join } from 'node:path';
import { VarveError, errnoOf, isVarveError } from '../kit/errors.ts';
import type { Files, Random } from '../ports.ts';
import { copyDatabase } from './copies.ts';
import type { Database } from './database.ts';
import type { DatabaseKind } from './failures.ts';
import type { Migration } from './migrate.ts';
import { openDatabase } from './open.ts';

export interface ReadableDeps {
  files: Files;
  random: Random;
  path: string;
  kind: DatabaseKind;
  migrations: readonly Migration[];
  /** Where a temporary copy may go. */
  temporaryFolder: string;
  /** Copy even where the file itself could be read. */
  alwaysCopy?: boolean;
}

export interface Readable {
  db: Database;
  /** Call it after the database is closed. */
  cleanUp(): void;
}

/** Throws LOG_DAMAGED or HOME_DAMAGED by kind, HOME_TOO_NEW, PATH_MISSING, NOT_READABLE. */
export function openReadable(deps: ReadableDeps): Readable {
  try {
    if (deps.alwaysCopy !== true) return { db: openInPlace(deps, deps.path), cleanUp: () => undefined };
  } catch (error) {
    if (!isVarveError(error) || (error.code !== 'NOT_READABLE' && error.code !== 'NOT_WRITABLE')) throw error;
  }
  return openCopy(deps);
}

function openCopy(deps: ReadableDeps): Readable {
  const { files, random, path, kind, temporaryFolder } = deps;
  const folder = join(temporaryFolder, `varve-${kind}-${Buffer.from(random.bytes(8)).toString('hex')}`);
  const cleanUp = (): void => files.removeTree(folder);
  files.mkdir(folder, 0o700);
  try {
    const copy = join(folder, `${kind}.db`);
    copyDatabase(files, path, copy);
    return { db: openInPlace(deps, copy), cleanUp };
  } catch (error) {
    cleanUp();
    const errno = errnoOf(error);
    if (errno === 'EACCES' || errno === 'EPERM') throw new VarveError('NOT_READABLE', `${path} cannot be read`, { path, reason: errno }, { cause: error });
    if (errno === 'ENOSPC') throw new VarveError('NO_SPACE', `no space for a temporary copy of ${path}`, { path: temporaryFolder }, { cause: error });
    throw error;
  }
}

function openInPlace({ files, kind, migrations }: ReadableDeps, path: string): Database {
  return openDatabase({ path, files, migrations, kind, readOnly: true });
}
