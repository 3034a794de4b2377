// The bytes of a file on either side, read at any place: pieced together from a snapshot's blobs, or from the disk.
import { fail } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { Repository } from '../../repository/index.ts';

export interface ByteSource {
  readonly size: number;
  /** The bytes from `offset` on, `length` of them or as many as there are. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** The size is that of the blobs, whatever the snapshot's node says. */
export async function blobSource(repository: Repository, content: readonly string[], signal: AbortSignal): Promise<ByteSource> {
  const starts = new Float64Array(content.length + 1);
  for (const [i, id] of content.entries()) starts[i + 1] = (starts[i] as number) + (repository.index.plainLength('data', id) ?? (await repository.loadBlob('data', id, signal)).length);
  let held: { number: number; bytes: Buffer } | undefined;
  const blob = async (number: number): Promise<Buffer> => {
    if (held?.number !== number) held = { number, bytes: await repository.loadBlob('data', content[number] as string, signal) };
    return held.bytes;
  };
  const size = starts[content.length] as number;
  return {
    size,
    read: async (offset, length) => {
      const end = Math.min(size, offset + length);
      const pieces: Buffer[] = [];
      for (let at = offset; at < end; ) {
        const number = lastAtOrBefore(starts, at);
        const from = at - (starts[number] as number);
        const piece = (await blob(number)).subarray(from, from + end - at);
        if (piece.length === 0) fail('REPOSITORY_DAMAGED', 'a blob is shorter than its index says', { path: content[number] as string, what: 'a blob is shorter than the index says' });
        pieces.push(piece);
        at += piece.length;
      }
      return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    }
  };
}

/** The last blob that begins at or before `at`; empty ones begin where the next does. */
function lastAtOrBefore(starts: Float64Array, at: number): number {
  let [low, high] = [0, starts.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A file of this computer, held open; the last link of its path is not followed. */
export function openLive(files: Pick<Files, 'open' | 'read' | 'close' | 'fstat'>, path: string): ByteSource & { close(): void } {
  const fd = files.open(path, 'rn');
  const { size } = files.fstat(fd);
  return {
    size,
    read: async (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const bytes = Buffer.allocUnsafe(wanted);
      for (let done = 0; done < wanted; ) {
        const count = files.read(fd, bytes, done, wanted - done, offset + done);
        if (count === 0) fail('NOT_READABLE', `${path} became shorter`, { path, reason: 'changed while it was read' });
        done += count;
      }
      return bytes;
    },
    close: () => files.close(fd)
  };
}

const pieceBytes = 1024 * 1024;

/** A stretch of a source in order, in pieces of 1 MiB. */
export async function* pieces(source: ByteSource, from = 0, to = source.size): AsyncIterable<Buffer> {
  for (let at = from; at < to; at += pieceBytes) yield await source.read(at, Math.min(pieceBytes, to - at));
}

/** All of it at once. The caller has looked at its size. */
export function whole(source: ByteSource): Promise<Buffer> {
  return source.read(0, source.size);
}

export async function equalSources(a: ByteSource, b: ByteSource, breathe: () => Promise<void>): Promise<boolean> {
  if (a.size !== b.size) return false;
  for (let at = 0; at < a.size; at += pieceBytes) {
    if (Buffer.compare(await a.read(at, pieceBytes), await b.read(at, pieceBytes)) !== 0) return false;
    await breathe();
  }
  return true;
}
