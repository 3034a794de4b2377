// One zstd frame per blob or file. The frame's own size field is never believed: the reader says how long the result must be, or at
// most may be. Short inputs are set-up bound: level 1, and the exact output size, save most of it.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DamagedError } from './damaged.ts';

/** Shorter inputs come out at the same size at level 1, faster. */
export const shortBytes = 8 * 1024;
const pieceBytes = 16 * 1024 * 1024;

export const defaultLevel = 3;

/** The level for an input of this length. */
export function levelFor(length: number, level: number): number {
  return length < shortBytes ? Math.min(level, 1) : level;
}

/** A frame of an input of this length is never longer. */
export function mostCompressedBytes(length: number): number {
  return length + (length >>> 8) + 128;
}

/** One frame that carries its content size. Level 3 unless told. */
export function compress(plain: Uint8Array, level: number = defaultLevel): Buffer {
  const length = plain.length;
  return zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: levelFor(length, level) },
    pledgedSrcSize: length,
    chunkSize: Math.min(mostCompressedBytes(length), pieceBytes)
  });
}

/**
 * The content of one frame. With `expectedBytes` the result has exactly that length; in any case at most `limitBytes`.
 * Throws DamagedError for anything else, without allocating what the frame merely claims.
 */
export function decompress(frame: Uint8Array, expectedBytes: number | undefined, limitBytes: number): Buffer {
  if (expectedBytes !== undefined && expectedBytes > limitBytes) throw new DamagedError(`compressed content of ${expectedBytes} bytes, more than the ${limitBytes} allowed`);
  // One byte more than is expected: where the last piece of memory is filled exactly, zlib takes another one of the same size for nothing.
  const most = expectedBytes ?? limitBytes;
  // One byte more than needed: Node answers a piece that is exactly full with memory for, and a call for, the next one.
  let plain: Buffer;
  try {
    plain = zstdDecompressSync(frame, { chunkSize: Math.max(64, Math.min((expectedBytes ?? 256 * 1024) + 1, pieceBytes)), maxOutputLength: Math.max(1, most) });
  } catch {
    throw new DamagedError('compressed content does not decompress to the stated length');
  }
  if (expectedBytes !== undefined && plain.length !== expectedBytes) throw new DamagedError(`compressed content has ${plain.length} bytes instead of ${expectedBytes}`);
  return plain;
}
