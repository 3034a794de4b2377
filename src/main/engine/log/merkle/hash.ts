// The three hashes of a Merkle tree over the record (RFC 6962, 2.1; RFC 9162 uses the same). The first byte keeps a node from being passed off
// as a leaf. Hashes are 32 raw bytes.
import { hash as hashOnce } from 'node:crypto';

export const hashBytes = 32;

/** Root of the tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Uint8Array = hashOnce('sha256', new Uint8Array(0), 'buffer');

/** Over a text of 32 characters: twice as fast as letting the library make a Buffer of its own. */
const sha256 = (bytes: Uint8Array): Uint8Array => Buffer.from(hashOnce('sha256', bytes, 'binary'), 'binary');

const leafScratch = Buffer.alloc(1 + 4096);
const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, 1);

/** Hash of a leaf: SHA-256(0x00 || bytes). A text stands for its UTF-8 bytes. */
export function leafHash(leaf: Uint8Array | string): Uint8Array {
  const longest = typeof leaf === 'string' ? leaf.length * 3 : leaf.length;
  const room = longest < leafScratch.length ? leafScratch : Buffer.alloc(1 + longest);
  let end = 1;
  if (typeof leaf === 'string') end += room.write(leaf, 1, 'utf8');
  else {
    room.set(leaf, 1);
    end += leaf.length;
  }
  return sha256(room.subarray(0, end));
}

/** Hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  // The scratch buffer fits hashes alone; anything else would leave bytes of an earlier node in it.
  if (left.length !== hashBytes || right.length !== hashBytes) return sha256(Buffer.concat([Uint8Array.of(1), left, right]));
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  return sha256(nodeScratch);
}

/** Writes the hashes of the nodes over so many pairs of neighbours over the beginning of `hashes`. */
export function hashPairs(hashes: Buffer, pairs: number): void {
  for (let i = 0; i < pairs; i++) {
    hashes.copy(nodeScratch, 1, 2 * i * hashBytes, (2 * i + 2) * hashBytes);
    hashes.write(hashOnce('sha256', nodeScratch, 'binary'), i * hashBytes, 'binary');
  }
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === hashBytes && b.length === hashBytes && Buffer.compare(a, b) === 0;
}
