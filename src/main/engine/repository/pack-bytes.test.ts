import { expect, it } from 'vitest';
import { PackBytes, segmentBytes, SegmentPool } from './pack-bytes.ts';
import { numbersOf } from './testing/index.ts';

function filled(pieces: readonly Buffer[], from: number): void {
  let value = from;
  for (const piece of pieces) for (let i = 0; i < piece.length; i += 4096) piece.writeUInt8(value++ & 255, i);
}

it('gives room in one piece where the segment has it, and in several beyond', () => {
  const bytes = new PackBytes(new SegmentPool(4));
  expect(bytes.extend(1000).map((piece) => piece.length)).toEqual([1000]);
  expect(bytes.extend(segmentBytes).map((piece) => piece.length)).toEqual([segmentBytes - 1000, 1000]);
  expect(bytes.extend(2 * segmentBytes).map((piece) => piece.length)).toEqual([segmentBytes - 1000, segmentBytes, 1000]);
  expect(bytes.length).toBe(1000 + 3 * segmentBytes);
  expect(Buffer.concat(bytes.pieces)).toHaveLength(bytes.length);
});

it('what was written stands in the order it was asked for, also after another pack is appended', () => {
  const pool = new SegmentPool(8);
  const [a, b] = [new PackBytes(pool), new PackBytes(pool)];
  filled(a.extend(1_500_000), 1);
  filled(b.extend(2_500_000), 100);
  const before = Buffer.concat([...a.pieces, ...b.pieces]);
  a.adopt(b);
  expect(Buffer.concat(a.pieces).equals(before)).toBe(true);
  expect(a.length).toBe(4_000_000);
  expect([b.length, b.pieces]).toEqual([0, []]);
});

it('gives memory back for the next pack, and keeps no more of it than was said', () => {
  const pool = new SegmentPool(2);
  const place = (piece: Buffer): unknown => `${piece.byteOffset}`;
  const first = new PackBytes(pool);
  const pieces = first.extend(3 * segmentBytes);
  expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(2);
  first.release();
  expect(first.length).toBe(0);
  const again = new PackBytes(pool).extend(3 * segmentBytes);
  expect(again.slice(0, 2).every(({ buffer }) => buffer === pieces[0]!.buffer)).toBe(true);
  expect(new Set(again.slice(0, 2).map(place))).toEqual(new Set(pieces.slice(0, 2).map(place)));
  expect(pieces.some(({ buffer }) => buffer === again[2]!.buffer)).toBe(false);
});

it('never gives the same memory to two packs (seed 15)', () => {
  const next = numbersOf(15);
  const pool = new SegmentPool(6);
  let packs: { bytes: PackBytes; mark: number }[] = [];
  for (let round = 1; round < 200; round++) {
    const bytes = new PackBytes(pool);
    for (const piece of bytes.extend(1 + Math.floor(next() * 2.5 * segmentBytes))) piece.fill(round & 255);
    packs.push({ bytes, mark: round & 255 });
    if (next() < 0.1) pool.clear();
    for (const { bytes: held, mark } of packs) expect(held.pieces.every((piece) => piece[0] === mark && piece.at(-1) === mark)).toBe(true);
    while (packs.length > 2) {
      const gone = packs.splice(Math.floor(next() * packs.length), 1)[0]!;
      gone.bytes.release();
    }
  }
  packs = [];
});
