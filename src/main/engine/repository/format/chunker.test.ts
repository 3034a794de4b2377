import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Chunker, ChunkScanner, isIrreducible, randomPolynomial, ScriptScan } from './chunker.ts';
import { cuts25b468838dcb75, cuts3da3358b4dc173, type ChunkVector } from './chunker-vectors.ts';
import { sha256Hex } from './ids.ts';
import { coreAddresses, createCore } from './wasm/core.ts';

const streamBytes = 32 * 1024 * 1024;
const stream = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(streamBytes));

type NextCut = (start: number, end: number, atEnd: boolean) => number;

function lengths(nextCut: NextCut, end: number): number[] {
  const out: number[] = [];
  for (let at = 0; at < end; ) {
    const length = nextCut(at, end, true);
    expect(length).toBeGreaterThan(0);
    out.push(length);
    at += length;
  }
  return out;
}

describe.each([
  ['3da3358b4dc173', cuts3da3358b4dc173],
  ['25b468838dcb75', cuts25b468838dcb75]
] as const)('the chunker with the polynomial %s', (polynomial: string, vectors: readonly ChunkVector[]) => {
  const expected = vectors.map(([length]) => length);

  it('cuts a known stream where restic does, in every form', () => {
    const fast = new Chunker(polynomial);
    const script = new Chunker(polynomial, { wasm: false });
    const scanner = new ChunkScanner(polynomial, { bufferBytes: streamBytes });
    scanner.buffer.set(stream);
    expect(lengths((start, end, atEnd) => fast.nextCut(stream, start, end, atEnd), streamBytes)).toEqual(expected);
    expect(lengths((start, end, atEnd) => script.nextCut(stream, start, end, atEnd), streamBytes)).toEqual(expected);
    expect(lengths((start, end, atEnd) => scanner.nextCut(start, end, atEnd), streamBytes)).toEqual(expected);
    let at = 0;
    for (const [length, , id] of vectors) {
      expect(sha256Hex(stream.subarray(at, at + length))).toBe(id);
      at += length;
    }
  });

  it('has the known fingerprint at every cut, in WebAssembly and in JavaScript', () => {
    const script = new ScriptScan(BigInt(`0x${polynomial}`), 20);
    const core = createCore(64);
    core?.prepare(BigInt(`0x${polynomial}`), 20);
    let at = 0;
    for (const [length, fingerprint] of vectors.slice(0, -1)) {
      at += length;
      expect(script.fingerprint(stream, at)).toBe(fingerprint);
      core?.bytes.set(stream.subarray(at - 64, at), coreAddresses.data);
      expect(core?.fingerprint(coreAddresses.data + 64)).toBe(fingerprint);
    }
  });

  it('cuts the same when the bytes arrive in pieces through a small buffer', () => {
    const scanner = new ChunkScanner(polynomial, { bufferBytes: 9 * 1024 * 1024 });
    const out: number[] = [];
    let read = 0;
    let have = 0;
    for (;;) {
      const take = Math.min(scanner.buffer.length - have, streamBytes - read, 777_777);
      scanner.buffer.set(stream.subarray(read, read + take), have);
      read += take;
      have += take;
      const length = scanner.nextCut(0, have, read === streamBytes);
      if (length === 0 && read === streamBytes) break;
      if (length === 0) continue;
      out.push(length);
      scanner.buffer.copyWithin(0, length, have);
      have -= length;
    }
    expect(out).toEqual(expected);
  });
});

