// Between our strings (bytes that are not UTF-8 carried as lone surrogates) and what the system wants. Nearly every path is plain text
// and passes as it is; only the others become bytes.
import { decodeName, encodeName } from '../engine/kit/names.ts';
import type { NativeString } from './native.ts';

/** What Node's calls take. Windows names are UTF-16 and stay strings. */
export function toSystemPath(path: string): string | Buffer {
  return path.isWellFormed() || process.platform === 'win32' ? path : encodeName(path);
}

/** What C takes: text, or bytes closed by a NUL. A NUL inside would silently name another file, so it is refused as Node does. */
export function toNativePath(path: string): NativeString {
  if (path.includes('\0')) throw systemError('EINVAL', 'path', path.replaceAll('\0', '\\0'));
  return path.isWellFormed() ? path : Buffer.concat([encodeName(path), Buffer.of(0)]);
}

/**
 * Reads names as text, and once more as bytes if one of them may have been damaged on the way: U+FFFD stands for every byte that is not
 * UTF-8 (and, rarely, for itself).
 */
export function readText(ask: (encoding: 'utf8' | 'buffer') => string | Buffer): string {
  const text = ask('utf8');
  if (typeof text === 'string' && !text.includes('\uFFFD')) return text;
  const bytes = ask('buffer');
  return typeof bytes === 'string' ? bytes : decodeName(bytes);
}

/** An error of the same shape as Node's own. */
export function systemError(code: string, syscall: string, path?: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: ${syscall}${path === undefined ? '' : ` '${path}'`}`);
  error.code = code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  return error;
}
