import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compress } from './zstd.ts';
import { Compressor, Decompressor } from './zstd-context.ts';

const frameOf = (plain: Uint8Array): Uint8Array => zstdCompressSync(plain);

it('gives the content of frame after frame, small and large', () => {
  const decompressor = new Decompressor();
  for (const length of [1, 100, 5000, 3_000_000, 7, 70_000]) {
    const plain = Buffer.alloc(length, randomBytes(Math.min(length, 900)));
    expect(decompressor.decompress(frameOf(plain), length)?.equals(plain)).toBe(true);
  }
});

it('refuses every other length, cut frames and no frames, and goes on with the next', async () => {
  const decompressor = new Decompressor();
  const plain = randomBytes(5000);
  const frame = frameOf(plain);
  const bad: [Uint8Array, number][] = [[frame, 4999], [frame, 5001], [frame.subarray(0, -1), 5000], [frame.subarray(1), 5000], [Buffer.alloc(0), 5000], [frame, 0], [randomBytes(300), 300], [Buffer.concat([frame, frame]), 5000]];
  for (const [bytes, length] of bad) {
    expect(decompressor.decompress(bytes, length)).toBeUndefined();
    expect(decompressor.decompress(frame, 5000)?.equals(plain)).toBe(true);
  }
  await setImmediate(); // errors of a stream come later, and must not end the program
});

it('makes the same frames as the call for one, input after input, whatever came before', () => {
  const compressor = new Compressor();
  for (const length of [1, 100, 5000, 3_000_000, 7, 8191, 8192, 1_200_000, 300]) {
    const plain = Buffer.alloc(length, randomBytes(Math.min(length, 900)));
    for (const input of [plain, randomBytes(length)]) expect(compressor.compress(input)?.equals(compress(input))).toBe(true);
  }
  expect(compressor.compress(Buffer.alloc(0))).toBeUndefined();
  expect(compressor.compress(Buffer.alloc(17 * 1024 * 1024))).toBeUndefined();
});