describe('the chunker', () => {
  it('cuts as restic itself did', () => {
    const cut = (polynomial: string, bytes: number): number[] => {
      const chunker = new Chunker(polynomial);
      return lengths((start, end, atEnd) => chunker.nextCut(stream, start, end, atEnd), bytes);
    };
    expect(cut('2979e3dde4db9f', 1_700_000)).toEqual([1_361_988, 338_012]);
    expect(cut('31bfac8fadc02f', 3_145_728)).toEqual([2_474_621, 671_107]);
  });

  it('cuts zero bytes at the minimum and nothing out of nothing', () => {
    const zeros = new Uint8Array(4 * 524_288);
    expect(sha256Hex(zeros.subarray(0, 524_288))).toBe('07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541');
    for (const wasm of [true, false]) {
      const chunker = new Chunker('3da3358b4dc173', { wasm });
      expect(lengths((start, end, atEnd) => chunker.nextCut(zeros, start, end, atEnd), zeros.length)).toEqual([524_288, 524_288, 524_288, 524_288]);
      expect(chunker.nextCut(zeros, 0, 0, true)).toBe(0);
      expect(chunker.nextCut(zeros, 0, 524_287, false)).toBe(0);
      expect(chunker.nextCut(zeros, 0, 524_287, true)).toBe(524_287);
      expect(chunker.nextCut(zeros, 0, 524_288, false)).toBe(524_288);
    }
  });

  it('has the table values of restic for 3da3358b4dc173', () => {
    const scan = new ScriptScan(0x3da3358b4dc173n, 20);
    const mod = (b: number): bigint => (BigInt(scan.modHigh[b] as number) << 32n) | BigInt((scan.modLow[b] as number) >>> 0);
    expect([1, 2, 127, 128, 255].map((b) => BigInt.asUintN(64, mod(b)).toString(16))).toEqual(['3da3358b4dc173', '46e55e9dd64395', 'fe507dfe8dcdbea', '1012ab55b228ad4d', '1ff7ac8a5af476a7']);
  });

  it('agrees between WebAssembly and JavaScript for small sizes and every alignment (seed: the keystream)', () => {
    for (const options of [
      { minBytes: 64, maxBytes: 20_000, bits: 6 },
      { minBytes: 65, maxBytes: 65, bits: 3 },
      { minBytes: 1000, maxBytes: 200_000, bits: 13 },
      { minBytes: 64, maxBytes: 1_500_000, bits: 32 }
    ]) {
      const fast = new Chunker('3da3358b4dc173', options);
      const script = new Chunker('3da3358b4dc173', { ...options, wasm: false });
      for (const from of [0, 1, 13]) {
        const data = stream.subarray(from, from + 2_200_000);
        const end = options.maxBytes === 65 ? 5000 : data.length;
        expect(lengths((start, to, atEnd) => fast.nextCut(data, start, to, atEnd), end)).toEqual(lengths((start, to, atEnd) => script.nextCut(data, start, to, atEnd), end));
      }
    }
  });

  it('refuses sizes and polynomials that make no sense', () => {
    expect(() => new Chunker('3da3358b4dc173', { minBytes: 63 })).toThrow(RangeError);
    expect(() => new Chunker('3da3358b4dc173', { minBytes: 100, maxBytes: 99 })).toThrow(RangeError);
    expect(() => new Chunker('3d')).toThrow(RangeError);
    expect(() => new ChunkScanner('3da3358b4dc173', { bufferBytes: 100 })).toThrow(RangeError);
  });
});

describe('polynomials', () => {
  it('are told irreducible or not as restic tells them', () => {
    for (const hex of ['3da3358b4dc173', '25b468838dcb75', '3caf26730a7f8d', '2f0f2aa589e523']) expect(isIrreducible(hex)).toBe(true);
    for (const hex of ['25b468838dcb77', '3da3358b4dc175', '', 'zz', '3', '0', 'ffffffffffffffffffff']) expect(isIrreducible(hex)).toBe(false);
  });

  it('drawn at random are irreducible (seed 7)', () => {
    const bytes = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16)).update(Buffer.alloc(100_000));
    let at = 0;
    const random = (length: number): Uint8Array => bytes.subarray(at, (at += length));
    const drawn = Array.from({ length: 5 }, () => randomPolynomial(random));
    expect(new Set(drawn).size).toBe(5);
    for (const hex of drawn) expect(isIrreducible(hex)).toBe(true);
    expect(() => randomPolynomial((length) => Buffer.alloc(length))).toThrow(RangeError);
  });
});
