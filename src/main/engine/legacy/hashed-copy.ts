// One file from one place to another, its SHA-256 computed on the way. A link in its place is refused by the system.
import { createHash } from 'node:crypto';
import { readPieces } from '../kit/hash-file.ts';
import type { Files } from '../ports.ts';

/** Called for each piece with its bytes; what it throws ends the work. */
export type OnBytes = (bytes: number) => void | Promise<void>;

export interface Copied {
  size: number;
  sha256: string;
}

/** Makes `to`, which must not be there, for this user alone; removed again when the copy fails. */
export async function copyHashed(files: Files, from: string, to: string, turn: OnBytes): Promise<Copied> {
  const target = files.open(to, 'wx', 0o600);
  try {
    return await hashOf(files, from, turn, (bytes, at) => files.write(target, bytes, 0, bytes.length, at));
  } catch (error) {
    files.unlink(to);
    throw error;
  } finally {
    files.close(target);
  }
}

/** Of a file as it is. `take` is given each piece, and where it stands. */
export async function hashOf(files: Files, path: string, turn: OnBytes, take: (bytes: Uint8Array, at: number) => void = () => undefined): Promise<Copied> {
  const hash = createHash('sha256');
  let size = 0;
  for (const bytes of readPieces(files, path, 'rn')) {
    hash.update(bytes);
    take(bytes, size);
    size += bytes.length;
    await turn(bytes.length);
  }
  return { size, sha256: hash.digest('hex') };
}
