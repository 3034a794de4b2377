// Pack files (restic design, "Pack format"): blob1 || ... || blobN || sealed header || u32 LE length of the sealed header.
// Pure functions on bytes; who reads the file hands over its tail. Ids are hex strings.
import { DamagedError } from './damaged.ts';
import type { BlobType } from './ids.ts';

/** One blob as a header lists it. Lengths in bytes. */
export interface PackEntry {
  type: BlobType;
  /** SHA-256 of the plaintext, hex. */
  id: string;
  /** Bytes in the pack, the 32 of the seal included. */
  storedLength: number;
  /** Bytes of the plaintext when the blob is compressed, 0 when it is not. */
  uncompressedLength: number;
}

/** An entry with its place, as decoded: offsets follow from the lengths before it. */
export interface PlacedEntry extends PackEntry {
  offset: number;
}

const sealBytes = 32;
const lengthBytes = 4;
const plainEntryBytes = 37;
const compressedEntryBytes = 41;
const maxHeaderBytes = 16 * 1024 * 1024;

export const maxHeaderEntries = 409_199;
/** Shortest file that can be a pack. */
export const minPackBytes = 73;
/** What to read first from a pack's end: enough for 15 entries. */
export const packTailBytes = 15 * compressedEntryBytes + sealBytes + lengthBytes;
export const maxPackBytes = 0xffff_ffff;

function entryBytes(entry: Pick<PackEntry, 'uncompressedLength'>): number {
  return entry.uncompressedLength === 0 ? plainEntryBytes : compressedEntryBytes;
}

/** Bytes of the header's plaintext. */
export function headerSize(entries: Iterable<Pick<PackEntry, 'uncompressedLength'>>): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}

/** Bytes of a whole pack with these blobs. Check and prune compare it with the stored file's size without reading the pack. */
export function packSize(entries: Iterable<Pick<PackEntry, 'uncompressedLength' | 'storedLength'>>): number {
  let bytes = sealBytes + lengthBytes;
  for (const entry of entries) bytes += entryBytes(entry) + entry.storedLength;
  return bytes;
}

/** Plaintext of the header, in the order of the blobs in the pack. */
export function encodeHeader(entries: readonly PackEntry[]): Buffer {
  const bytes = Buffer.alloc(headerSize(entries));
  let at = 0;
  for (const entry of entries) at += writeEntry(entry, bytes, at);
  return bytes;
}

export const maxEntryBytes = compressedEntryBytes;

/** Writes one entry of a header, which has room for it, and returns its bytes (at most `maxEntryBytes`). */
export function writeEntry(entry: PackEntry, target: Buffer, offset: number): number {
  const compressed = entry.uncompressedLength !== 0;
  let at = offset;
  target[at] = (entry.type === 'tree' ? 1 : 0) + (compressed ? 2 : 0);
  target.writeUInt32LE(entry.storedLength, at + 1);
  if (compressed) target.writeUInt32LE(entry.uncompressedLength, at + 5);
  at += compressed ? 9 : 5;
  if (entry.id.length !== 64 || target.write(entry.id, at, 'hex') !== 32) throw new DamagedError('blob id is not 64 hex digits');
  return at + 32 - offset;
}

/** Entries of an opened header. `packBytes` is the size of the file; the sum of everything must match it exactly. */
export function decodeHeader(plain: Uint8Array, packBytes: number): PlacedEntry[] {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  const entries: PlacedEntry[] = [];
  let at = 0;
  let offset = 0;
  while (at < bytes.length) {
    const kind = bytes[at] as number;
    if (kind > 3) throw new DamagedError(`unknown blob type ${kind} in the pack header`);
    const compressed = kind >= 2;
    if (at + (compressed ? compressedEntryBytes : plainEntryBytes) > bytes.length) throw new DamagedError('pack header ends inside an entry');
    if (entries.length === maxHeaderEntries) throw new DamagedError('pack header with too many entries');
    const storedLength = bytes.readUInt32LE(at + 1);
    const uncompressedLength = compressed ? bytes.readUInt32LE(at + 5) : 0;
    if (storedLength < sealBytes) throw new DamagedError(`stored blob of ${storedLength} bytes, shorter than its seal`);
    at += compressed ? 9 : 5;
    entries.push({ type: kind & 1 ? 'tree' : 'data', id: bytes.toString('hex', at, at + 32), offset, storedLength, uncompressedLength });
    at += 32;
    offset += storedLength;
  }
  if (offset + bytes.length + sealBytes + lengthBytes !== packBytes) throw new DamagedError(`blobs and header do not add up to the pack's ${packBytes} bytes`);
  return entries;
}

/** Where the sealed header of a pack lies. */
export interface HeaderPlace {
  /** Offset of the sealed header in the file. */
  offset: number;
  /** Length of the sealed header. */
  length: number;
}

/** Finds the sealed header from a pack's last bytes (at least 4 of them). */
export function locateHeader(tail: Uint8Array, packBytes: number): HeaderPlace {
  if (packBytes < minPackBytes || tail.length < lengthBytes) throw new DamagedError(`pack of ${packBytes} bytes is too short`);
  const length = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).readUInt32LE(tail.length - lengthBytes);
  if (length <= sealBytes || length > packBytes - lengthBytes || length > maxHeaderBytes) throw new DamagedError(`pack header of ${length} bytes in a pack of ${packBytes}`);
  return { offset: packBytes - lengthBytes - length, length };
}

/** The sealed header when the tail already holds all of it, else undefined: read `place` from the file. */
export function headerInTail(tail: Uint8Array, place: HeaderPlace): Uint8Array | undefined {
  const end = tail.length - lengthBytes;
  return place.length <= end ? tail.subarray(end - place.length, end) : undefined;
}

/** The last four bytes of a pack. */
export function encodeHeaderLength(sealedHeaderBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  bytes.writeUInt32LE(sealedHeaderBytes);
  return bytes;
}
