// A new file written piece by piece: under a temporary name until it is whole and durable, never over one that is there.
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { VarveError, errnoOf } from '../../kit/errors.ts';
import type { Files, Random } from '../../ports.ts';

/** Throws CONFLICT when something is at `path`, PATH_MISSING when its folder is not, NOT_WRITABLE, NO_SPACE, and whatever `pieces` throws; nothing is left then. */
export async function writePieces(files: Files, random: Random, path: string, pieces: AsyncIterable<string>): Promise<{ bytes: number; sha256: string }> {
  const folder = dirname(path);
  if (files.stat(folder)?.type !== 'dir') throw new VarveError('PATH_MISSING', `no folder ${folder}`, { path: folder });
  refuseTaken(files, path);
  const temporary = `${path}.tmp-${Buffer.from(random.bytes(8)).toString('hex')}`;
  const fd = named(path, () => files.open(temporary, 'wx', 0o600));
  let open = true;
  try {
    const sum = createHash('sha256');
    let bytes = 0;
    for await (const piece of pieces) {
      const chunk = Buffer.from(piece, 'utf8');
      sum.update(chunk);
      named(path, () => files.write(fd, chunk, 0, chunk.length, bytes));
      bytes += chunk.length;
    }
    named(path, () => files.fsync(fd));
    open = false;
    named(path, () => files.close(fd));
    refuseTaken(files, path);
    named(path, () => files.rename(temporary, path));
    named(path, () => files.fsyncFolder(folder));
    return { bytes, sha256: sum.digest('hex') };
  } catch (error) {
    tidy(() => open && files.close(fd));
    tidy(() => files.lstat(temporary) && files.unlink(temporary));
    throw error;
  }
}

function refuseTaken(files: Files, path: string): void {
  if (files.lstat(path) !== undefined) throw new VarveError('CONFLICT', `${path} is there already`, { kind: 'file', name: basename(path) });
}

/** What the system says about writing, in the catalogue's words. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'ENOSPC' || errno === 'EDQUOT') throw new VarveError('NO_SPACE', `no space for ${path}`, { path }, { cause: error });
    throw new VarveError('NOT_WRITABLE', `${path}: ${errno}`, { path, reason: errno }, { cause: error });
  }
}

/** The first failure is the one to tell. */
function tidy(work: () => unknown): void {
  try {
    work();
  } catch {
    // what is left is a temporary file with a name that says so
  }
}
