import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryBackend } from './backend/memory.ts';
import { checkPack } from './check-pack.ts';
import { sha256, sha256Hex } from './format/ids.ts';
import type { IndexPack } from './format/index-file.ts';
import { Sealer } from './format/seal.ts';
import { PackWriter } from './pack-writer.ts';
import { BlobProver, type Repository } from './repository.ts';
import { createOn, numbersOf, random } from './testing/index.ts';

const MiB = 1024 * 1024;
let repository: Repository;
let backend: MemoryBackend;
let pack: IndexPack;
let whole: Uint8Array;

beforeAll(async () => {
  backend = new MemoryBackend();
  repository = await createOn(backend, 'x');
  const writer = new PackWriter({ sealer: repository.sealer, randomBytes: (length) => random.bytes(length), type: 'data', store: (pieces, id) => repository.savePack(pieces, id), packBytes: 14 * MiB, openPacks: 1 });
  for (const bytes of [MiB, 3000, 6 * MiB, 2 * MiB, 100, 4 * MiB]) {
    const plain = random.bytes(bytes);
    await writer.add(sha256(plain), plain);
  }
  await writer.flush();
  pack = writer.takeFinished()[0]!;
  whole = backend.stored.get(`data/${pack.id}`)!;
});

/** Checks a changed copy of the pack; the name stays. */
async function check(bytes: Uint8Array, index: IndexPack = pack) {
  const reads: { offset: number; length: number }[] = [];
  const store = new MemoryBackend();
  store.stored.set(`data/${pack.id}`, bytes);
  const read = store.read.bind(store);
  store.read = (kind, name, range, signal) => (reads.push({ offset: range?.offset ?? 0, length: range?.length ?? bytes.length }), read(kind, name, range, signal));
  const result = await checkPack({ backend: store, sealer: repository.sealer }, index);
  return { ...result, reads };
}

describe('checking a pack', () => {
  it('has one pack of six blobs to look at', () => expect(pack.blobs).toHaveLength(6));

  it('never holds more of it than a few MiB or one blob, and reads every byte once', async () => {
    const { findings, bytesRead, reads } = await check(whole);
    expect(findings).toEqual([]);
    expect(bytesRead).toBe(whole.length);
    expect(Math.max(...reads.map((read) => read.length))).toBeLessThan(6 * MiB + 1000);
    // The two blobs that are larger than a piece.
    expect(reads.filter((read) => read.length > 4 * MiB)).toHaveLength(2);
  });

  it('names the one blob that a changed byte belongs to', async () => {
    const next = numbersOf(51);
    for (const blob of pack.blobs) {
      const bytes = whole.slice();
      bytes[blob.offset + Math.floor(next() * blob.length)]! ^= 4;
      const { findings, bytesRead } = await check(bytes);
      expect(findings).toMatchObject([{ code: 'pack-damaged', detail: `the content does not match its name; 1 of 6 blobs are damaged: data ${blob.id}` }]);
      expect(bytesRead).toBe(2 * whole.length);
    }
  });

  it('tells a changed header from changed blobs', async () => {
    const bytes = whole.slice();
    bytes[bytes.length - 20]! ^= 1;
    const { findings } = await check(bytes);
    expect(findings[0]?.detail).toMatch(/^the content does not match its name; header: /);
    expect(findings[0]?.detail).not.toContain('blobs are damaged');
  });

  it('says which blobs an early end takes away', async () => {
    const last = pack.blobs.at(-1)!;
    const { findings } = await check(whole.slice(0, last.offset + 10));
    expect(findings[0]?.detail).toContain(`1 of 6 blobs are damaged: data ${last.id}`);
  });

  it('judges an index whose blobs lie over each other without losing count of the bytes', async () => {
    const [first, second] = [pack.blobs[0]!, pack.blobs[1]!];
    const { findings, bytesRead } = await check(whole, { ...pack, blobs: [...pack.blobs, { ...second, id: first.id, offset: first.offset + 5, length: 400 }] });
    expect(findings).toMatchObject([{ code: 'pack-damaged', detail: expect.stringMatching(/^1 blobs of the index are not in the pack's header; 1 of 7 blobs are damaged/) as string }]);
    expect(bytesRead).toBe(2 * whole.length);
  });
});

describe('proving a blob', () => {
  it('refuses another content and leaves what it was given as it is', () => {
    const sealer = new Sealer({ encrypt: random.bytes(32), macK: random.bytes(16), macR: random.bytes(16) }, (length) => random.bytes(length));
    const plain = random.bytes(MiB);
    const stored = sealer.seal(plain);
    const before = sha256Hex(stored);
    const prover = new BlobProver(sealer);
    prover.prove(stored, sha256Hex(plain), 0);
    expect(() => prover.prove(stored, 'a'.repeat(64), 0)).toThrow(/another content/);
    expect(sha256Hex(stored)).toBe(before);
  });
});
