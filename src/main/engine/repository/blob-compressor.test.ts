import { createCipheriv } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { BlobCompressor } from './blob-compressor.ts';
import { compress } from './format/zstd.ts';

const KiB = 1024;

/** Bytes that nothing makes smaller, the same for the same seed. */
function noise(seed: number, length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Short words of many in no order, which level 3 finds again and level 1 does not. */
function words(seed: number, length: number): Buffer {
  const all = noise(255, 6 * 4096);
  const choices = noise(seed, length / 3);
  const parts: Buffer[] = [];
  for (let at = 0; at + 2 <= choices.length; at += 2) {
    const word = choices.readUInt16LE(at) % 4096;
    parts.push(all.subarray(word * 6, word * 6 + 6));
  }
  return Buffer.concat(parts).subarray(0, length);
}

const stored = (compressor: BlobCompressor, plain: Buffer): number => {
  const { bytes } = compressor.compress(plain);
  expect(zstdDecompressSync(bytes).equals(plain)).toBe(true);
  return bytes.length;
};

it('gives back every blob, short, long and longer than what memory is kept for', () => {
  const compressor = new BlobCompressor(256 * KiB);
  for (let round = 0; round < 3; round++) {
    for (const length of [1, 700, 8 * KiB, 100 * KiB, 300 * KiB, 700 * KiB]) {
      stored(compressor, noise(round, length));
      stored(compressor, words(round, length));
    }
  }
});

it('leaves hardly more than level 3 does, whatever comes: all words, all noise, and both by turns', () => {
  const kinds: Record<string, (i: number) => Buffer> = {
    words: (i) => words(i, 120 * KiB),
    noise: (i) => noise(i, 120 * KiB),
    'by turns': (i) => (i % 2 === 0 ? words(i, 120 * KiB) : noise(i, 120 * KiB)),
    'in stretches': (i) => (Math.floor(i / 7) % 2 === 0 ? noise(i, 120 * KiB) : words(i, 120 * KiB))
  };
  for (const [kind, make] of Object.entries(kinds)) {
    const compressor = new BlobCompressor(256 * KiB);
    let ours = 0;
    let full = 0;
    for (let i = 0; i < 28; i++) {
      ours += stored(compressor, make(i));
      full += compress(make(i), 3).length;
    }
    expect(ours / full, kind).toBeLessThan(1 + 1 / 128);
  }
});

it('does the work of level 1 where level 3 gains nothing, and of level 3 where it does', () => {
  const sameAs = (make: (i: number) => Buffer, level: number): number => {
    const compressor = new BlobCompressor(256 * KiB);
    let same = 0;
    for (let i = 0; i < 24; i++) same += compressor.compress(make(i)).bytes.equals(compress(make(i), level)) ? 1 : 0;
    return same;
  };
  const codes = (i: number): Buffer => Buffer.from(noise(i, 60 * KiB).toString('hex'));
  expect(compress(codes(0), 1).length / compress(codes(0), 3).length).toBeLessThan(1 + 1 / 128);
  expect(sameAs(codes, 1)).toBe(24);
  expect(compress(words(0, 120 * KiB), 1).length / compress(words(0, 120 * KiB), 3).length).toBeGreaterThan(1.02);
  expect(sameAs((i) => words(i, 120 * KiB), 3)).toBe(24);
});
