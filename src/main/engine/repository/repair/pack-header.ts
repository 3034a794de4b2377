// What a pack says of itself: its header, as an index would describe it.
import type { IndexBlob } from '../format/index-file.ts';
import { DamagedError } from '../format/damaged.ts';
import { decodeHeader, headerInTail, locateHeader, packTailBytes } from '../format/pack.ts';
import type { Repository } from '../repository.ts';

/** Throws REPOSITORY_DAMAGED when the header cannot be read or does not fit the file. */
export async function readPackHeader({ backend, sealer, config }: Repository, pack: string, sizeBytes: number, signal: AbortSignal | undefined): Promise<IndexBlob[]> {
  const read = (offset: number, length: number): Promise<Uint8Array> => backend.read('data', pack, { offset, length }, signal);
  const tail = await read(Math.max(0, sizeBytes - packTailBytes), packTailBytes);
  const place = locateHeader(tail, sizeBytes);
  const entries = decodeHeader(sealer.open(headerInTail(tail, place) ?? (await read(place.offset, place.length))), sizeBytes);
  if (config.version === 1 && entries.some((entry) => entry.uncompressedLength !== 0)) throw new DamagedError('a pack of a version 1 repository holds compressed blobs');
  return entries.map(({ type, id, offset, storedLength, uncompressedLength }) => ({ type, id, offset, length: storedLength, uncompressedLength }));
}
