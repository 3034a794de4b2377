// What a codec throws when bytes are not what the format allows. A codec does not know which file the bytes came from: the reader
// that does says so with `at(path)`. Messages never quote the input, which may be decrypted secrets.
import { VarveError } from '../../kit/errors.ts';

/** The bytes break the format (truncated, changed, or made by something hostile). */
export class DamagedError extends VarveError<'REPOSITORY_DAMAGED'> {
  constructor(what: string, path = '') {
    super('REPOSITORY_DAMAGED', path === '' ? what : `${path}: ${what}`, { path, what });
  }
}

/** The bytes are in a form this program does not read (another version, another kind). */
export class UnsupportedError extends VarveError<'REPOSITORY_UNSUPPORTED'> {
  constructor(reason: string, path = '') {
    super('REPOSITORY_UNSUPPORTED', path === '' ? reason : `${path}: ${reason}`, { path, reason });
  }
}

/** Runs a codec and adds the file's path to its complaint. Other errors pass unchanged. */
export function decodeAt<R>(path: string, decode: () => R): R {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DamagedError && error.data.path === '') throw new DamagedError(error.data.what, path);
    if (error instanceof UnsupportedError && error.data.path === '') throw new UnsupportedError(error.data.reason, path);
    throw error;
  }
}
