// A stream of text saved as a file, piece by piece, with how much has come so far.
import { downloadBlob } from '../../ui/download.ts';

/** Resolves with what `read` returns at the end of the stream. */
export async function savePieces<P, R>(pieces: AsyncIterable<P>, fileName: string, read: (piece: P) => { text?: string; end?: R }, onBytes: (bytes: number) => void): Promise<R | undefined> {
  const parts: Blob[] = [];
  let bytes = 0;
  let end: R | undefined;
  for await (const piece of pieces) {
    const { text, end: last } = read(piece);
    if (text !== undefined) {
      // A Blob may lie on disk; a list of texts could not.
      const part = new Blob([text]);
      parts.push(part);
      bytes += part.size;
      onBytes(bytes);
    }
    if (last !== undefined) end = last;
  }
  downloadBlob(fileName, new Blob(parts, { type: 'text/plain' }));
  return end;
}
