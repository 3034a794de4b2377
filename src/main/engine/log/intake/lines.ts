// Cuts a stream of bytes into lines without ever holding more than one line of `longestBytes`. Lines end with "\n"; a "\r" before it is no part of
// the line. What is longer is hashed as it goes by and only referred to.
import { createHash, type Hash } from 'node:crypto';

export interface Line {
  /** From 1. */
  number: number;
  /** Of its first byte in the stream. */
  offset: number;
  /** Where the next line begins. */
  endOffset: number;
  /** Without its end; undefined for one that is too long. */
  bytes: Buffer | undefined;
  /** Of a line that is too long: its length and SHA-256, both with a "\r" at its end. */
  long?: { length: number; sha256: string };
  /** False for the last one when the stream ends without "\n". */
  terminated: boolean;
}

export const longestLineBytes = 1024 * 1024;
const newline = 10;
const carriageReturn = 13;

export class LineSplitter {
  readonly #longestBytes: number;
  #number: number;
  /** Where the next chunk begins. */
  #at: number;
  #lineOffset: number;
  #pieces: Buffer[] = [];
  #held = 0;
  #long: { hash: Hash; length: number } | undefined;

  /** `from`: where in a file the first chunk comes from, and how many lines were before it. */
  constructor({ longestBytes = longestLineBytes, from = { offset: 0, line: 0 } }: { longestBytes?: number; from?: { offset: number; line: number } } = {}) {
    this.#longestBytes = longestBytes;
    this.#at = from.offset;
    this.#lineOffset = from.offset;
    this.#number = from.line;
  }

  /** Lines that end in this chunk. The chunk belongs to the lines from now on. */
  *push(chunk: Buffer): Generator<Line, void, void> {
    const base = this.#at;
    this.#at += chunk.length;
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(newline, from);
      this.#hold(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) return;
      from = end + 1;
      yield this.#take(base + from, true);
    }
  }

  /** What stands after the last "\n"; undefined when nothing does. */
  end(): Line | undefined {
    return this.#held === 0 && this.#long === undefined ? undefined : this.#take(this.#at, false);
  }

  #hold(piece: Buffer): void {
    if (this.#long === undefined && this.#held + piece.length > this.#longestBytes + 1) {
      this.#long = { hash: createHash('sha256'), length: 0 };
      for (const held of this.#pieces) this.#hash(this.#long, held);
      this.#pieces = [];
      this.#held = 0;
    }
    if (this.#long !== undefined) return this.#hash(this.#long, piece);
    if (piece.length > 0) this.#pieces.push(piece);
    this.#held += piece.length;
  }

  #hash(long: { hash: Hash; length: number }, piece: Buffer): void {
    long.hash.update(piece);
    long.length += piece.length;
  }

  #take(endOffset: number, terminated: boolean): Line {
    this.#number += 1;
    const place = { number: this.#number, offset: this.#lineOffset, endOffset, terminated };
    const long = this.#long;
    const whole = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    this.#lineOffset = endOffset;
    this.#pieces = [];
    this.#held = 0;
    this.#long = undefined;
    if (long !== undefined) return { ...place, bytes: undefined, long: { length: long.length, sha256: long.hash.digest('hex') } };
    return { ...place, bytes: terminated && whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole };
  }
}
