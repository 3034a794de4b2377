// restic's content-defined chunker. A cut is made after position p of a chunk when p >= min and the Rabin fingerprint of the last 64
// bytes has its low bits zero, or when p = max. Nothing carries over a cut, and buffer borders have no influence.
import { createCore, coreAddresses, type Core } from './wasm/core.ts';
import { defaultChunker, parsePolynomial, polynomialDegree, reducePolynomial } from './polynomial.ts';

export { isIrreducible, randomPolynomial } from './polynomial.ts';

export interface ChunkerOptions {
  minBytes?: number;
  maxBytes?: number;
  /** Low bits of the fingerprint that must be zero; the average chunk is about min + 2^bits. */
  bits?: number;
  /** false forces the JavaScript loop. */
  wasm?: boolean;
}

const windowBytes = 64;
// Bytes per lane of the four-lane scan: four of them stay in the first-level cache.
const laneBytes = 4096;
const scratchBytes = 1024 * 1024;

interface Rules {
  polynomial: bigint;
  minBytes: number;
  maxBytes: number;
  bits: number;
}

function rulesOf(polynomialHex: string, options: ChunkerOptions): Rules {
  const polynomial = parsePolynomial(polynomialHex);
  const { minBytes = defaultChunker.minBytes, maxBytes = defaultChunker.maxBytes, bits = defaultChunker.bits } = options;
  if (polynomial === undefined) throw new RangeError('not a polynomial of degree 53');
  if (minBytes < windowBytes || maxBytes < minBytes || bits < 1 || bits > 32) throw new RangeError('chunk sizes out of range');
  return { polynomial, minBytes, maxBytes, bits };
}

/** First position in [first, last] whose preceding 64 bytes match, 0 when none does. */
type Scan = (first: number, last: number) => number;

function cut(rules: Rules, start: number, end: number, atEnd: boolean, scan: Scan): number {
  const available = end - start;
  const last = Math.min(available, rules.maxBytes);
  if (last >= rules.minBytes) {
    const found = scan(start + rules.minBytes, start + last);
    if (found !== 0) return found - start;
    if (last === rules.maxBytes) return last;
  }
  return atEnd ? available : 0;
}

/** Cuts bytes that lie anywhere; copies them piece by piece to where the fast loop can see them. */
export class Chunker {
  readonly #rules: Rules;
  readonly #core: Core | undefined;
  readonly #script: ScriptScan | undefined;

