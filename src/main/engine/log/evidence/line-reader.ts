// A file read line by line, each with a limit, so that memory stays flat whatever somebody hands in. Sums what it has read.
import { createHash, type Hash } from 'node:crypto';
import type { Files } from '../../ports.ts';
import { refuse } from './refuse.ts';

const chunkBytes = 256 * 1024;
const newline = 0x0a;

export class LineReader {
  /** Lines taken so far. */
  line = 0;
  readonly #files: Files;
  readonly #fd: number;
  readonly #chunk = Buffer.alloc(chunkBytes);
  readonly #sum: Hash = createHash('sha256');
  #rest: Buffer = this.#chunk.subarray(0, 0);

  constructor(files: Files, fd: number) {
    this.#files = files;
    this.#fd = fd;
  }

  /** The next line without its newline, summed up with it; valid until the next call. undefined at the end. Refuses a line over the limit, and one without newline. */
  next(limitBytes: number): Uint8Array | undefined {
    const line = this.#take(limitBytes);
    if (line !== undefined) this.#sum.update(line).update('\n');
    return line;
  }

  /** The next line as `next` gives it, with the sum of all before it. */
  last(limitBytes: number): { line: Uint8Array | undefined; sha256: string } {
    const sha256 = this.#sum.digest('hex');
    return { line: this.#take(limitBytes), sha256 };
  }

  /** The first bytes of the file, before any line is taken. */
  peek(): Uint8Array {
    if (this.#rest.length === 0) this.#fill();
    return this.#rest.subarray(0, 64);
  }

  atEnd(): boolean {
    return this.#rest.length === 0 && !this.#fill();
  }

  #take(limitBytes: number): Uint8Array | undefined {
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      if (this.#rest.length === 0 && !this.#fill()) return length === 0 ? undefined : refuse('cut-off', 'the file ends inside a line', { line: this.line + 1 });
      const end = this.#rest.indexOf(newline);
      const part = end < 0 ? this.#rest : this.#rest.subarray(0, end);
      length += part.length;
      if (length > limitBytes) refuse('line', `a line is longer than ${limitBytes} bytes`, { line: this.line + 1 });
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1);
        this.line += 1;
        return parts.length === 0 ? part : Buffer.concat([...parts, part], length);
      }
      parts.push(Buffer.from(part)); // the chunk is filled anew
      this.#rest = this.#rest.subarray(this.#rest.length);
    }
  }

  #fill(): boolean {
    const read = this.#files.read(this.#fd, this.#chunk, 0, chunkBytes, null);
    this.#rest = this.#chunk.subarray(0, read);
    return read > 0;
  }
}
