// Text files that a person names on the command line: keys, checkpoints. Whole, with a limit.
import { errnoOf, fail } from '../engine/kit/errors.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { absolutePath } from './paths.ts';

/** Throws PATH_MISSING, NOT_READABLE, BAD_INPUT for a file over the limit. */
export function readSmallFile(typed: string, limitBytes: number): string {
  const path = absolutePath(typed);
  const files = createNodeFiles();
  try {
    if (files.stat(path) === undefined) fail('PATH_MISSING', `no file ${path}`, { path });
    return Buffer.from(files.readFile(path, limitBytes)).toString('utf8');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'EFBIG') fail('BAD_INPUT', `${path} is too large`, { field: path, reason: `is larger than ${limitBytes} bytes` });
    return fail('NOT_READABLE', `${path}: ${errno}`, { path, reason: errno });
  }
}
