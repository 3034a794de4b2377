// A large file as pieces of work: the cuts are found here, the bytes are read again (from the page cache) by the data threads. Holes
// are not read: a chunk that begins in a hole of at least the smallest chunk's length is exactly that many zero bytes, because the
// fingerprint of 64 zero bytes is zero, so the chunker would cut there too.
import type { Files } from '../../ports.ts';
import type { ChunkScanner } from '../../repository/format/chunker.ts';
import { eachChunk, type ChunkSizes } from './chunks.ts';

export type Piece = { kind: 'range'; from: number; lengths: number[]; bytes: number } | { kind: 'zeros'; chunks: number; bytes: number };

/**
 * Most chunks of one file: its list of ids stands in its folder's tree, where this many take half of what a tree may have (see
 * `treeLimits`). Reached from 3.8 TiB of holes, or some 8 TiB of usual data.
 */
export const fileChunkLimit = 8_000_000;

const pieceBytes = 6 * 1024 * 1024;

/**
 * Pieces of the open file in order; together they are all of its content. Yields often enough for the caller to breathe between pieces.
 * Throws an error with the code EFBIG for a file of more than `mostChunks`: before anything is read, where the size alone tells.
 */
export function* piecesOf(files: Files, fd: number, scanner: ChunkScanner, sizes: ChunkSizes, mostChunks = fileChunkLimit): Generator<Piece, void, void> {
  const stat = files.fstat(fd);
  const data = stat.allocatedBytes < stat.size ? files.dataRanges(fd, stat.size) : [{ from: 0, to: stat.size }];
  const holeLength = holesBetween(data, stat.size);
  const inHole = (position: number): boolean => holeLength(position) >= sizes.minBytes;
  const source = { read: (buffer: Uint8Array, offset: number, length: number, position: number) => files.read(fd, buffer, offset, length, position) };
  let position = 0;
  let count = fewestChunks(data, stat.size, sizes);
  const refuseMore = (): void => {
    if (count > mostChunks) throw Object.assign(new Error(`a file of more than ${mostChunks} chunks`), { code: 'EFBIG' });
  };
  refuseMore();
  count = 0;
  for (;;) {
    const chunks = Math.floor(holeLength(position) / sizes.minBytes);
    if (chunks > 0) {
      count += chunks;
      refuseMore();
      yield { kind: 'zeros', chunks, bytes: chunks * sizes.minBytes };
      position += chunks * sizes.minBytes;
    }
    let piece: Extract<Piece, { kind: 'range' }> = { kind: 'range', from: position, lengths: [], bytes: 0 };
    for (const { start, end } of eachChunk(scanner, source, position, inHole)) {
      count += 1;
      refuseMore();
      piece.lengths.push(end - start);
      piece.bytes += end - start;
      position += end - start;
      if (piece.bytes < pieceBytes) continue;
      yield piece;
      piece = { kind: 'range', from: position, lengths: [], bytes: 0 };
    }
    if (piece.bytes > 0) yield piece;
    if (!inHole(position)) return;
  }
}

/** How far the hole reaches that `position` lies in; 0 in data and from `size` on. Positions are asked for in rising order. */
function holesBetween(data: readonly { from: number; to: number }[], size: number): (position: number) => number {
  let next = 0;
  return (position) => {
    while (next < data.length && (data[next] as { to: number }).to <= position) next += 1;
    const range = data[next];
    if (range === undefined) return Math.max(0, size - position);
    return Math.max(0, range.from - position);
  };
}

/** No cutting of these ranges and the holes between them gives fewer chunks. A hole's first bytes may belong to the chunk before it. */
function fewestChunks(data: readonly { from: number; to: number }[], size: number, sizes: ChunkSizes): number {
  let count = 0;
  let dataBytes = 0;
  let at = 0;
  for (const { from, to } of [...data, { from: size, to: size }]) {
    count += Math.max(0, Math.floor((from - at - sizes.maxBytes) / sizes.minBytes));
    dataBytes += to - from;
    at = to;
  }
  return count + Math.floor(dataBytes / sizes.maxBytes);
}
