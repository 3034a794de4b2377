// Byte by byte: every difference is counted and, up to the limit, shown; pictures by their headers.
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideRow } from '../../../../contract/inside.ts';
import { bytesSource, collector, lookInside, quietPace } from '../testing/looking-inside.ts';
import { compareBytes } from './bytes.ts';
import { readImageHeader } from './image.ts';

type ByteRow = Extract<InsideRow, { row: 'bytes' }>;

describe('byte by byte', () => {
  it('counts what differs, and its lines put onto the first give the second', async () => {
    const size = 1_048_576 + 100;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(size + 40), { maxLength: 12 }), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), async (places, moreA, moreB) => {
        const a = Buffer.alloc(size + moreA, 7);
        const b = Buffer.alloc(size + moreB, 7);
        for (const place of places) if (place < b.length) b[place] = 9;
        const { keeper, rows } = collector();
        const facts = await compareBytes(bytesSource(a), bytesSource(b), keeper, quietPace());
        const both = Math.min(a.length, b.length);
        const different = [...new Set(places)].filter((place) => place < both);
        expect(facts).toMatchObject({ differing: different.length, first: different.length > 0 ? Math.min(...different) : a.length === b.length ? null : both });
        const patched = Buffer.alloc(b.length);
        a.copy(patched);
        let last = -1;
        for (const row of rows as ByteRow[]) {
          expect(row.offset).toBeGreaterThan(last);
          last = row.offset;
          expect(row.same).toBe(row.before === row.after);
          Buffer.from(row.after, 'hex').copy(patched, row.offset);
        }
        expect(patched.equals(b)).toBe(true);
      }),
      { numRuns: 40 }
    );
  });

  it('shows an equal line before and after a run of differing ones, also across pieces', async () => {
    const a = Buffer.alloc(2_097_152);
    const b = Buffer.from(a);
    b[1_048_576] = 1;
    const { keeper, rows } = collector();
    await compareBytes(bytesSource(a), bytesSource(b), keeper, quietPace());
    expect((rows as ByteRow[]).map(({ offset, same }) => [offset - 1_048_576, same])).toEqual([[-16, true], [0, false], [16, true]]);
  });

  it('stops showing, not counting, when all of it differs; says what both are', async () => {
    const zip = (fill: number): Buffer => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(400_000, fill)]);
    const found = await lookInside({ name: 'a.npz', bytes: zip(1) }, { name: 'a.npz', bytes: zip(2) });
    expect(found.facts).toEqual({ kind: 'bytes', form: 'zip', first: 4, differing: 400_000, ranges: 1 });
    expect(found.rows).toBeLessThan(8200);
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const slow = bytesSource(Buffer.alloc(50_000_000));
    let reads = 0;
    const source = { size: slow.size, read: async (offset: number, length: number) => ((reads += 1) > 3 ? (stop.abort(), await new Promise((resolve) => setTimeout(resolve, 40)), slow.read(offset, length)) : slow.read(offset, length)) };
    await expect(compareBytes(source, bytesSource(Buffer.alloc(50_000_000, 1)), collector().keeper, quietPace(60_000, stop.signal))).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('pictures', () => {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  const png = (width: number, height: number): Buffer => {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(width * height))), chunk('IEND', Buffer.alloc(0))]);
  };

  it('are told by format and size', async () => {
    expect(await lookInside({ name: 'a.png', bytes: png(3, 4) }, { name: 'a.png', bytes: png(5, 6) })).toMatchObject({ same: false, facts: { kind: 'image', before: { format: 'PNG', width: 3, height: 4 }, after: { width: 5, height: 6 } } });
    const jpeg = Buffer.from('ffd8ffe00004aaaaffc4000300ffc0000b080102030401', 'hex');
    expect(readImageHeader(jpeg)).toEqual({ format: 'JPEG', width: 0x0304, height: 0x0102 });
    expect(readImageHeader(Buffer.from('GIF89a\x10\x00\x20\x00', 'latin1'))).toEqual({ format: 'GIF', width: 16, height: 32 });
  });

  it('with a header that is cut off or lies are none, or only shown as what they say', () => {
    fc.assert(
      fc.property(fc.constantFrom('ffd8', '89504e470d0a1a0a', '474946383961', '424d', '52494646'), fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        const found = readImageHeader(Buffer.concat([Buffer.from(start, 'hex'), rest]));
        if (found !== undefined) expect(Number.isSafeInteger(found.width + found.height)).toBe(true);
      })
    );
  });
});
