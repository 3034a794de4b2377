// What SQLite reports, as errors of the catalogue that name the file. Constraint and misuse errors are faults of the program and pass unchanged.
import type { VarveError } from '../kit/errors.ts';
import { VarveError as Failure, isVarveError } from '../kit/errors.ts';

/** `log` is evidence, `state` is what the person set up, `cache` can be thrown away. */
export type DatabaseKind = 'log' | 'state' | 'cache';

interface Where {
  path: string;
  kind: DatabaseKind;
}

/** The code of better-sqlite3's own error class, read by shape because the class differs per copy of the module. */
export function sqliteCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined;
}

export function damaged(where: Where, reason: string, cause?: unknown): VarveError {
  const message = `${where.path}: ${reason}`;
  const options = cause === undefined ? undefined : { cause };
  if (where.kind === 'log') return new Failure('LOG_DAMAGED', message, { what: message }, options);
  return new Failure('HOME_DAMAGED', message, { path: where.path, reason }, options);
}

/** The error to throw instead of `error`. */
export function typedFailure(error: unknown, where: Where): unknown {
  const code = sqliteCodeOf(error);
  if (code === undefined || isVarveError(error)) return error;
  const reason = (error as Error).message;
  const cause = { cause: error };
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return new Failure('HOME_BUSY', `${where.path} is in use by another process`, { path: where.path, owner: 'another process' }, cause);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_FORMAT' || code === 'SQLITE_IOERR_SHORT_READ' || code === 'SQLITE_IOERR_CORRUPTFS') return damaged(where, reason, error);
  if (code === 'SQLITE_FULL') return new Failure('NO_SPACE', `${where.path}: ${reason}`, { path: where.path }, cause);
  if (code.startsWith('SQLITE_READONLY')) return new Failure('NOT_WRITABLE', `${where.path}: ${reason}`, { path: where.path, reason }, cause);
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_IOERR') || code === 'SQLITE_PERM' || code === 'SQLITE_AUTH') return new Failure('NOT_READABLE', `${where.path}: ${reason}`, { path: where.path, reason }, cause);
  return error;
}
