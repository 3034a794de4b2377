import { expect, it } from 'vitest';
import { release } from './release.ts';
import { compress, decompress } from './zstd.ts';

it('empties a large result at once', () => {
  const plain = Buffer.alloc(300_000, 'evidence');
  const frame = compress(plain);
  const back = decompress(frame, plain.length, plain.length);
  expect(back.equals(plain)).toBe(true);
  release(back);
  release(frame);
  expect([back.length, frame.length, plain.length]).toEqual([0, 0, 300_000]);
});

it('leaves alone what is small, and what may share its memory with others', () => {
  const small = Buffer.from('small');
  const neighbour = Buffer.from('neighbour');
  release(small);
  expect([small.toString(), neighbour.toString()]).toEqual(['small', 'neighbour']);
  const shared = Buffer.from(new SharedArrayBuffer(100_000));
  release(shared);
  expect(shared.length).toBe(100_000);
});
