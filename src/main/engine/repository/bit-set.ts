// One bit for each number from 0 to a limit: marks on the entries of an index without an object for any of them.
export class BitSet {
  readonly #words: Uint32Array;
  #count = 0;

  /** Numbers from 0 to `limit` - 1. */
  constructor(limit: number) {
    this.#words = new Uint32Array(Math.ceil(limit / 32));
  }

  /** How many numbers are in it. */
  get count(): number {
    return this.#count;
  }

  has(number: number): boolean {
    return (((this.#words[number >>> 5] as number) >>> (number & 31)) & 1) === 1;
  }

  /** False when it was there already. */
  add(number: number): boolean {
    if (this.has(number)) return false;
    this.#words[number >>> 5] = (this.#words[number >>> 5] as number) | (1 << (number & 31));
    this.#count += 1;
    return true;
  }

  delete(number: number): void {
    if (!this.has(number)) return;
    this.#words[number >>> 5] = (this.#words[number >>> 5] as number) & ~(1 << (number & 31));
    this.#count -= 1;
  }
}
