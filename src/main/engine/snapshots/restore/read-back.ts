// Reads what a file holds and compares it with the ids of its chunks. Piece by piece through one small buffer, which stays in the processor's cache.
import { createHash } from 'node:crypto';
import type { Files } from '../../ports.ts';
import { sha256Hex } from '../../repository/index.ts';

const pieceBytes = 128 * 1024;

export class ReadBack {
  readonly #files: Files;
  readonly #buffer = Buffer.allocUnsafeSlow(pieceBytes + 1);

  constructor(files: Files) {
    this.#files = files;
  }

  /** Whether the bytes from `position` on are the chunk `id`; with `last`, whether the file ends with them. */
  holds(fd: number, position: number, length: number, id: string, last = false): boolean {
    if (length <= pieceBytes) return this.#fill(fd, position, length, last) && sha256Hex(this.#buffer.subarray(0, length)) === id;
    const hash = createHash('sha256');
    for (let at = 0; at < length; at += pieceBytes) {
      const bytes = Math.min(pieceBytes, length - at);
      if (!this.#fill(fd, position + at, bytes, last && at + bytes === length)) return false;
      hash.update(this.#buffer.subarray(0, bytes));
    }
    return hash.digest('hex') === id;
  }

  /** Exactly these bytes into the buffer; with `last` there must be no further one. */
  #fill(fd: number, position: number, length: number, last: boolean): boolean {
    const wanted = last ? length + 1 : length;
    let have = 0;
    for (let count = -1; have < length && count !== 0; have += count) count = this.#files.read(fd, this.#buffer, have, wanted - have, position + have);
    return have === length;
  }
}
