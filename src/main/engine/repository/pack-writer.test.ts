import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Draft } from './backend/backend.ts';
import { sha256, sha256Hex } from './format/ids.ts';
import type { IndexPack } from './format/index-file.ts';
import { decodeHeader, locateHeader } from './format/pack.ts';
import { createMasterKey, Sealer } from './format/seal.ts';
import { PackWriter, type PackWriterOptions } from './pack-writer.ts';
import { openBlob } from './repository.ts';
import { numbersOf, random } from './testing/index.ts';

const randomBytes = (length: number): Uint8Array => random.bytes(length);
const sealer = new Sealer(createMasterKey(randomBytes), randomBytes);

interface Kept {
  packs: Map<string, Buffer>;
  writer: PackWriter;
}

function keeping(options: Partial<PackWriterOptions> = {}): Kept {
  const packs = new Map<string, Buffer>();
  const store = async (pieces: readonly Uint8Array[], id: string): Promise<void> => {
    await Promise.resolve();
    packs.set(id, Buffer.concat(pieces));
  };
  return { packs, writer: new PackWriter({ sealer, randomBytes, type: 'data', store, packBytes: 20_000, ...options }) };
}

function expectWhole(packs: Map<string, Buffer>, finished: readonly IndexPack[], plains: ReadonlyMap<string, Buffer>): void {
  const seen = new Set<string>();
  for (const { id, blobs } of finished) {
    const bytes = packs.get(id)!;
    expect(sha256Hex(bytes)).toBe(id);
    const place = locateHeader(bytes, bytes.length);
    const header = decodeHeader(sealer.open(bytes.subarray(place.offset, place.offset + place.length)), bytes.length);
    expect(header.map(({ storedLength, ...entry }) => ({ ...entry, length: storedLength }))).toEqual(blobs);
    for (const blob of blobs) {
      const plain = openBlob(sealer, bytes.subarray(blob.offset, blob.offset + blob.length), blob.id, blob.uncompressedLength);
      expect(plain.equals(plains.get(blob.id)!)).toBe(true);
      seen.add(blob.id);
    }
  }
  expect(seen.size).toBe(plains.size);
}