  constructor(polynomialHex: string, options: ChunkerOptions = {}) {
    this.#rules = rulesOf(polynomialHex, options);
    this.#core = options.wasm === false ? undefined : createCore(scratchBytes + windowBytes);
    this.#core?.prepare(this.#rules.polynomial, this.#rules.bits);
    if (this.#core === undefined) this.#script = new ScriptScan(this.#rules.polynomial, this.#rules.bits);
  }

  /**
   * Length of the next chunk that starts at `start` in `buffer` (valid up to `end`), or 0 when more bytes are needed, which only
   * happens while `atEnd` is false or when nothing is left.
   */
  nextCut(buffer: Uint8Array, start: number, end: number, atEnd: boolean): number {
    const script = this.#script;
    if (script !== undefined) return cut(this.#rules, start, end, atEnd, (first, last) => script.scan(buffer, first, last));
    return cut(this.#rules, start, end, atEnd, (first, last) => this.#scanCopies(this.#core as Core, buffer, first, last));
  }

  #scanCopies(core: Core, buffer: Uint8Array, first: number, last: number): number {
    const base = coreAddresses.data;
    for (let at = first; at <= last; ) {
      const to = Math.min(last, at + scratchBytes);
      core.bytes.set(buffer.subarray(at - windowBytes, to), base);
      const found = core.scan(base + windowBytes, base + windowBytes + (to - at), laneBytes);
      if (found !== 0) return found - base - windowBytes + at;
      at = to + 1;
    }
    return 0;
  }
}

export const scannerBytes = 24 * 1024 * 1024;

/** Owns a buffer that the fast loop sees directly: read files into `buffer`, cut them there, without a copy. */
export class ChunkScanner {
  /** Read into this; it stays the same object for the scanner's life. */
  readonly buffer: Uint8Array;
  readonly #rules: Rules;
  readonly #scan: Scan;

  constructor(polynomialHex: string, options: ChunkerOptions & { bufferBytes?: number } = {}) {
    const rules = rulesOf(polynomialHex, options);
    const { bufferBytes = scannerBytes } = options;
    if (bufferBytes < rules.maxBytes) throw new RangeError('a buffer shorter than the longest chunk');
    const core = options.wasm === false ? undefined : createCore(bufferBytes);
    this.#rules = rules;
    if (core === undefined) {
      const script = new ScriptScan(rules.polynomial, rules.bits);
      this.buffer = new Uint8Array(bufferBytes);
      this.#scan = (first, last) => script.scan(this.buffer, first, last);
    } else {
      const base = coreAddresses.data;
      core.prepare(rules.polynomial, rules.bits);
      this.buffer = core.bytes.subarray(base, base + bufferBytes);
      this.#scan = (first, last) => {
        const found = core.scan(base + first, base + last, laneBytes);
        return found === 0 ? 0 : found - base;
      };
    }
  }

  /** As `Chunker.nextCut`, within `this.buffer`. */
  nextCut(start: number, end: number, atEnd: boolean): number {
    return cut(this.#rules, start, end, atEnd, this.#scan);
  }
}

/** The same loop in JavaScript: the fingerprint of 53 bits and the table values of 61 in two halves of 32. */
export class ScriptScan {
  readonly modHigh = new Int32Array(256);
  readonly modLow = new Int32Array(256);
  readonly #outHigh = new Int32Array(256);
  readonly #outLow = new Int32Array(256);
  readonly #mask: number;

  constructor(polynomial: bigint, bits: number) {
    this.#mask = bits === 32 ? -1 : (1 << bits) - 1;
    for (let b = 0; b < 256; b++) {
      let out = BigInt(b);
      for (let i = 0; i < windowBytes; i++) out = reducePolynomial(out << 8n, polynomial);
      this.#outHigh[b] = Number(out >> 32n);
      this.#outLow[b] = Number(BigInt.asIntN(32, out));
      const top = BigInt(b) << BigInt(polynomialDegree);
      const mod = reducePolynomial(top, polynomial) | top;
      this.modHigh[b] = Number(BigInt.asIntN(32, mod >> 32n));
      this.modLow[b] = Number(BigInt.asIntN(32, mod));
    }
  }

  /** First position in [first, last] whose preceding 64 bytes match, 0 when none does. */
  scan(bytes: Uint8Array, first: number, last: number): number {
    const { modHigh, modLow } = this;
    const outHigh = this.#outHigh;
    const outLow = this.#outLow;
    const mask = this.#mask;
    let high = 0;
    let low = 0;
    for (let i = first - windowBytes; i < last; i++) {
      if (i >= first && (low & mask) === 0) return i;
      const top = high >>> 13;
      const leaving = i >= first ? (bytes[i - windowBytes] as number) : 0;
      high = ((high << 8) | (low >>> 24)) ^ (modHigh[top] as number) ^ (outHigh[leaving] as number);
      low = ((low << 8) | (bytes[i] as number)) ^ (modLow[top] as number) ^ (outLow[leaving] as number);
    }
    return (low & mask) === 0 ? last : 0;
  }

  /** Fingerprint of the 64 bytes before `at`. */
  fingerprint(bytes: Uint8Array, at: number): bigint {
    let high = 0;
    let low = 0;
    for (let i = at - windowBytes; i < at; i++) {
      const top = high >>> 13;
      high = ((high << 8) | (low >>> 24)) ^ (this.modHigh[top] as number);
      low = ((low << 8) | (bytes[i] as number)) ^ (this.modLow[top] as number);
    }
    return (BigInt(high) << 32n) | BigInt(low >>> 0);
  }
}
