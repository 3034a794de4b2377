// A file read from its beginning to its end, piece by piece.
import { createHash } from 'node:crypto';
import type { Files } from '../ports.ts';
import { throwIfAborted } from './errors.ts';

const pieceBytes = 1 << 18;

/** Each piece lies where the one before it lay. `r` follows a link at the end of the path, `rn` refuses it. */
export function* readPieces(files: Pick<Files, 'open' | 'read' | 'close'>, path: string, flags: 'r' | 'rn' = 'r'): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(pieceBytes);
  const fd = files.open(path, flags);
  try {
    for (let count = files.read(fd, buffer, 0, buffer.length, null); count > 0; count = files.read(fd, buffer, 0, buffer.length, null)) yield buffer.subarray(0, count);
  } finally {
    files.close(fd);
  }
}

/** SHA-256 of a file, hexadecimal. Throws CANCELLED, and what the system says. */
export function hashFile(files: Pick<Files, 'open' | 'read' | 'close'>, path: string, signal?: AbortSignal): string {
  const hash = createHash('sha256');
  for (const piece of readPieces(files, path)) {
    throwIfAborted(signal);
    hash.update(piece);
  }
  return hash.digest('hex');
}
