import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BlobIndex, type BlobLocation } from './blob-index.ts';
import type { IndexBlob, IndexPack } from './format/index-file.ts';
import { IdSet } from './id-set.ts';
import { numbersOf } from './testing/index.ts';

const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const order = (a: BlobLocation, b: BlobLocation): number => a.pack.localeCompare(b.pack) || a.offset - b.offset;

describe('the index of blobs', () => {
  for (const seed of [1, 2, 3]) {
    it(`answers as a map of lists would (seed ${seed})`, () => {
      const next = numbersOf(seed);
      const below = (limit: number): number => Math.floor(next() * limit);
      const index = new BlobIndex();
      const model = new Map<string, BlobLocation[]>();
      const packs: IndexPack[] = [];
      for (let p = 0; p < 300; p++) {
        const blobs: IndexBlob[] = [];
        for (let offset = 0, n = below(60); blobs.length < n; ) {
          const length = 32 + below(1000);
          // Few different ids, so that copies and the same id as both types are common.
          blobs.push({ id: idOf(`blob ${below(3000)}`), type: next() < 0.5 ? 'data' : 'tree', offset, length, uncompressedLength: next() < 0.5 ? 0 : below(0xffff_ffff) });
          offset += length;
        }
        const pack = { id: idOf(`pack ${p}`), blobs };
        packs.push(pack);
        expect(index.addPack(pack)).toBe('added');
        for (const { id, type, offset, length, uncompressedLength } of blobs) {
          const key = `${type} ${id}`;
          model.set(key, [...(model.get(key) ?? []), { pack: pack.id, offset, length, uncompressedLength }]);
        }
      }
      for (let i = 0; i < 3100; i++) {
        for (const type of ['data', 'tree'] as const) {
          const id = idOf(`blob ${i}`);
          const expected = model.get(`${type} ${id}`) ?? [];
          expect(index.find(type, id).sort(order)).toEqual([...expected].sort(order));
          expect(index.has(type, Buffer.from(id, 'hex'))).toBe(expected.length > 0);
        }
      }
      expect(index.count).toBe([...model.values()].flat().length);
      expect([...index.entries()]).toHaveLength(index.count);
      for (const pack of packs) {
        expect(index.blobsOf(pack.id)).toEqual(pack.blobs);
        expect(index.addPack(pack)).toBe('same');
      }
      const trees = index.ids('tree');
      expect(trees.length / 32).toBe([...model.entries()].filter(([key]) => key.startsWith('tree')).flatMap(([, places]) => places).length);
      for (let at = 0; at < trees.length; at += 32) expect(model.has(`tree ${Buffer.from(trees.subarray(at, at + 32)).toString('hex')}`)).toBe(true);
    });
  }

  it('never gives a data blob for a tree of the same id', () => {
    const index = new BlobIndex();
    index.addPack({ id: idOf('p'), blobs: [{ id: idOf('x'), type: 'data', offset: 0, length: 40, uncompressedLength: 0 }] });
    expect(index.has('data', idOf('x'))).toBe(true);
    expect(index.has('tree', idOf('x'))).toBe(false);
    expect(index.find('tree', idOf('x'))).toEqual([]);
    expect(index.plainLength('data', idOf('x'))).toBe(8);
    expect(index.plainLength('tree', idOf('x'))).toBeUndefined();
  });

  it('says when two descriptions of a pack differ, and finds what either names', () => {
    const index = new BlobIndex();
    const blob = (text: string, offset: number): IndexBlob => ({ id: idOf(text), type: 'data', offset, length: 40, uncompressedLength: 0 });
    const pack = idOf('p');
    expect(index.addPack({ id: pack, blobs: [blob('a', 0), blob('b', 40)] })).toBe('added');
    expect(index.addPack({ id: pack, blobs: [blob('b', 40), blob('a', 0)] })).toBe('same');
    expect(index.addPack({ id: pack, blobs: [blob('a', 0)] })).toBe('conflict');
    expect(index.addPack({ id: pack, blobs: [blob('a', 0), blob('c', 40)] })).toBe('conflict');
    expect(index.has('data', idOf('c'))).toBe(true);
    expect(index.count).toBe(3);
  });

  it('takes no more than 100 bytes a blob, also for few', () => {
    const index = new BlobIndex();
    const blobs = Array.from({ length: 50_000 }, (_, i): IndexBlob => ({ id: idOf(String(i)), type: 'data', offset: i * 40, length: 40, uncompressedLength: 9 }));
    index.addPack({ id: idOf('p'), blobs });
    expect(index.sizeBytes / index.count).toBeLessThan(100);
  });

  it('knows nothing under what is no id', () => {
    const index = new BlobIndex();
    expect(index.has('data', 'abc')).toBe(false);
    expect(index.has('data', 'z'.repeat(64))).toBe(false);
    expect(index.find('data', new Uint8Array(31))).toEqual([]);
  });
});

describe('a set of ids', () => {
  it('answers as a Set would (seed 5)', () => {
    const next = numbersOf(5);
    const set = new IdSet();
    const model = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      const id = idOf(String(Math.floor(next() * 12_000)));
      expect(set.add(id)).toBe(!model.has(id));
      model.add(id);
    }
    expect(set.size).toBe(model.size);
  });
});
