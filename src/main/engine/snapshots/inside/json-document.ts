// A document of JSON that was found valid, as its bytes in UTF-8. A value is known by where it begins; what is in it is read when it is asked for, so that
// millions of values take no memory. Of large objects and lists it is kept where they end, so that they are passed over at once.
import { numberMark } from './json-number.ts';

export const codes = { quote: 0x22, backslash: 0x5c, comma: 0x2c, colon: 0x3a, openList: 0x5b, closeList: 0x5d, openObject: 0x7b, closeObject: 0x7d } as const;
const { quote, backslash, comma, openList, closeList, openObject, closeObject } = codes;

/** An object or a list that has at least so many bytes of its own as the document was told to call large: those of large ones in it do not count. */
export interface LargeValue {
  end: number;
  /** Of its items, or members, those with the same key included. */
  count: number;
  digest: { low: number; high: number } | undefined;
}

const stretchBytes = 64;

export type JsonKind = 'object' | 'list' | 'scalar';

export class JsonDocument {
  readonly bytes: Buffer;
  readonly largeBytes: number;
  /** Some object has a key twice. */
  duplicateKeys = false;
  readonly root: number;
  readonly #few: Uint32Array;
  /** By where they begin. */
  readonly #large = new Map<number, LargeValue>();
  /** One for every `stretchBytes`: whether some large value begins there. Most do not, and are not looked for. */
  readonly #stretches: Uint8Array;

  constructor(bytes: Buffer, largeBytes: number) {
    this.bytes = bytes;
    this.largeBytes = largeBytes;
    this.#few = new Uint32Array(largeBytes);
    this.#stretches = new Uint8Array(Math.floor(bytes.length / stretchBytes) + 1);
    this.root = this.afterSpace(0);
  }

  keepLarge(at: number, value: LargeValue): void {
    this.#large.set(at, value);
    this.#stretches[Math.floor(at / stretchBytes)] = 1;
  }

  large(at: number): LargeValue | undefined {
    return this.#stretches[Math.floor(at / stretchBytes)] === 1 ? this.#large.get(at) : undefined;
  }

  kind(at: number): JsonKind {
    const first = this.bytes[at];
    return first === openObject ? 'object' : first === openList ? 'list' : 'scalar';
  }

  afterSpace(at: number): number {
    const { bytes } = this;
    for (let i = at; ; i++) {
      const byte = bytes[i];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return i;
    }
  }

  /** Behind the last byte of the value at `at`. */
  end(at: number): number {
    const { bytes } = this;
    const first = bytes[at];
    if (first === quote) return this.#stringEnd(at);
    if (first === openList || first === openObject) return this.large(at)?.end ?? this.#smallEnd(at);
    let i = at;
    for (; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte <= 0x20 || byte === comma || byte === closeList || byte === closeObject) break;
    }
    return i;
  }

  /** The first item of a list, or key of an object. Negative: it is empty, and ends at `~` of that. */
  first(at: number): number {
    return this.#childOrEnd(this.afterSpace(at + 1));
  }

  /** What follows in a list or object behind a value that ends at `end`. Negative: nothing does, and the list or object ends at `~` of that. */
  next(end: number): number {
    const at = this.afterSpace(end);
    return this.#childOrEnd(this.bytes[at] === comma ? this.afterSpace(at + 1) : at);
  }

  /** The value of the key at `keyAt`. */
  valueOf(keyAt: number): number {
    return this.afterSpace(this.afterSpace(this.#stringEnd(keyAt)) + 1);
  }

  /** Every item of a list, or every key of an object, as it stands there. */
  children(at: number): Uint32Array {
    const count = this.large(at)?.count;
    const found = count === undefined ? this.#few : new Uint32Array(count);
    const keyed = this.bytes[at] === openObject;
    let known = 0;
    for (let child = this.first(at); child >= 0; child = this.next(this.end(keyed ? this.valueOf(child) : child))) found[known++] = child;
    return count === undefined ? found.slice(0, known) : found;
  }

  isString(at: number): boolean {
    return this.bytes[at] === quote;
  }

  /** Whether the scalar at `at` is a string without escapes, or a word: other ones that are equal may be written otherwise. */
  isPlain(at: number): boolean {
    const first = this.bytes[at] as number;
    return first === quote ? !this.#escapes(at, this.#stringEnd(at)) : first >= 0x61;
  }

  /** What the string at `at` says. */
  string(at: number): string {
    const end = this.#stringEnd(at);
    return this.#escapes(at, end) ? (JSON.parse(this.text(at, end)) as string) : this.text(at + 1, end - 1);
  }

  /** The scalar at `at` as JSON, the same for the same value. Of one longer than `most` characters, at least so many of its first ones. */
  scalar(at: number, most = Number.POSITIVE_INFINITY): string {
    const end = this.end(at);
    const first = this.bytes[at] as number;
    if (first === quote) return this.#escapes(at, end) ? JSON.stringify(this.string(at).slice(0, most + 2)) : this.text(at, Math.min(end, at + 4 * (most + 2)));
    return first < 0x61 ? numberMark(this.text(at, end)) : this.text(at, end);
  }

  text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to);
  }

  #escapes(at: number, end: number): boolean {
    return this.bytes.subarray(at, end).includes(backslash);
  }

  #childOrEnd(at: number): number {
    const byte = this.bytes[at];
    return byte === closeList || byte === closeObject ? ~(at + 1) : at;
  }

  #stringEnd(at: number): number {
    const { bytes } = this;
    for (let i = at + 1; ; i++) {
      const byte = bytes[i];
      if (byte === quote) return i + 1;
      if (byte === backslash) i += 1;
    }
  }

  #smallEnd(at: number): number {
    const { bytes } = this;
    let open = 0;
    for (let i = at; ; ) {
      const byte = bytes[i];
      if (byte === quote) i = this.#stringEnd(i);
      else if (byte === openList || byte === openObject) {
        const large = this.large(i);
        if (large === undefined) open += 1;
        i = large?.end ?? i + 1;
      } else {
        i += 1;
        if ((byte === closeList || byte === closeObject) && --open === 0) return i;
      }
    }
  }
}

/** Shorter ones are compared byte by byte. */
const shortBytes = 48;

/** Whether two values are the same bytes. */
export function writtenAlike(a: JsonDocument, atA: number, b: JsonDocument, atB: number): boolean {
  const [endA, endB] = [a.end(atA), b.end(atB)];
  const length = endA - atA;
  if (length !== endB - atB) return false;
  if (length > shortBytes) return a.bytes.compare(b.bytes, atB, endB, atA, endA) === 0;
  for (let i = 0; i < length; i++) if (a.bytes[atA + i] !== b.bytes[atB + i]) return false;
  return true;
}
