import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { refuse } from './refuse.ts';
import { pieces, type ByteSource } from './source.ts';

/** The plain form of a part of the archive, piece by piece. What is not used up by it is refused, as is what is damaged. */
export async function* inflated(source: ByteSource, from: number, to: number, how: 'gzip' | 'raw', path: string, member: string): AsyncGenerator<Buffer> {
  const options = { chunkSize: 1 << 17 };
  const unpack = how === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  pipeline(Readable.from(pieces(source, from, to)), unpack, () => undefined); // failures come out of the reading below
  try {
    for await (const piece of unpack as AsyncIterable<Buffer>) yield piece;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'Z_BUF_ERROR') refuse(path, member, 'it is cut short');
    if (code.startsWith('Z_')) refuse(path, member, 'its compressed bytes are damaged');
    throw error;
  } finally {
    unpack.destroy();
  }
  if (unpack.bytesWritten !== to - from) refuse(path, member, 'something follows after its end');
}
