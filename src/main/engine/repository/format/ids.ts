// Identities: SHA-256, written as 64 lower-case hex digits everywhere in this folder (the shortest way through Node's crypto and
// through JSON; whoever needs 32 raw bytes converts with `hexToBytes`).
import { hash } from 'node:crypto';
import { DamagedError } from './damaged.ts';

/** The two kinds of blob. The same hash may exist as both, and they are different blobs. */
export type BlobType = 'data' | 'tree';

/** Source of cryptographic randomness: `Random.bytes` of the ports. */
export type RandomBytes = (length: number) => Uint8Array;

const lowerHex = /^[0-9a-f]*$/;

/** Bytes of an even number of lower-case hex digits; anything else throws DamagedError. */
export function hexToBytes(hex: string): Buffer {
  if (hex.length % 2 !== 0 || !lowerHex.test(hex)) throw new DamagedError('not lower-case hex');
  return Buffer.from(hex, 'hex');
}

export function bytesToHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** For short inputs 2.6 times faster than `sha256`. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** True for the name of a stored file (and for an id as text): exactly 64 lower-case hex digits. Everything else in a listing is ignored. */
export function isFileName(name: string): boolean {
  return name.length === 64 && lowerHex.test(name);
}

/** The form people see: the first 8 digits. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
