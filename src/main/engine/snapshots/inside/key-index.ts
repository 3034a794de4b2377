// Finds rows of a table by the value of one column, which must tell every row apart. Holds row numbers only, not values: eight to sixteen bytes a row.
import { randomInt } from 'node:crypto';

export interface Keyed {
  readonly count: number;
  cell(index: number, column: number): string;
}

/** More rows than this at one place are made by somebody who wants it to be slow. */
const longestChain = 200;
const start = randomInt(2 ** 32 - 1);

export class KeyIndex {
  readonly #rows: Keyed;
  readonly #column: number;
  /** One more than the row's number; 0: free. */
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #mask: number;

  private constructor(rows: Keyed, column: number) {
    this.#rows = rows;
    this.#column = column;
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, rows.count * 2)));
    this.#slots = new Int32Array(size);
    this.#hashes = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** undefined when a value is empty or stands twice. */
  static of(rows: Keyed, column: number): KeyIndex | undefined {
    const index = new KeyIndex(rows, column);
    for (let row = 0; row < rows.count; row++) {
      const value = rows.cell(row, column);
      if (value === '' || !index.#add(value, row)) return undefined;
    }
    return index;
  }

  /** The row with that value; -1: none. */
  find(value: string): number {
    const hash = hashOf(value);
    for (let at = hash & this.#mask; this.#slots[at] !== 0; at = (at + 1) & this.#mask) if (this.#holds(at, hash, value)) return (this.#slots[at] as number) - 1;
    return -1;
  }

  #add(value: string, row: number): boolean {
    const hash = hashOf(value);
    let at = hash & this.#mask;
    for (let steps = 0; this.#slots[at] !== 0; at = (at + 1) & this.#mask) if (++steps > longestChain || this.#holds(at, hash, value)) return false;
    this.#slots[at] = row + 1;
    this.#hashes[at] = hash;
    return true;
  }

  #holds(at: number, hash: number, value: string): boolean {
    return this.#hashes[at] === hash && this.#rows.cell((this.#slots[at] as number) - 1, this.#column) === value;
  }
}

/** FNV-1a with a beginning of this process's own, its bits mixed once more. */
function hashOf(value: string): number {
  let hash = start;
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 16_777_619);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13);
}
