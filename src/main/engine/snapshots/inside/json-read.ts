// Finds out whether bytes are JSON (RFC 8259), as strictly as JSON.parse, and what of it is worth keeping.
import { codes, JsonDocument } from './json-document.ts';
import { keyHash, KeyTable, sameKey } from './json-keys.ts';

export class JsonError extends Error {
  readonly why: 'not-valid' | 'too-deep';
  constructor(why: 'not-valid' | 'too-deep', at: number) {
    super(`${why} at ${at}`);
    this.why = why;
  }
}

const deepest = 200;
/** Objects with more keys get a table of them. */
const fewKeys = 32;
const usualLargeBytes = 256;
const { quote, backslash, comma, colon, openList, closeList, openObject, closeObject } = codes;
const [zero, nine, minus, plus, point] = [0x30, 0x39, 0x2d, 0x2b, 0x2e];
const words = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const escapes = new Set(Buffer.from('"\\/bfnrt'));

/** Valid UTF-8 is expected. Throws JsonError. `largeBytes`: what the document calls large. */
export function readJson(bytes: Buffer, largeBytes = usualLargeBytes): JsonDocument {
  return new Reader(bytes, largeBytes).read();
}

class Reader {
  readonly #document: JsonDocument;
  readonly #bytes: Buffer;
  #at = 0;
  /** Of the value that was read last: bytes of large ones in it. */
  #covered = 0;
  /** The first keys of the objects that are open, by depth. */
  readonly #keys = new Uint32Array((deepest + 1) * fewKeys);
  readonly #hashes = new Int32Array((deepest + 1) * fewKeys);

  constructor(bytes: Buffer, largeBytes: number) {
    this.#bytes = bytes;
    this.#document = new JsonDocument(bytes, largeBytes);
  }

  read(): JsonDocument {
    this.#value(0);
    this.#space();
    if (this.#at < this.#bytes.length) this.#bad();
    return this.#document;
  }

  #value(depth: number): void {
    if (depth > deepest) throw new JsonError('too-deep', this.#at);
    this.#space();
    const first = this.#bytes[this.#at];
    this.#covered = 0;
    if (first === quote) this.#string();
    else if (first === openObject) this.#object(depth);
    else if (first === openList) this.#list(depth);
    else if (first === minus || isDigit(first)) this.#number();
    else this.#word();
  }

  #object(depth: number): void {
    const from = this.#at++;
    const firstKey = depth * fewKeys;
    let [count, covered] = [0, 0];
    for (let more = !this.#take(closeObject); more; count++) {
      this.#space();
      const key = this.#at;
      this.#string();
      if (count < fewKeys && !this.#document.duplicateKeys) {
        this.#keys[firstKey + count] = key;
        this.#hashes[firstKey + count] = keyHash(this.#document, key);
      }
      if (!this.#take(colon)) this.#bad();
      this.#value(depth + 1);
      covered += this.#covered;
      more = this.#take(comma);
      if (!more && !this.#take(closeObject)) this.#bad();
    }
    this.#close(from, count, covered);
    if (!this.#document.duplicateKeys) this.#document.duplicateKeys = count > fewKeys ? this.#manyRepeat(from) : this.#fewRepeat(firstKey, firstKey + count);
  }

  #list(depth: number): void {
    const from = this.#at++;
    let [count, covered] = [0, 0];
    for (let more = !this.#take(closeList); more; count++) {
      this.#value(depth + 1);
      covered += this.#covered;
      more = this.#take(comma);
      if (!more && !this.#take(closeList)) this.#bad();
    }
    this.#close(from, count, covered);
  }

  #close(from: number, count: number, covered: number): void {
    const length = this.#at - from;
    const large = length - covered >= this.#document.largeBytes;
    if (large) this.#document.keepLarge(from, { end: this.#at, count, digest: undefined });
    this.#covered = large ? length : covered;
  }

  #fewRepeat(from: number, to: number): boolean {
    for (let i = from + 1; i < to; i++) {
      for (let j = from; j < i; j++) if (this.#hashes[i] === this.#hashes[j] && sameKey(this.#document, this.#keys[i] as number, this.#document, this.#keys[j] as number)) return true;
    }
    return false;
  }

  #manyRepeat(object: number): boolean {
    const keys = this.#document.children(object);
    const table = new KeyTable(this.#document, keys);
    for (let i = 0; i < keys.length; i++) if (!table.add(i)) return true;
    return false;
  }

  #string(): void {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== quote) this.#bad();
    let at = this.#at + 1;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        this.#at = at + 1;
        return;
      }
      if (byte === backslash) at = this.#escapeEnd(at);
      else if (byte < 0x20) break;
    }
    this.#bad();
  }

  /** The last byte of the escape at `at`. */
  #escapeEnd(at: number): number {
    const kind = this.#bytes[at + 1] ?? 0;
    if (escapes.has(kind)) return at + 1;
    if (kind !== 0x75) this.#bad();
    for (let i = at + 2; i < at + 6; i++) if (!isHexDigit(this.#bytes[i])) this.#bad();
    return at + 5;
  }

  #number(): void {
    if (this.#bytes[this.#at] === minus) this.#at += 1;
    if (this.#bytes[this.#at] === zero) this.#at += 1;
    else this.#digits();
    if (this.#bytes[this.#at] === point) {
      this.#at += 1;
      this.#digits();
    }
    if (((this.#bytes[this.#at] ?? 0) | 0x20) === 0x65) {
      this.#at += 1;
      if (this.#bytes[this.#at] === minus || this.#bytes[this.#at] === plus) this.#at += 1;
      this.#digits();
    }
  }

  #digits(): void {
    if (!isDigit(this.#bytes[this.#at])) this.#bad();
    while (isDigit(this.#bytes[this.#at])) this.#at += 1;
  }

  #word(): void {
    const word = words.find((each) => each.compare(this.#bytes, this.#at, Math.min(this.#bytes.length, this.#at + each.length)) === 0) ?? this.#bad();
    this.#at += word.length;
  }

  #space(): void {
    this.#at = this.#document.afterSpace(this.#at);
  }

  #take(byte: number): boolean {
    this.#space();
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #bad(): never {
    throw new JsonError('not-valid', this.#at);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
