import { describe, expect, it } from 'vitest';
import { VarveError } from '../kit/errors.ts';
import { FaultyBackend } from './backend/faulty.ts';
import { MemoryBackend } from './backend/memory.ts';
import { checkRepository } from './check.ts';
import { encodeIndex } from './format/index-file.ts';
import { sha256, sha256Hex } from './format/ids.ts';
import { encodeTree, goMode, type TreeNode } from './format/tree.ts';
import { utcTime } from './format/time.ts';
import { createRepository, openKey } from './keys.ts';
import { PackWriter } from './pack-writer.ts';
import { lockForReading } from './read-lock.ts';
import type { Repository } from './repository.ts';
import { bytesOf, cheapScrypt, clock, createOn, numbersOf, openOn, random } from './testing/index.ts';

const time = utcTime(1_790_000_000_123_456_789n);
const password = 'secret';

function file(name: string, content: readonly string[], size: number): TreeNode {
  return { name, type: 'file', mode: goMode('file', 0o644), mtime: time, atime: time, ctime: time, uid: 0, gid: 0, size, content: [...content] };
}

async function savePacks(repository: Repository, type: 'data' | 'tree', plains: readonly Uint8Array[]): Promise<string[]> {
  const writer = new PackWriter({ sealer: repository.sealer, randomBytes: (length) => random.bytes(length), type, store: (pieces, id) => repository.savePack(pieces, id), packBytes: 5000 });
  for (const plain of plains) await writer.add(sha256(plain), plain);
  await writer.flush();
  await repository.saveIndex(writer.takeFinished());
  return plains.map(sha256Hex);
}

async function saveSnapshot(repository: Repository, contents: readonly string[]): Promise<string> {
  const ids = await savePacks(repository, 'data', contents.map(bytesOf));
  const tree = encodeTree(contents.map((content, i) => file(`file ${String(i).padStart(4, '0')}`, [ids[i]!], content.length)));
  await savePacks(repository, 'tree', [tree]);
  return repository.saveSnapshot({ time, tree: sha256Hex(tree), paths: ['/x'] });
}

async function filled(): Promise<{ backend: MemoryBackend; repository: Repository }> {
  const backend = new MemoryBackend();
  const repository = await createOn(backend, password);
  await saveSnapshot(repository, ['one', 'two', 'three']);
  return { backend, repository };
}

const keysOf = (backend: MemoryBackend, kind: string): string[] => [...backend.stored.keys()].filter((key) => key.startsWith(`${kind}/`));

describe('making a repository', () => {
  it('writes the key before the config, and refuses a place that has one already', async () => {
    const backend = new MemoryBackend();
    const order: string[] = [];
    const write = backend.write.bind(backend);
    backend.write = (kind, ...rest) => (order.push(kind), write(kind, ...rest));
    await createOn(backend, password);
    expect(order).toEqual(['keys', 'config']);
    await expect(createOn(backend, password)).rejects.toMatchObject({ code: 'REPOSITORY_EXISTS' });
    backend.stored.delete('config/config');
    await expect(createOn(backend, password)).rejects.toMatchObject({ code: 'REPOSITORY_EXISTS' });
  });

  it('leaves no key behind when the config cannot be written', async () => {
    const backend = new MemoryBackend();
    const write = backend.write.bind(backend);
    backend.write = (kind, ...rest) => (kind === 'config' ? Promise.reject(new Error('full')) : write(kind, ...rest));
    await expect(createOn(backend, password)).rejects.toThrow('full');
    expect(backend.stored.size).toBe(0);
  });

  it('gives each a key, an id and a polynomial of its own', async () => {
    const [a, b] = [await createOn(new MemoryBackend(), password), await createOn(new MemoryBackend(), password)];
    expect(a.config.id).not.toBe(b.config.id);
    expect(a.config.chunkerPolynomial).not.toBe(b.config.chunkerPolynomial);
  });
});

