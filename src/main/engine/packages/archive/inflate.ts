import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflateRaw, inflateRawSync } from 'node:zlib';
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
    refuseDamage(error, path, member);
  } finally {
    unpack.destroy();
  }
  if (unpack.bytesWritten !== to - from) refuse(path, member, 'something follows after its end');
}

/** The same of a small raw part, in one call; `size` is what it says of itself, and no more is unpacked. */
export function inflatedWhole(source: ByteSource, from: number, to: number, size: number, path: string, member: string): Buffer {
  try {
    // What Node gives where `info` is asked for is not in its types.
    const { buffer, engine } = inflateRawSync(source.read(from, to - from), { info: true, maxOutputLength: size + 1, chunkSize: size + 64 }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten !== to - from) refuse(path, member, 'something follows after its end');
    return buffer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') refuse(path, member, 'it is larger than it says');
    return refuseDamage(error, path, member);
  }
}

function refuseDamage(error: unknown, path: string, member: string): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') refuse(path, member, 'it is cut short');
  if (code.startsWith('Z_')) refuse(path, member, 'its compressed bytes are damaged');
  throw error;
}
