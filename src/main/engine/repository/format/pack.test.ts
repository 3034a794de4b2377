import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { DamagedError, UnsupportedError } from './damaged.ts';
import { sha256Hex } from './ids.ts';
import { encodeIndex, parseIndex } from './index-file.ts';
import { decodeHeader, encodeHeader, encodeHeaderLength, headerInTail, headerSize, locateHeader, packSize, packTailBytes, type PackEntry } from './pack.ts';
import { Sealer, type MasterKey } from './seal.ts';
import { decodeUnpacked, encodeUnpacked } from './unpacked.ts';
import { compress, decompress } from './zstd.ts';

const counting: MasterKey = { encrypt: Buffer.from(Array.from({ length: 32 }, (_, i) => i)), macK: Buffer.from(Array.from({ length: 16 }, (_, i) => 32 + i)), macR: Buffer.from(Array.from({ length: 16 }, (_, i) => 48 + i)) };
const sealWith = (byte: number, plain: Uint8Array): Buffer => new Sealer(counting, (n) => new Uint8Array(n).fill(byte)).seal(plain);

/** The frame of the worked examples: one raw block. */
function rawFrame(plain: Uint8Array): Buffer {
  const size = plain.length < 256 ? Buffer.of(0x20, plain.length) : Buffer.of(0x60, (plain.length - 256) & 0xff, (plain.length - 256) >> 8);
  const block = (plain.length << 3) | 1;
  return Buffer.concat([Buffer.from('28b52ffd', 'hex'), size, Buffer.of(block & 0xff, (block >> 8) & 0xff, block >> 16), plain]);
}

function buildPack(blobs: readonly { type: PackEntry['type']; plain: Uint8Array; compressed: boolean; iv: number }[], headerIv: number): { pack: Buffer; entries: PackEntry[] } {
  const stored = blobs.map((blob) => sealWith(blob.iv, blob.compressed ? rawFrame(blob.plain) : blob.plain));
  const entries = blobs.map((blob, i) => ({ type: blob.type, id: sha256Hex(blob.plain), storedLength: (stored[i] as Buffer).length, uncompressedLength: blob.compressed ? blob.plain.length : 0 }));
  const header = sealWith(headerIv, encodeHeader(entries));
  return { pack: Buffer.concat([...stored, header, encodeHeaderLength(header.length)]), entries };
}

