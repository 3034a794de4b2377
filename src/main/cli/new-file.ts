// Files that a command is asked to write: whole or not at all, and never over one that is there.
import { writeFileDurable } from '../engine/kit/durable.ts';
import { errnoOf, fail } from '../engine/kit/errors.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { createSystemRandom } from '../adapters/random.ts';
import { absolutePath } from './paths.ts';

/** Throws CONFLICT when something is there: before long work, whose result could then not be written. */
export function refuseExisting(path: string): void {
  const absolute = absolutePath(path);
  if (createNodeFiles().lstat(absolute) !== undefined) fail('CONFLICT', `${absolute} is there already`, { kind: 'file', name: absolute });
}

/** Writes `content` into a new file and returns its absolute path. Throws CONFLICT when something is there, NOT_WRITABLE. */
export function writeNewFile(path: string, content: string | Uint8Array): string {
  const files = createNodeFiles();
  const absolute = absolutePath(path);
  if (files.lstat(absolute) !== undefined) fail('CONFLICT', `${absolute} is there already`, { kind: 'file', name: absolute });
  try {
    writeFileDurable(files, absolute, typeof content === 'string' ? Buffer.from(content, 'utf8') : content, { random: createSystemRandom(), mode: 0o644 });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    fail('NOT_WRITABLE', `${absolute}: ${errno}`, { path: absolute, reason: errno === 'ENOENT' ? 'its folder is not there' : errno });
  }
  return absolute;
}
