// One file from one place to another, its SHA-256 computed on the way.
import { createHash } from 'node:crypto';
import type { Files } from '../ports.ts';

/** Called for each chunk with its bytes; what it throws ends the work. */
export type OnBytes = (bytes: number) => void | Promise<void>;

const chunkBytes = 1_048_576;

export interface Copied {
  size: number;
  sha256: string;
}

/** Makes `to`, which must not be there, for this user alone; removed again when the copy fails. */
export async function copyHashed(files: Files, from: string, to: string, turn: OnBytes): Promise<Copied> {
  const source = files.open(from, 'rn');
  try {
    const target = files.open(to, 'wx', 0o600);
    try {
      return await pump(files, source, turn, (bytes, at) => files.write(target, bytes, 0, bytes.length, at));
    } catch (error) {
      files.unlink(to);
      throw error;
    } finally {
      files.close(target);
    }
  } finally {
    files.close(source);
  }
}

/** Of a file as it is; a link is refused by the system. */
export async function hashOf(files: Files, path: string, turn: OnBytes): Promise<Copied> {
  const source = files.open(path, 'rn');
  try {
    return await pump(files, source, turn, () => undefined);
  } finally {
    files.close(source);
  }
}

async function pump(files: Files, source: number, turn: OnBytes, take: (bytes: Uint8Array, at: number) => void): Promise<Copied> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = 0;
  for (;;) {
    const count = files.read(source, buffer, 0, buffer.length, null);
    if (count === 0) return { size: at, sha256: hash.digest('hex') };
    const bytes = buffer.subarray(0, count);
    hash.update(bytes);
    take(bytes, at);
    at += count;
    await turn(count);
  }
}