describe('packs', () => {
  const worked = buildPack(
    [
      { type: 'data', plain: Buffer.from('hello'), compressed: false, iv: 1 },
      { type: 'data', plain: Buffer.alloc(300, 'a'), compressed: true, iv: 2 }
    ],
    3
  );

  it('have the bytes of the worked example', () => {
    expect(encodeHeader(worked.entries).toString('hex')).toBe(
      '00250000002cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982402560100002c0100009835fa6bf4e20a9b9ea812506302e98982721a6cf8d2cae67af57129bf21ae90'
    );
    expect(worked.pack.length).toBe(493);
    expect(packSize(worked.entries)).toBe(493);
    expect(headerSize(worked.entries)).toBe(78);
    expect(worked.pack.toString('hex', 481)).toBe('f5f2f2972d6ac1c56e000000');
    expect(sha256Hex(worked.pack)).toBe('ea48d76c4e9c448596edf3660871d8666e4989c593a02c4728fb0562adf08426');
  });

  it('of the empty tree have the bytes of the worked example', () => {
    const { pack } = buildPack([{ type: 'tree', plain: Buffer.from('{"nodes":[]}\n'), compressed: true, iv: 4 }], 5);
    expect(pack.toString('hex')).toBe(
      '040404040404040404040404040404046c828fa4b73a6e1c22d8a1b50621e6162a66144cd23324cb0b91ed052b79c86002c4a7e7b9df05050505050505050505050505050505162469393fc50ad8853d3ca397b05139fd851ed97c316d66b29a9bbfa0cc5c755a1cb4b88ca1ec932d3bbeca34f292239339f6f38f0d04e1b549000000'
    );
    expect(sha256Hex(pack)).toBe('69283ea6c161c659a85816e2323f4de4b983f22b70c6fda5bcc1fd96a265e168');
  });

  it('are read back from their tail', () => {
    const { pack, entries } = worked;
    const tail = pack.subarray(-packTailBytes);
    const place = locateHeader(tail, pack.length);
    const sealed = headerInTail(tail, place);
    expect(sealed).toEqual(pack.subarray(place.offset, place.offset + place.length));
    const placed = decodeHeader(new Sealer(counting, () => Buffer.alloc(0)).open(sealed as Uint8Array), pack.length);
    expect(placed).toEqual([
      { ...entries[0], offset: 0 },
      { ...entries[1], offset: 37 }
    ]);
    expect(headerInTail(pack.subarray(-50), place)).toBeUndefined();
  });

  it('with a header length that cannot be are refused', () => {
    const { pack } = worked;
    for (const length of [0, 1, 31, 32, 490, 0xffff_ffff]) {
      const tail = Buffer.from(pack);
      tail.writeUInt32LE(length, tail.length - 4);
      expect(() => locateHeader(tail, tail.length)).toThrow(DamagedError);
    }
    expect(() => locateHeader(Buffer.alloc(72), 72)).toThrow(DamagedError);
    expect(() => locateHeader(Buffer.alloc(3), 500)).toThrow(DamagedError);
    const huge = Buffer.alloc(4);
    huge.writeUInt32LE(16 * 1024 * 1024 + 1);
    expect(() => locateHeader(huge, 2 ** 31)).toThrow(DamagedError);
  });

  it('whose header does not add up are refused', () => {
    const { pack, entries } = worked;
    const header = encodeHeader(entries);
    expect(() => decodeHeader(header, pack.length - 1)).toThrow(DamagedError);
    expect(() => decodeHeader(header.subarray(0, -1), pack.length - 1)).toThrow(DamagedError);
    const type = Buffer.from(header);
    type[0] = 4;
    expect(() => decodeHeader(type, pack.length)).toThrow(DamagedError);
    const short = Buffer.from(header);
    short.writeUInt32LE(31, 1);
    expect(() => decodeHeader(short, pack.length - 6)).toThrow(DamagedError);
    expect(() => encodeHeader([{ ...(entries[0] as PackEntry), id: 'zz'.repeat(32) }])).toThrow(DamagedError);
    // A zero-length blob is never written but must be survived.
    expect(decodeHeader(encodeHeader([{ ...(entries[0] as PackEntry), storedLength: 32 }]), 37 + 32 + 36)).toHaveLength(1);
  });
});

describe('index files', () => {
  const blob = { id: 'a'.repeat(64), type: 'data' as const, offset: 0, length: 37, uncompressedLength: 0 };
  const pack = { id: 'b'.repeat(64), blobs: [blob, { ...blob, id: 'c'.repeat(64), type: 'tree' as const, offset: 37, length: 342, uncompressedLength: 300 }] };

  it('come back, in the form restic writes', () => {
    const bytes = encodeIndex([pack]);
    expect(bytes.toString()).toBe(
      `{"packs":[{"id":"${'b'.repeat(64)}","blobs":[{"id":"${'a'.repeat(64)}","type":"data","offset":0,"length":37},{"id":"${'c'.repeat(64)}","type":"tree","offset":37,"length":342,"uncompressed_length":300}]}]}\n`
    );
    expect(parseIndex(bytes)).toEqual({ packs: [pack], supersedes: [], hasPacksToDelete: false, unknownFields: [] });
    expect(encodeIndex([]).toString()).toBe('{"packs":[]}\n');
  });

  it('keep aside what rustic and old restic add', () => {
    const text = `{"supersedes":["${'d'.repeat(64)}"],"packs":[{"id":"${'b'.repeat(64)}","blobs":[],"time":"x","size":5},{"id":"${'e'.repeat(64)}","blobs":null}],"packs_to_delete":[{"id":"nonsense"}]}`;
    expect(parseIndex(Buffer.from(text))).toEqual({
      packs: [
        { id: 'b'.repeat(64), blobs: [] },
        { id: 'e'.repeat(64), blobs: [] }
      ],
      supersedes: ['d'.repeat(64)],
      hasPacksToDelete: true,
      unknownFields: ['packs_to_delete']
    });
    expect(() => parseIndex(Buffer.from('[]'))).toThrow(UnsupportedError);
    expect(() => parseIndex(Buffer.from('[]'))).toThrow(/repair index/);
  });

  it('may list blobs in any order, but not two in one place', () => {
    const reversed = { ...pack, blobs: [...pack.blobs].reverse() };
    expect(parseIndex(encodeIndex([reversed])).packs).toEqual([reversed]);
    const overlapping = { ...pack, blobs: [blob, { ...blob, id: 'c'.repeat(64), offset: 36 }] };
    expect(() => parseIndex(encodeIndex([overlapping]))).toThrow(DamagedError);
  });

  it.each([{ length: 31 }, { length: -1 }, { offset: -1 }, { offset: 0.5 }, { offset: 4294967290 }, { id: 'A'.repeat(64) }, { type: 'x' as 'data' }, { uncompressedLength: 2 ** 32 }])('with a blob of %j are refused', (change) => {
    expect(() => parseIndex(encodeIndex([{ ...pack, blobs: [{ ...blob, ...change }] }]))).toThrow(DamagedError);
  });
});

