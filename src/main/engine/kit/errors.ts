// The one error class of the engine. `code` comes from the contract's catalogue, `message` is for the technical log in English,
// `data` is typed per code. Words for people are made elsewhere, from the code. Secrets never enter either.
import type { ErrorCode, ErrorData, WireError } from '../../../contract/errors.ts';

export class VarveError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'VarveError';
  readonly code: C;
  readonly data: ErrorData<C>;

  constructor(code: C, message: string, data: ErrorData<C>, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.data = data;
  }
}

/** Short form of `new VarveError`, so that a throw fits on one line. */
export function fail<C extends ErrorCode>(code: C, message: string, data: ErrorData<C>, cause?: unknown): never {
  throw new VarveError(code, message, data, cause === undefined ? undefined : { cause });
}

export function isVarveError(error: unknown): error is VarveError {
  return error instanceof VarveError;
}

/** The code of a Node system error (`ENOENT`, `EACCES`, ...), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

export function cancelled(): VarveError<'CANCELLED'> {
  return new VarveError('CANCELLED', 'cancelled', {});
}

/** Throws CANCELLED when the signal has fired. Called between steps of long work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

const writingCalls: ReadonlySet<string> = new Set(['mkdir', 'write', 'rename', 'unlink', 'rmdir', 'rm', 'link', 'symlink', 'ftruncate', 'truncate', 'fsync', 'fdatasync', 'chmod', 'fchmod', 'chown', 'utime', 'mkdtemp', 'copyfile']);

/** What the system refused at a path, where nobody nearer has said it better; undefined for everything else, which is a fault of the program. */
function refusedBySystem(error: unknown): VarveError | undefined {
  const errno = errnoOf(error);
  if (errno === undefined || !(error instanceof Error) || !('path' in error) || typeof error.path !== 'string') return undefined;
  const { message, path } = error;
  const writes = errno === 'EROFS' || ('syscall' in error && writingCalls.has(String(error.syscall)));
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return new VarveError('NO_SPACE', message, { path }, { cause: error });
  if (errno === 'ENOENT') return writes ? undefined : new VarveError('PATH_MISSING', message, { path }, { cause: error });
  return new VarveError(writes ? 'NOT_WRITABLE' : 'NOT_READABLE', message, { path, reason: errno }, { cause: error });
}

/** The error as one of the catalogue. What is neither that nor refused by the system at a path is INTERNAL with its message. */
export function toVarveError(error: unknown): VarveError {
  if (isVarveError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return refusedBySystem(error) ?? new VarveError('INTERNAL', message, { what: message }, { cause: error });
}

/** The wire form of any error, by `toVarveError`. */
export function toWire(thrown: unknown): WireError {
  const error = toVarveError(thrown);
  return { code: error.code, message: error.message, data: error.data };
}

/** The inverse of `toWire`, for errors that come from a worker or another process. */
export function fromWire(wire: WireError): VarveError {
  return new VarveError(wire.code, wire.message, wire.data as never);
}
