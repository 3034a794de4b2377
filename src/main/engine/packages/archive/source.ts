// The bytes of an archive, wherever they lie: read at any place, in one thread, whole or sealed.
import type { Files } from '../../ports.ts';
import { refuse } from './refuse.ts';

export interface ByteSource {
  readonly size: number;
  /** Fewer bytes than asked for only at the end. */
  read(at: number, length: number): Uint8Array;
}

/** A plain file, as large as it is when it is opened. A link is followed; what is no plain file is refused. `onRead`: so many more bytes were read. */
export function openSource(files: Files, path: string, onRead?: (bytes: number) => void): ByteSource & { close(): void } {
  const fd = files.open(path, 'r');
  try {
    const stat = files.fstat(fd);
    if (stat.type !== 'file') refuse(path, '', 'it is no file');
    const read = (at: number, length: number): Uint8Array => {
      const bytes = readAt(files, fd, path, at, Math.min(length, Math.max(0, stat.size - at)));
      onRead?.(bytes.length);
      return bytes;
    };
    return { size: stat.size, read, close: () => files.close(fd) };
  } catch (error) {
    files.close(fd);
    throw error;
  }
}

function readAt(files: Files, fd: number, path: string, at: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const got = files.read(fd, bytes, done, length - done, at + done);
    if (got === 0) refuse(path, '', 'it became shorter while it was read');
    done += got;
  }
  return bytes;
}

/** From a place to the end, piece by piece. */
export function* pieces(source: ByteSource, from = 0, to = source.size): Generator<Uint8Array> {
  for (let at = from; at < to; at += pieceBytes) yield source.read(at, Math.min(pieceBytes, to - at));
}

const pieceBytes = 1 << 18;