describe('unpacked files', () => {
  it('have the bytes of the worked example', () => {
    const plain = Buffer.concat([Buffer.of(2), rawFrame(Buffer.from('{"packs":[]}\n'))]);
    expect(plain.toString('hex')).toBe('0228b52ffd200d6900007b227061636b73223a5b5d7d0a');
    const sealed = sealWith(0x43, plain);
    expect(sealed.toString('hex')).toBe('43434343434343434343434343434343379cfba4ae6fa17bb4700a5d7dbbd78383dcdca6a29bddaaf3e472de4236dcdc8bcc4a4b61d3b5');
    expect(sha256Hex(sealed)).toBe('6e8307b5cdbe8ff9db9ea8cb573d6c449d40fd45ccc1b6a914f6346ea536348a');
    expect(decodeUnpacked(plain).toString()).toBe('{"packs":[]}\n');
  });

  it('are compressed in version 2, bare in version 1, and read in both', () => {
    const json = Buffer.from('{"a":1}');
    expect(encodeUnpacked(json, 2)[0]).toBe(2);
    expect(encodeUnpacked(json, 1)).toEqual(json);
    for (const version of [1, 2] as const) expect(decodeUnpacked(encodeUnpacked(json, version))).toEqual(json);
    expect(decodeUnpacked(Buffer.from('[]')).toString()).toBe('[]');
    expect(decodeUnpacked(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
    for (const first of [0, 1, 3, 0x20, 0xff]) expect(() => decodeUnpacked(Buffer.of(first, 1))).toThrow(UnsupportedError);
    expect(() => decodeUnpacked(encodeUnpacked(Buffer.alloc(1000), 2), 999)).toThrow(DamagedError);
    expect(() => decodeUnpacked(Buffer.from('{"a":1}'), 6)).toThrow(DamagedError);
  });
});

describe('zstd', () => {
  it('comes back at every size and says its content size in the frame (seed 2109)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 19 }), (bytes, repeats, level) => {
        const plain = Buffer.concat(Array.from({ length: repeats }, () => bytes));
        const frame = Buffer.from(compress(plain, level));
        expect(decompress(frame, plain.length, plain.length)).toEqual(plain);
        expect(decompress(frame, undefined, plain.length)).toEqual(plain);
        // Descriptor: a content size field is there (flag not 0, or single segment), no checksum, no dictionary.
        const descriptor = frame[4] as number;
        expect(descriptor >> 6 !== 0 || (descriptor & 0x20) !== 0).toBe(true);
        expect(descriptor & 0x07).toBe(0);
      }),
      { seed: 2109, numRuns: 200 }
    );
  });

  it('refuses other lengths than expected, cut frames, bombs and nonsense', () => {
    const plain = Buffer.alloc(100_000, 'abc');
    const frame = compress(plain);
    for (const expected of [0, 99_999, 100_001]) expect(() => decompress(frame, expected, 1_000_000)).toThrow(DamagedError);
    for (const length of [0, 3, 4, 5, 10, frame.length - 1]) expect(() => decompress(frame.subarray(0, length), undefined, 1_000_000)).toThrow(DamagedError);
    expect(() => decompress(frame, undefined, 99_999)).toThrow(DamagedError);
    expect(() => decompress(frame, 4_000_000_000, 1_000_000)).toThrow(DamagedError);
    expect(() => decompress(Buffer.from('not zstd at all'), undefined, 100)).toThrow(DamagedError);
    const bomb = compress(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => decompress(bomb, undefined, 1024 * 1024)).toThrow(DamagedError);
    const claim = Buffer.concat([Buffer.from('28b52ffde0', 'hex'), Buffer.alloc(8, 0x7f), Buffer.of(1, 0, 0)]);
    expect(() => decompress(claim, undefined, 1024 * 1024)).toThrow(DamagedError);
  });
});
