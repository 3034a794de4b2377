// The log for reading only, wherever it lies (store/open-readable.ts).
import { openReadable as openAny, type Readable, type ReadableDeps as AnyDeps } from '../store/index.ts';
import { logMigrations } from './schema.ts';

export type { Readable } from '../store/index.ts';
export type ReadableDeps = Omit<AnyDeps, 'kind' | 'migrations'>;

/** Throws LOG_DAMAGED, HOME_TOO_NEW, PATH_MISSING, NOT_READABLE. */
export function openReadable(deps: ReadableDeps): Readable {
  return openAny({ ...deps, kind: 'log', migrations: logMigrations });
}
