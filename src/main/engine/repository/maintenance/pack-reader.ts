// Blobs out of packs, proven, with as few reads as their places allow: neighbours in a pack are read together, which is what a slow or
// far store needs. Memory: one such piece.
import { throwIfAborted } from '../../kit/errors.ts';
import type { BlobIndex } from '../blob-index.ts';
import { DamagedError } from '../format/damaged.ts';
import type { IndexBlob } from '../format/index-file.ts';
import { openBlob, type Repository } from '../repository.ts';

const MiB = 1024 * 1024;
/** Neighbouring blobs are read at once up to this size, also over a gap of this many bytes. */
const readBytes = 8 * MiB;
const gapBytes = 64 * 1024;

export interface ReadBlob extends IndexBlob {
  plain: Uint8Array;
}

/** The blobs of these entries of the repository's index, pack by pack in the order of their places. Throws REPOSITORY_DAMAGED for one that no copy proves. */
export async function* readBlobs(repository: Repository, entries: readonly number[], signal: AbortSignal | undefined): AsyncGenerator<ReadBlob> {
  for (const { pack, blobs } of groups(repository.index, entries)) {
    throwIfAborted(signal);
    const first = blobs[0] as IndexBlob;
    const last = blobs.at(-1) as IndexBlob;
    const bytes = await readPiece(repository, pack, first.offset, last.offset + last.length - first.offset, signal);
    for (const blob of blobs) {
      throwIfAborted(signal);
      const from = blob.offset - first.offset;
      yield { ...blob, plain: await prove(repository, blob, bytes.subarray(from, from + blob.length), signal) };
    }
  }
}

/** Entries of a pack follow one another, so that sorting numbers brings packs together: no object per blob beyond one pack. */
function* groups(index: BlobIndex, entries: readonly number[]): Generator<{ pack: string; blobs: IndexBlob[] }> {
  const sorted = Uint32Array.from(entries).sort();
  for (let at = 0; at < sorted.length; ) {
    const pack = index.packOf(sorted[at] as number);
    const blobs: IndexBlob[] = [];
    for (; at < sorted.length && index.packOf(sorted[at] as number) === pack; at++) blobs.push(index.blobAt(sorted[at] as number));
    for (const group of neighbours(blobs.sort((a, b) => a.offset - b.offset))) yield { pack: index.packId(pack), blobs: group };
  }
}

function* neighbours(blobs: readonly IndexBlob[]): Generator<IndexBlob[]> {
  let group: IndexBlob[] = [];
  let end = 0;
  for (const blob of blobs) {
    const first = group[0];
    if (first && (blob.offset - end > gapBytes || blob.offset + blob.length - first.offset > readBytes)) {
      yield group;
      group = [];
    }
    group.push(blob);
    end = blob.offset + blob.length;
  }
  if (group.length > 0) yield group;
}

/** A piece that cannot be read is empty here: each of its blobs is then tried on its own, at every copy. */
async function readPiece(repository: Repository, pack: string, offset: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    return await repository.backend.read('data', pack, { offset, length }, signal);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof Error && 'code' in error && (error.code === 'NOT_FOUND' || error.code === 'NOT_READABLE')) return new Uint8Array(0);
    throw error;
  }
}

/** Damage is read once more, and tried at every other copy, before it counts. */
async function prove(repository: Repository, blob: IndexBlob, stored: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    if (stored.length === blob.length) return openBlob(repository.sealer, stored, blob.id, blob.uncompressedLength);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
  }
  return repository.loadBlob(blob.type, blob.id, signal);
}
