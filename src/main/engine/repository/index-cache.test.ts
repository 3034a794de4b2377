// The cache of the index: says what the index files say, or nothing.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBackend } from './backend/local.ts';
import { BlobIndex } from './blob-index.ts';
import type { IndexPack } from './format/index-file.ts';
import { createMasterKey } from './format/seal.ts';
import { readIndexCache, writeIndexCache } from './index-cache.ts';
import { createRepository } from './keys.ts';
import { Repository } from './repository.ts';
import { bytesOf, cheapScrypt, clock, files, random, temporaryFolder } from './testing/index.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'cache', 'index');
});
afterEach(() => folder[Symbol.dispose]());

const hex = (bytes: number): string => Buffer.from(random.bytes(bytes)).toString('hex');
const sealing = { masterKey: createMasterKey((length) => random.bytes(length)), repositoryId: hex(32) };
const place = () => ({ files, path, random, nowMs: clock.now() });

function packOf(blobs: number): IndexPack {
  let offset = 0;
  return { id: hex(32), blobs: Array.from({ length: blobs }, (_, i) => ({ id: hex(32), type: i % 5 === 0 ? ('tree' as const) : ('data' as const), offset: (offset += 100) - 100, length: 100, uncompressedLength: i % 3 === 0 ? 0 : 250 })) };
}

function indexOf(packs: readonly IndexPack[]): BlobIndex {
  const index = new BlobIndex();
  for (const pack of packs) index.addPack(pack);
  return index;
}

const everything = (index: BlobIndex): unknown => ({ entries: [...index.entries()], packs: [...index.packs()], blobs: [...index.packs()].map((pack) => index.blobsOf(pack)) });

describe('the cache of an index', () => {
  it.each([0, 1, 700, 9000])('gives back an index of %i entries, which takes more as before', (entries) => {
    const packs = entries === 0 ? [] : [packOf(Math.ceil(entries / 2)), packOf(Math.floor(entries / 2))];
    const index = indexOf(packs);
    writeIndexCache(place(), sealing, { index, names: new Set(['a', 'b']) });
    const cached = readIndexCache(place(), sealing);
    expect(cached?.names).toEqual(new Set(['a', 'b']));
    const more = packOf(3000);
    for (const each of [index, cached?.index as BlobIndex]) each.addPack(more);
    expect(everything(cached?.index as BlobIndex)).toEqual(everything(index));
    for (const { blobs } of [...packs, more]) for (const { type, id } of blobs) expect(cached?.index.has(type, id)).toBe(true);
    expect(cached?.index.has('data', hex(32))).toBe(false);
    expect(readdirSync(join(folder.path, 'cache'))).toEqual(['index']);
  });

  it('is nothing where there is none, for another repository, and with another key', () => {
    expect(readIndexCache(place(), sealing)).toBeUndefined();
    writeIndexCache(place(), sealing, { index: indexOf([packOf(50)]), names: new Set() });
    expect(readIndexCache(place(), { ...sealing, repositoryId: hex(32) })).toBeUndefined();
    expect(readIndexCache(place(), { ...sealing, masterKey: createMasterKey((length) => random.bytes(length)) })).toBeUndefined();
    expect(readIndexCache(place(), sealing)).toBeDefined();
  });

  it('is nothing once a single bit of it is another, or any part is missing', () => {
    writeIndexCache(place(), sealing, { index: indexOf([packOf(20)]), names: new Set(['x']) });
    const whole = readFileSync(path);
    for (let i = 0; i < whole.length; i += i < 400 ? 1 : 97) {
      const changed = Buffer.from(whole);
      changed[i] = (changed[i] as number) ^ (1 << i % 8);
      writeFileSync(path, changed);
      expect(readIndexCache(place(), sealing), `byte ${i}`).toBeUndefined();
    }
    for (const length of [0, 5, 14, 26, 40, whole.length - 17, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      expect(readIndexCache(place(), sealing), `${length} bytes`).toBeUndefined();
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(16)]));
    expect(readIndexCache(place(), sealing)).toBeUndefined();
  });

  it('holds no id and no name in the clear', () => {
    const pack = packOf(20);
    writeIndexCache(place(), sealing, { index: indexOf([pack]), names: new Set(['index-file-name']) });
    const bytes = readFileSync(path);
    for (const id of [pack.id, ...pack.blobs.map((blob) => blob.id)]) expect(bytes.includes(Buffer.from(id, 'hex'))).toBe(false);
    expect(bytes.includes('index-file-name')).toBe(false);
  });
});

describe('a repository with a cache of its index', () => {
  let location: string;
  let masterKey: Awaited<ReturnType<typeof createRepository>>['masterKey'];
  const open = (cached: boolean): Promise<Repository> => Repository.open({ backend: createLocalBackend({ files, random, path: location }), masterKey, random, clock, ...(cached && { indexCache: { files, path } }) });
  const loaded = async (cached: boolean): Promise<Repository> => {
    const repository = await open(cached);
    await repository.loadIndex();
    return repository;
  };

  beforeEach(async () => {
    location = join(folder.path, 'repository');
    mkdirSync(location);
    ({ masterKey } = await createRepository({ backend: createLocalBackend({ files, random, path: location }), password: bytesOf('x'), hostname: 'h', username: 'u', random, clock, scrypt: cheapScrypt }));
  });

  it('knows what the index files say: those it stands for, those that came, and none that went', async () => {
    const repository = await open(false);
    const first = [packOf(4000), packOf(3000)];
    await repository.saveIndex(first.slice(0, 1));
    const second = await repository.saveIndex(first.slice(1));
    expect(everything((await loaded(true)).index)).toEqual(everything((await loaded(false)).index));
    expect(existsSync(path)).toBe(true);
    const came = [packOf(30)];
    await repository.saveIndex(came);
    const third = await loaded(true);
    expect(third.index.has('data', came[0]?.blobs[1]?.id as string)).toBe(true);
    expect(third.index.count).toBe(7030);
    expect(third.indexFiles.size).toBe(3);
    await repository.removeFile('index', second);
    const later = await loaded(true);
    expect(later.index.count).toBe(4030);
    expect(later.index.hasPack(first[1]?.id as string)).toBe(false);
  });

  it('reads no index file again that the cache stands for, and all of them once it is damaged', async () => {
    const repository = await open(false);
    await repository.saveIndex([packOf(6000)]);
    await loaded(true);
    const [name] = readdirSync(join(location, 'index'));
    writeFileSync(join(location, 'index', name as string), 'spoiled');
    expect((await loaded(true)).index.count).toBe(6000);
    writeFileSync(path, 'spoiled');
    await expect(loaded(true)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });

  it('opens all the same where the cache can be neither read nor written', async () => {
    const repository = await open(false);
    await repository.saveIndex([packOf(6000)]);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'in the way'), '');
    expect((await loaded(true)).index.count).toBe(6000);
    expect(readdirSync(join(folder.path, 'cache'))).toEqual(['index']);
    rmSync(path, { recursive: true });
  });
});
