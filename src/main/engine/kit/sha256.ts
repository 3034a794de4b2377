// SHA-256 of one of many files. An object that hashes holds memory that only the collector gives back, some hundred bytes of the program's own and more of the system's: for
// a million small files that is more than all else, so those are hashed in one call.
import { createHash, hash, type Hash } from 'node:crypto';

const smallBytes = 1 << 16;

export class Sha256 {
  readonly #hash: Hash | undefined;
  readonly #pieces: Uint8Array[] = [];

  /** `size`: how many bytes will come, at most; where nobody knows, infinity. */
  constructor(size: number) {
    if (size > smallBytes) this.#hash = createHash('sha256');
  }

  /** The piece's memory may be used again afterwards. */
  update(piece: Uint8Array): void {
    if (this.#hash) this.#hash.update(piece);
    else this.#pieces.push(Buffer.from(piece));
  }

  /** Hexadecimal; once. */
  hex(): string {
    return this.#hash?.digest('hex') ?? hash('sha256', Buffer.concat(this.#pieces), 'hex');
  }
}
