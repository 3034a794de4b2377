// The file behind an open log, checked to belong to this home.
import { VarveError } from '../kit/errors.ts';
import { openDatabase, type Database } from '../store/index.ts';
import type { OpenLogOptions } from './index.ts';
import { openReadable, type Readable } from './open-readable.ts';
import { logMigrations } from './schema.ts';

type FileOptions = Pick<OpenLogOptions, 'files' | 'random' | 'path' | 'onMigrated' | 'readOnly'>;

/** `close` also removes a temporary copy. Throws what `openDatabase` and `openReadable` do, and LOG_DAMAGED for the record of another home. */
export function openLogFile(options: FileOptions, origin: string): { db: Database; close: () => void } {
  const { db, cleanUp } = options.readOnly ? openReadable({ ...options, ...options.readOnly }) : openWritable(options);
  const close = (): void => {
    db.close();
    cleanUp();
  };
  try {
    const kept = options.readOnly ? keptOrigin(db) : claim(db, origin);
    if (kept !== origin) throw new VarveError('LOG_DAMAGED', `${options.path} belongs to ${kept ?? 'nobody'}, not to ${origin}`, { what: `${options.path} belongs to ${kept ?? 'nobody'}, not to this home` });
  } catch (error) {
    close();
    throw error;
  }
  return { db, close };
}

function openWritable({ files, path, onMigrated }: FileOptions): Readable {
  return { db: openDatabase({ path, files, migrations: logMigrations, kind: 'log', ...(onMigrated && { onMigrated }) }), cleanUp: () => undefined };
}

/** A new log takes the origin of the home that opens it first. */
function claim(db: Database, origin: string): string | undefined {
  return db.transaction(() => {
    db.prepare("INSERT INTO meta (key, value) VALUES ('origin', ?) ON CONFLICT DO NOTHING").run(origin);
    return keptOrigin(db);
  });
}

function keptOrigin(db: Database): string | undefined {
  return db.prepare("SELECT value FROM meta WHERE key = 'origin'").get<{ value: string }>()?.value;
}