describe('opening a key', () => {
  it('tries every key file, the one that fitted last time first', async () => {
    const { backend } = await filled();
    const other = await createRepository({ backend: new MemoryBackend(), password: bytesOf('x'), hostname: '', username: '', random, clock, scrypt: cheapScrypt });
    expect(other.keyId).toHaveLength(64);
    const { keyId } = await openKey({ backend, password: bytesOf(password) });
    const read: string[] = [];
    const plainRead = backend.read.bind(backend);
    backend.read = (kind, name, ...rest) => (read.push(name), plainRead(kind, name, ...rest));
    for (let i = 0; i < 5; i++) backend.stored.set(`keys/${sha256Hex(bytesOf(`a${i}`))}`, bytesOf('not a key'));
    expect((await openKey({ backend, password: bytesOf(password), hint: keyId })).keyId).toBe(keyId);
    expect(read).toEqual([keyId]);
    await expect(openKey({ backend, password: bytesOf('wrong') })).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });

  it('tells what is missing: everything, or only the keys', async () => {
    await expect(openOn(new MemoryBackend(), password)).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
    const { backend } = await filled();
    for (const key of keysOf(backend, 'keys')) backend.stored.delete(key);
    await expect(openOn(backend, password)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });

  it('names the version it does not know', async () => {
    const { backend, repository } = await filled();
    const { config } = repository;
    backend.stored.set('config/config', repository.sealer.seal(bytesOf(JSON.stringify({ version: 3, id: config.id, chunker_polynomial: config.chunkerPolynomial }))));
    await expect(openOn(backend, password)).rejects.toMatchObject({ code: 'REPOSITORY_UNSUPPORTED', data: { reason: expect.stringContaining('version 3') as string } });
  });
});

describe('reading a repository', () => {
  it('takes a file that came changed once, and not one that is changed', async () => {
    const { backend } = await filled();
    const repository = await openOn(backend, password);
    let first = true;
    const plainRead = backend.read.bind(backend);
    backend.read = async (...args) => {
      const bytes = await plainRead(...args);
      if (first && args[0] === 'snapshots') bytes[20]! ^= 1;
      first = args[0] !== 'snapshots';
      return bytes;
    };
    expect((await repository.loadSnapshots()).unreadable).toEqual([]);
    backend.read = async (...args) => {
      const bytes = await plainRead(...args);
      if (args[0] === 'snapshots') bytes[20]! ^= 1;
      return bytes;
    };
    expect((await repository.loadSnapshots()).unreadable).toHaveLength(1);
  });

  it('goes to the next copy of a blob when one is damaged or gone', async () => {
    const { backend, repository } = await filled();
    const [id] = await savePacks(repository, 'data', [bytesOf('one')]);
    const places = repository.index.find('data', id!);
    expect(places).toHaveLength(2);
    const [a, b] = places.map((place) => `data/${place.pack}`) as [string, string];
    const whole = backend.stored.get(a)!;
    backend.stored.delete(a);
    expect((await repository.loadBlob('data', id!)).toString()).toBe('one');
    backend.stored.set(a, whole);
    backend.stored.set(b, new Uint8Array(10));
    expect((await repository.loadBlob('data', id!)).toString()).toBe('one');
    backend.stored.set(a, new Uint8Array(whole.length));
    await expect(repository.loadBlob('data', id!)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });

  it('does not serve data for a tree of the same id', async () => {
    const { repository } = await filled();
    const tree = encodeTree([file('x', [], 0)]);
    const [id] = await savePacks(repository, 'data', [tree]);
    await expect(repository.loadTree(id!)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
    await savePacks(repository, 'tree', [tree]);
    expect((await repository.loadTree(id!)).map((node) => node.name)).toEqual(['x']);
  });

  it('does not work with an index it cannot read', async () => {
    const { backend, repository } = await filled();
    backend.stored.set(`index/${'ab'.repeat(32)}`, random.bytes(100));
    await expect(repository.loadIndex()).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED', data: { path: `memory/index/${'ab'.repeat(32)}` } });
  });

  it('reads without a lock where nothing can be written, and not where the lock is refused', async () => {
    const { backend, repository } = await filled();
    const options = { identity: { hostname: 'h', username: 'u', pid: 1, uid: 0, gid: 0 }, onLost: () => undefined, retryMs: 0 };
    const lock = await lockForReading(repository, { ...options, exclusive: true });
    await expect(lockForReading(await openOn(backend, password), options)).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED' });
    await lock?.release();
    backend.write = () => Promise.reject(new VarveError('NOT_WRITABLE', 'read-only', { path: 'x', reason: 'EROFS' }));
    expect(await lockForReading(repository, options)).toBeUndefined();
    backend.write = () => Promise.reject(new VarveError('NOT_WRITABLE', 'broken', { path: 'x', reason: 'EIO' }));
    await expect(lockForReading(repository, options)).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
  });

  it('reads without a lock from a disk that is full, and says so', async () => {
    const { backend, repository } = await filled();
    const told: unknown[] = [];
    backend.write = () => Promise.reject(new VarveError('NO_SPACE', 'full', { path: 'x' }));
    const lock = await lockForReading(repository, { identity: { hostname: 'h', username: 'u', pid: 1, uid: 0, gid: 0 }, onLost: () => undefined, logger: { warn: (...words) => void told.push(words) } });
    expect(lock).toBeUndefined();
    expect(told).toEqual([['reading without a lock', { repository: 'memory', reason: 'NO_SPACE' }]]);
  });

  it('writes nothing while its lock is not held', async () => {
    const { backend, repository } = await filled();
    const lock = await repository.lock({ exclusive: false, identity: { hostname: 'h', username: 'u', pid: 1, uid: 0, gid: 0 }, onLost: () => undefined });
    await saveSnapshot(repository, ['four']);
    await lock.release();
    const before = backend.stored.size;
    await expect(saveSnapshot(repository, ['five'])).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(backend.stored.size).toBe(before);
  });

  it.each(['index', 'snapshots'])('takes back a file of %s that was on its way while the lock was lost: others may have removed what it names', async (kind) => {
    const { backend, repository } = await filled();
    const lock = await repository.lock({ exclusive: false, identity: { hostname: 'h', username: 'u', pid: 1, uid: 0, gid: 0 }, onLost: () => undefined });
    const before = [...backend.stored.keys()].filter((name) => name.startsWith(kind));
    const { write } = MemoryBackend.prototype;
    backend.write = async (...args) => {
      await write.apply(backend, args);
      if (args[0] === kind) await lock.release();
    };
    await expect(saveSnapshot(repository, ['six'])).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect([...backend.stored.keys()].filter((name) => name.startsWith(kind))).toEqual(before);
  });
});

describe('a store that fails', () => {
  for (const seed of [31, 32, 33, 34, 35, 36]) {
    it(`never leaves anything visible that is not whole (seed ${seed})`, async () => {
      const memory = new MemoryBackend();
      await createOn(memory, password);
      const next = numbersOf(seed);
      const backend = new FaultyBackend(memory, { next, failWrite: 0.15, failAfterWrite: 0.1, failRead: 0.05, slow: { chance: 0.1, wait: () => new Promise((resolve) => setImmediate(resolve)) } });
      let saved = 0;
      for (let run = 0; run < 12; run++) {
        try {
          const repository = await openOn(backend, password);
          await saveSnapshot(repository, Array.from({ length: 1 + Math.floor(next() * 40) }, (_, i) => `run ${run} file ${i} `.repeat(1 + Math.floor(next() * 60))));
          saved += 1;
        } catch (error) {
          expect(error).toHaveProperty('code');
        }
      }
      const report = await checkRepository(await openOn(memory, password), { read: { kind: 'all' } });
      expect(report.findings.filter((finding) => finding.severity === 'error')).toEqual([]);
      expect(report.snapshots).toBeGreaterThanOrEqual(saved);
      expect(backend.faults.get('failWrite') ?? 0).toBeGreaterThan(0);
    });
  }
});

describe('checking', () => {
  it('says what is wrong with trees that no good program writes', async () => {
    const { repository } = await filled();
    const node = (over: Record<string, unknown>): string => JSON.stringify({ name: 'n', type: 'file', mode: 420, mtime: '2026-01-01T00:00:00Z', atime: '2026-01-01T00:00:00Z', ctime: '2026-01-01T00:00:00Z', uid: 0, gid: 0, content: [], ...over });
    const trees = [`{"nodes":[${node({ type: 'dir', content: null })}]}\n`, `{"nodes":[${node({ content: null })}]}\n`, `{"nodes":[${node({ name: '' })}]}\n`, `{"nodes":[${node({ type: 'wormhole' })}]}\n`, 'no tree'];
    for (const id of await savePacks(repository, 'tree', trees.map(bytesOf))) await repository.saveSnapshot({ time, tree: id, paths: [] });
    const report = await checkRepository(repository, { read: { kind: 'none' } });
    expect(report.findings.map((finding) => finding.code)).toEqual(['tree-invalid', 'tree-invalid', 'tree-invalid', 'tree-invalid', 'tree-invalid']);
  });

  it('finds index files that contradict each other', async () => {
    const { repository } = await filled();
    const pack = repository.index.packs().next().value!;
    const blobs = repository.index.blobsOf(pack).map((blob) => ({ ...blob, length: blob.length + 1, offset: 0 })).slice(0, 1);
    await repository.files.save('index', encodeIndex([{ id: pack, blobs }]));
    const report = await checkRepository(repository, { read: { kind: 'none' } });
    expect(report.findings.map((finding) => finding.code)).toContain('index-conflict');
  });

  it('stops when it is told to', async () => {
    const { repository } = await filled();
    await expect(checkRepository(repository, { read: { kind: 'all' }, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  for (const seed of [41, 42]) {
    it(`never throws, whatever bytes are changed, and never calls the changed whole (seed ${seed})`, async () => {
      const next = numbersOf(seed);
      const below = (limit: number): number => Math.floor(next() * limit);
      const { backend } = await filled();
      const whole = new Map(backend.stored);
      for (let round = 0; round < 150; round++) {
        backend.stored.clear();
        for (const [key, bytes] of whole) backend.stored.set(key, bytes.slice());
        const targets = [...whole.keys()].filter((key) => !key.startsWith('config') && !key.startsWith('keys'));
        const key = targets[below(targets.length)]!;
        const bytes = backend.stored.get(key)!;
        const how = below(4);
        if (how === 0) backend.stored.delete(key);
        else if (how === 1) backend.stored.set(key, bytes.subarray(0, below(bytes.length)));
        else if (how === 2) bytes[below(bytes.length)]! ^= 1 + below(255);
        else backend.stored.set(key, new Uint8Array(Buffer.concat([bytes, random.bytes(1 + below(50))])));
        const report = await checkRepository(await openOn(backend, password), { read: { kind: 'all' } });
        if (how !== 0 || !key.startsWith('snapshots')) expect(report.ok, `${key} ${how}`).toBe(false);
      }
    });
  }
});
