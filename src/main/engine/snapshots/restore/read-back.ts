// Reads what a file holds and compares it with the ids of its chunks. One buffer for all of them: a chunk is at most a few MiB.
import type { Files } from '../../ports.ts';
import { sha256Hex } from '../../repository/index.ts';
import { roomFor } from '../../repository/index.ts';

export class ReadBack {
  readonly #files: Files;
  #buffer = Buffer.alloc(0);

  constructor(files: Files) {
    this.#files = files;
  }

  /** Whether the bytes from `position` on are the chunk `id`; with `last`, whether the file ends with them. */
  holds(fd: number, position: number, length: number, id: string, last = false): boolean {
    const wanted = last ? length + 1 : length;
    if (this.#buffer.length < wanted) this.#buffer = Buffer.allocUnsafeSlow(roomFor(wanted));
    let have = 0;
    for (let count = -1; have < length && count !== 0; have += count) count = this.#files.read(fd, this.#buffer, have, wanted - have, position + have);
    return have === length && sha256Hex(this.#buffer.subarray(0, length)) === id;
  }
}
