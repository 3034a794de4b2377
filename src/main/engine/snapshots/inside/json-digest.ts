// What tells values of JSON apart quickly: 64 bits, equal for equal values, whatever the order of keys and however they are written. They only decide which
// items of two lists are put side by side: whether those are equal is told by their bytes or by a look into them, so that two values with the same
// digest, which somebody may have made, cost a better alignment at most.
import { randomInt } from 'node:crypto';
import { codes, type JsonDocument } from './json-document.ts';
import { keysOf, mixed } from './json-keys.ts';

const seed = (): number => randomInt(2 ** 32 - 1) | 0;
/** Two lanes for each kind, of this process's own. */
const seeds = { string: [seed(), seed()], word: [seed(), seed()], list: [seed(), seed()], object: [seed(), seed()] } as const satisfies Record<string, readonly [number, number]>;

/** Whole numbers of no more characters are exact as doubles. */
const exactDigits = 15;
const oneDouble = new Float64Array(1);
const halves = new Int32Array(oneDouble.buffer);

export class Digests {
  /** Of the value that was looked at last. */
  low = 0;
  high = 0;
  readonly #document: JsonDocument;
  readonly #bytes: Buffer;

  constructor(document: JsonDocument) {
    this.#document = document;
    this.#bytes = document.bytes;
  }

  /** Leaves the digest of the value at `at` in `low` and `high`, and returns where the value ends. */
  of(at: number): number {
    const first = this.#bytes[at];
    if (first === codes.quote) return this.#string(at);
    if (first !== codes.openList && first !== codes.openObject) return this.#word(at);
    const large = this.#document.large(at);
    if (large?.digest !== undefined) {
      ({ low: this.low, high: this.high } = large.digest);
      return large.end;
    }
    const end = first === codes.openList ? this.#list(at) : this.#object(at);
    if (large !== undefined) large.digest = { low: this.low, high: this.high };
    return end;
  }

  #list(at: number): number {
    let [low, high] = seeds.list;
    let item = this.#document.first(at);
    while (item >= 0) {
      const end = this.of(item);
      low = Math.imul(low ^ this.low, 0x85ebca6b) ^ (low >>> 15);
      high = Math.imul(high ^ this.high, 0xc2b2ae35) ^ (high >>> 13);
      item = this.#document.next(end);
    }
    this.#put(low, high);
    return ~item;
  }

  /** The sum over all members. */
  #object(at: number): number {
    let [low, high] = seeds.object;
    if (this.#document.duplicateKeys) {
      for (const key of keysOf(this.#document, at)) {
        this.#member(key);
        low = (low + this.low) | 0;
        high = (high + this.high) | 0;
      }
      this.#put(low, high);
      return this.#document.end(at);
    }
    let key = this.#document.first(at);
    while (key >= 0) {
      const end = this.#member(key);
      low = (low + this.low) | 0;
      high = (high + this.high) | 0;
      key = this.#document.next(end);
    }
    this.#put(low, high);
    return ~key;
  }

  #member(key: number): number {
    const value = this.#document.afterSpace(this.#document.afterSpace(this.#string(key)) + 1);
    const [low, high] = [this.low, this.high];
    const end = this.of(value);
    this.#put(Math.imul(low, 0x27d4eb2f) ^ this.low, Math.imul(high, 0x165667b1) ^ this.high);
    return end;
  }

  #string(at: number): number {
    const bytes = this.#bytes;
    let [low, high] = seeds.string;
    for (let i = at + 1; ; i++) {
      const byte = bytes[i] as number;
      if (byte === codes.quote) {
        this.#put(low, high);
        return i + 1;
      }
      if (byte === codes.backslash) break;
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high, 0x5bd1e995) + byte;
    }
    this.#text(Buffer.from(this.#document.scalar(at)).subarray(1, -1), seeds.string);
    return this.#document.end(at);
  }

  /** Numbers are told apart as doubles, whole ones that no double holds by their digits. */
  #word(at: number): number {
    const bytes = this.#bytes;
    const end = this.#document.end(at);
    const negative = bytes[at] === 0x2d;
    let [i, value] = [negative ? at + 1 : at, 0];
    for (let digit = 0; i < end && (digit = (bytes[i] as number) - 0x30) >= 0 && digit <= 9; i++) value = value * 10 + digit;
    if (i === end && end - at <= exactDigits) this.#double(negative ? -value : value);
    else {
      const written = bytes.toString('latin1', at, end);
      const double = Number(written);
      if (Number.isNaN(double) || (i === end && String(double) !== written)) this.#text(Buffer.from(written), seeds.word);
      else this.#double(double);
    }
    return end;
  }

  #double(value: number): void {
    oneDouble[0] = value;
    const [a, b] = [halves[0] as number, halves[1] as number];
    this.#put(Math.imul(a ^ seeds.word[0], 0x85ebca6b) ^ b, Math.imul(b ^ seeds.word[1], 0xc2b2ae35) ^ a);
  }

  #text(text: Uint8Array, [low, high]: readonly [number, number]): void {
    for (const byte of text) {
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high, 0x5bd1e995) + byte;
    }
    this.#put(low, high);
  }

  #put(low: number, high: number): void {
    this.low = mixed(low);
    this.high = mixed(high);
  }
}

/** Numbers for digests, the same for equal ones: twelve to twenty bytes for each that is known. */
export class DigestNumbers {
  /** One more than the number; 0: free. */
  readonly #slots: Int32Array;
  readonly #lows: Int32Array;
  readonly #highs: Int32Array;
  readonly #mask: number;
  #known = 0;

  /** `most`: digests that may be asked for. */
  constructor(most: number) {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, most * 2))));
    [this.#lows, this.#highs] = [new Int32Array(most), new Int32Array(most)];
    this.#mask = this.#slots.length - 1;
  }

  of({ low, high }: Pick<Digests, 'low' | 'high'>): number {
    let slot = low & this.#mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (this.#lows[number] === low && this.#highs[number] === high) return number;
    }
    this.#slots[slot] = this.#known + 1;
    this.#lows[this.#known] = low;
    this.#highs[this.#known] = high;
    return this.#known++;
  }
}
