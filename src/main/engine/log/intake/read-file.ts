// A file as a stream of chunks, each in memory of its own because lines go on pointing into it.
import { errnoOf, fail } from '../../kit/errors.ts';
import type { FileStat, Files } from '../../ports.ts';

const chunkBytes = 256 * 1024;

export interface OpenFile {
  fd: number;
  stat: FileStat;
}

/** Throws PATH_MISSING, NOT_READABLE, and BAD_INPUT for what is not a plain file: reading a pipe would hold everything up. */
export function openPlainFile(files: Files, path: string): OpenFile {
  const seen = files.stat(path);
  if (seen === undefined) fail('PATH_MISSING', `no file ${path}`, { path });
  if (seen.type !== 'file') fail('BAD_INPUT', 'not a plain file', { field: 'path', reason: `${path} is not a plain file; pipe it into "varve log append --jsonl -" instead` });
  try {
    const fd = files.open(path, 'r');
    return { fd, stat: files.fstat(fd) };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') fail('PATH_MISSING', `no file ${path}`, { path });
    if (errno === undefined) throw error;
    return fail('NOT_READABLE', `${path}: ${errno}`, { path, reason: errno });
  }
}

/** Chunks from `offset` to the end as it is when it is reached, or to `end`. */
export function* readChunks(files: Files, fd: number, offset: number, end = Number.POSITIVE_INFINITY): Generator<Buffer, void, void> {
  for (let at = offset; at < end; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - at));
    const read = files.read(fd, chunk, 0, chunk.length, at);
    if (read === 0) return;
    yield chunk.subarray(0, read);
    at += read;
  }
}
