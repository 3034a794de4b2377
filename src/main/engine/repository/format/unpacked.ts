// The plaintext of snapshots, index files and locks (restic design, "Unpacked data format"): byte 2 and a zstd frame, or bare JSON.
import { DamagedError, UnsupportedError } from './damaged.ts';
import { release } from './release.ts';
import { compress, decompress } from './zstd.ts';

/** Largest JSON this program takes from one stored file. */
export const unpackedLimitBytes = 256 * 1024 * 1024;

/** The plaintext to seal for this JSON: compressed in repositories of version 2, as it is in version 1. */
export function encodeUnpacked(json: Uint8Array, repositoryVersion: 1 | 2): Buffer {
  if (repositoryVersion === 1) return Buffer.from(json);
  const frame = compress(json);
  const plain = Buffer.concat([Buffer.of(2), frame]);
  release(frame);
  return plain;
}

/** The JSON inside an opened file. An empty plaintext is passed through. Unknown encodings are refused. */
export function decodeUnpacked(plain: Uint8Array, limitBytes: number = unpackedLimitBytes): Buffer {
  const first = plain[0];
  if (first === 2) return decompress(plain.subarray(1), undefined, limitBytes);
  if (plain.length > limitBytes) throw new DamagedError(`file of ${plain.length} bytes, more than the ${limitBytes} allowed`);
  if (first === undefined || first === 0x7b || first === 0x5b) return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  throw new UnsupportedError(`unknown encoding byte ${first}`);
}