describe('writing packs', () => {
  for (const [version, seed] of [[2, 11], [2, 12], [1, 13]] as const) {
    it(`gives back every blob from packs of about the wanted size, version ${version} (seed ${seed})`, async () => {
      const next = numbersOf(seed);
      const { packs, writer } = keeping({ version });
      const plains = new Map<string, Buffer>();
      for (let i = 0; i < 400; i++) {
        const plain = Buffer.alloc(1 + Math.floor(next() ** 4 * 30_000), `${i} `);
        if (next() < 0.7) plain.set(randomBytes(Math.min(plain.length, 500)), 0);
        const id = sha256(plain);
        if (plains.has(Buffer.from(id).toString('hex'))) continue;
        plains.set(Buffer.from(id).toString('hex'), plain);
        await writer.add(id, plain);
      }
      await writer.flush();
      const finished = writer.takeFinished();
      expectWhole(packs, finished, plains);
      expect(finished.every(({ blobs }) => blobs.every((blob) => (blob.uncompressedLength === 0) === (version === 1)))).toBe(true);
      expect(writer.added.blobs).toBe(plains.size);
      const small = [...packs.values()].filter((pack) => pack.length < 20_000);
      expect(small.length).toBeLessThanOrEqual(3); // the first and the last ones
      expect(writer.takeFinished()).toEqual([]);
    });
  }

  it('puts neighbours into different packs by chance', async () => {
    const { packs, writer } = keeping({ packBytes: 100_000 });
    const ids: string[] = [];
    for (let i = 0; i < 400; i++) {
      const plain = Buffer.from(randomBytes(1000));
      ids.push(sha256Hex(plain));
      await writer.add(sha256(plain), plain);
    }
    await writer.flush();
    const packOf = new Map(writer.takeFinished().flatMap(({ id, blobs }) => blobs.map((blob) => [blob.id, id] as const)));
    const changes = ids.slice(1).filter((id, i) => packOf.get(id) !== packOf.get(ids[i]!)).length;
    expect(changes).toBeGreaterThan(100);
    expect(packs.size).toBeGreaterThan(2);
  });

  it('gives back blobs that lie across segments of memory, while packs are stored beside (seed 14)', async () => {
    const next = numbersOf(14);
    const { packs, writer } = keeping({ packBytes: 4_000_000, maxStoring: 1 });
    const plains = new Map<string, Buffer>();
    for (let i = 0; i < 40; i++) {
      const plain = Buffer.from(randomBytes(1 + Math.floor(next() ** 2 * 3_000_000)));
      const id = sha256Hex(plain);
      plains.set(id, plain);
      await writer.add(id, plain);
    }
    await writer.flush();
    expectWhole(packs, writer.takeFinished(), plains);
  });

  it('fills packs in turn: what is open never comes near all of them full (seed 16)', async () => {
    const { writer, packs } = keeping({ packBytes: 400_000 });
    let mostOpen = 0;
    let stored = 0;
    for (let i = 0; i < 4000; i++) {
      const plain = Buffer.from(randomBytes(1000));
      await writer.add(sha256Hex(plain), plain);
      for (const [id, bytes] of packs) {
        stored += bytes.length;
        packs.delete(id);
      }
      mostOpen = Math.max(mostOpen, writer.added.storedBytes - stored);
    }
    expect(mostOpen).toBeLessThan(720_000);
    await writer.flush();
  });

  it('gives a blob of the pack size a pack of its own', async () => {
    const { packs, writer } = keeping();
    const small = Buffer.from('small');
    const big = Buffer.from(randomBytes(50_000));
    await writer.add(sha256(small), small);
    await writer.add(sha256(big), big);
    await writer.flush();
    expect(writer.takeFinished().map(({ blobs }) => blobs.length)).toEqual([1, 1]);
    expect(packs.size).toBe(2);
  });

  it('merges under-filled packs at the end', async () => {
    const { writer } = keeping({ openPacks: 4, packBytes: 1_000_000 });
    for (let i = 0; i < 40; i++) {
      const plain = Buffer.from(randomBytes(100));
      await writer.add(sha256(plain), plain);
    }
    await writer.flush();
    expect(writer.takeFinished().map(({ blobs }) => blobs.length)).toEqual([40]);
  });

  it('offers a pack for the index only after it is durable', async () => {
    let finish: () => void = () => undefined;
    const { writer } = keeping({ store: () => new Promise((resolve) => (finish = resolve)) });
    const big = Buffer.from(randomBytes(30_000));
    void writer.add(sha256(big), big);
    await Promise.resolve();
    expect(writer.takeFinished()).toEqual([]);
    finish();
    await writer.flush();
    expect(writer.takeFinished()).toHaveLength(1);
  });

  it('makes the caller wait when too many packs are on their way', async () => {
    const waiting: (() => void)[] = [];
    const { writer } = keeping({ maxStoring: 2, store: () => new Promise((resolve) => void waiting.push(resolve)) });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const big = Buffer.from(randomBytes(30_000));
      outcomes.push(writer.add(sha256(big), big));
    }
    expect(outcomes.map((outcome) => outcome instanceof Promise)).toEqual([false, false, true]);
    waiting[0]!();
    await outcomes[2];
    for (const resolve of waiting) resolve();
    await writer.flush();
  });

  it('makes the caller wait when what is held is too much, until a pack has arrived', async () => {
    const waiting: (() => void)[] = [];
    const { writer } = keeping({ mostHeldBytes: 35_000, store: () => new Promise((resolve) => void waiting.push(resolve)) });
    const big = Buffer.from(randomBytes(30_000));
    expect(writer.add(sha256(big), big)).toBeUndefined();
    const small = Array.from({ length: 7 }, () => Buffer.from(randomBytes(1000)));
    const outcomes = small.map((plain) => writer.add(sha256(plain), plain));
    expect(outcomes.map((outcome) => outcome instanceof Promise)).toEqual([false, false, false, false, true, true, true]);
    expect(waiting).toHaveLength(1);
    waiting[0]!();
    for (const outcome of outcomes) await outcome;
    const last = Buffer.from(randomBytes(1000));
    expect(writer.add(sha256(last), last)).toBeUndefined();
    const flushed = writer.flush();
    waiting.at(-1)!();
    await flushed;
    expect(writer.takeFinished().flatMap(({ blobs }) => blobs)).toHaveLength(9);
  });

  /** Drafts in memory, and which of them are neither finished nor discarded. */
  function drafting(): { packs: Map<string, Buffer>; open: Set<Draft>; options: Pick<PackWriterOptions, 'draft' | 'store'>; spoil: { next: boolean } } {
    const packs = new Map<string, Buffer>();
    const open = new Set<Draft>();
    const spoil = { next: false };
    const begin = (): Draft => {
      const pieces: Buffer[] = [];
      const draft: Draft = {
        append: (bytes) => void pieces.push(Buffer.from(bytes)),
        read: (offset, into) => {
          into.set(Buffer.concat(pieces).subarray(offset, offset + into.length));
          if (spoil.next) into[5] = (into[5] as number) ^ 1;
        },
        finish: async (name) => {
          await Promise.resolve();
          packs.set(name, Buffer.concat(pieces));
          open.delete(draft);
        },
        discard: () => void open.delete(draft)
      };
      open.add(draft);
      return draft;
    };
    const store: PackWriterOptions['store'] = async (pieces, id, draft) => {
      if (draft === undefined) return void packs.set(id, Buffer.concat(pieces));
      for (const piece of pieces) draft.append(piece);
      await draft.finish(id);
    };
    return { packs, open, options: { draft: begin, store }, spoil };
  }

  it('hands large packs on while they grow, merges what is left of them, and loses nothing', async () => {
    const { packs, open, options } = drafting();
    let begun = 0;
    const draft = (): Draft => (begun++, options.draft!());
    const { writer } = keeping({ ...options, draft, packBytes: 4 * 1024 * 1024, mostHeldBytes: 3 * 1024 * 1024 });
    const plains = new Map<string, Buffer>();
    for (let i = 0; i < 60; i++) {
      const plain = Buffer.from(randomBytes(50_000 + i * 3000));
      plains.set(sha256Hex(plain), plain);
      await writer.add(sha256(plain), plain);
    }
    await writer.flush();
    expect(begun).toBeGreaterThan(1);
    const finished = writer.takeFinished();
    expectWhole(packs, finished, plains);
    expect(open.size).toBe(0);
    const sizes = finished.map(({ id }) => packs.get(id)!.length);
    expect(sizes.filter((size) => size < 2 * 1024 * 1024).length).toBeLessThanOrEqual(2);
  });

  it('does not merge a pack that is read back different from what was handed on', async () => {
    const { open, options, spoil } = drafting();
    const inTurn = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);
    const { writer } = keeping({ ...options, randomBytes: inTurn, packBytes: 8 * 1024 * 1024 });
    // Both open packs get more than a segment, and fit together.
    for (let i = 0; i < 11; i++) {
      const plain = Buffer.from(randomBytes(300_000));
      await writer.add(sha256(plain), plain);
    }
    expect(open.size).toBe(2);
    spoil.next = true;
    await expect(writer.flush()).rejects.toMatchObject({ code: 'INTERNAL' });
    await writer.settle();
    expect(open.size).toBe(0);
  });

  it('leaves no draft when it is given up', async () => {
    const { open, options } = drafting();
    const { writer } = keeping({ ...options, packBytes: 8 * 1024 * 1024 });
    const plain = Buffer.from(randomBytes(1_500_000));
    await writer.add(sha256(plain), plain);
    expect(open.size).toBe(1);
    await writer.settle();
    expect(open.size).toBe(0);
  });

  it('fails the next call, and every later one, when a pack could not be stored', async () => {
    const { writer } = keeping({ store: () => Promise.reject(new Error('disk gone')) });
    const big = Buffer.from(randomBytes(30_000));
    void writer.add(sha256(big), big);
    await expect(writer.flush()).rejects.toThrow('disk gone');
    expect(() => writer.add(sha256(big), big)).toThrow('disk gone');
    expect(writer.takeFinished()).toEqual([]);
  });

  it('refuses a blob that is not what its id says, and stores nothing after that', async () => {
    const { packs, writer } = keeping();
    expect(() => writer.add(createHash('sha256').update('other').digest(), Buffer.from('content'))).toThrow(/does not read back/);
    await expect(writer.flush()).rejects.toThrow(/does not read back/);
    expect(packs.size).toBe(0);
  });

  it('refuses an empty blob', () => {
    const { writer } = keeping();
    expect(() => writer.add(sha256(Buffer.alloc(0)), Buffer.alloc(0))).toThrow(RangeError);
  });
});
