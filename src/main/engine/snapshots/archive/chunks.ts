// Cutting what is read into chunks, in a buffer that holds at least two of the longest. Runs in the coordinator, which only wants the
// cuts, and in data threads, which want the bytes.
import { ChunkScanner } from '../../repository/format/chunker.ts';
import type { ChunkerConfig } from '../../repository/format/config.ts';

export interface ChunkSizes {
  minBytes: number;
  maxBytes: number;
  bits: number;
}

export function chunkSizes(config: ChunkerConfig): ChunkSizes {
  return config.kind === 'rabin' ? { minBytes: config.minBytes, maxBytes: config.maxBytes, bits: config.bits } : { minBytes: config.bytes, maxBytes: config.bytes, bits: 20 };
}

export function createScanner(polynomial: string, sizes: ChunkSizes): ChunkScanner {
  return new ChunkScanner(polynomial, { ...sizes, bufferBytes: Math.max(16 << 20, sizes.maxBytes * 2) });
}

export interface ChunkSource {
  /** Reads from `position` of the file into the buffer; 0 at the end. */
  read(buffer: Uint8Array, offset: number, length: number, position: number): number;
}

/** Position of the next chunk in the scanner's buffer and in the file. */
export interface Chunk {
  start: number;
  end: number;
  position: number;
}

/**
 * The chunks of a source from `position` on, which must be the start of a chunk. Each is valid until the next is asked for. Stops early
 * before a chunk for which `stopBefore` gives true, so that the caller may go on elsewhere (beyond a hole).
 */
export function* eachChunk(scanner: ChunkScanner, source: ChunkSource, position: number, stopBefore: (position: number) => boolean = () => false): Generator<Chunk, void, void> {
  const { buffer } = scanner;
  let start = 0;
  let have = 0;
  let atEnd = false;
  let at = position;
  for (;;) {
    const length = scanner.nextCut(start, have, atEnd);
    if (length > 0) {
      yield { start, end: start + length, position: at };
      start += length;
      at += length;
      if (stopBefore(at)) return;
      continue;
    }
    if (atEnd) return;
    buffer.copyWithin(0, start, have);
    have -= start;
    start = 0;
    while (have < buffer.length) {
      const count = source.read(buffer, have, buffer.length - have, at + have);
      have += count;
      if (count === 0) {
        atEnd = true;
        break;
      }
    }
  }
}
