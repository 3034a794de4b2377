import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../backend/memory.ts';
import { StoppingBackend } from '../backend/stopping.ts';
import { checkRepository } from '../check.ts';
import { openKey } from '../keys.ts';
import { Repository } from '../repository.ts';
import { bytesOf, clock, createOn, random } from '../testing/index.ts';
import { addSnapshot, contentsOf, contentsOfFiles, type FileSet } from '../testing/snapshots.ts';
import { copySnapshots, type CopyFacts } from './copy.ts';

const password = 'pass';
const chunk = (text: string, times = 100): Buffer => Buffer.from(`${text} `.repeat(times));

async function openAgain(backend: MemoryBackend | StoppingBackend): Promise<Repository> {
  const { masterKey } = await openKey({ backend, password: bytesOf(password) });
  return Repository.open({ backend, masterKey, random, clock });
}

const files: FileSet[] = [
  new Map([['a', [chunk('one'), chunk('two')]], ['folder/b', [chunk('three')]]]),
  new Map([['a', [chunk('one'), chunk('changed')]], ['folder/b', [chunk('three')]], ['empty', []]]),
  new Map([['other/c', [chunk('four')]]])
];

async function makeSource(): Promise<{ backend: MemoryBackend; ids: string[] }> {
  const backend = new MemoryBackend('source');
  const repository = await createOn(backend, password);
  const ids: string[] = [];
  for (const [i, set] of files.entries()) ids.push(await addSnapshot(repository, set, { more: { tags: ['t'], parent: ids.at(-1) ?? 'ab'.repeat(32), time: { ns: BigInt(i + 1) * 1_000_000_000n, offset: 0 } } }));
  return { backend, ids };
}

async function copy(from: MemoryBackend, to: MemoryBackend | StoppingBackend, snapshots?: string[]): Promise<CopyFacts> {
  return copySnapshots(await openAgain(from), await openAgain(to), { snapshots, random, packBytes: 500 });
}

async function expectCopied(target: MemoryBackend, facts: CopyFacts, ids: readonly string[]): Promise<void> {
  const repository = await openAgain(target);
  expect((await checkRepository(repository, { read: { kind: 'all' } })).findings).toEqual([]);
  await repository.loadIndex();
  for (const { from, to } of facts.copied) {
    const set = files[ids.indexOf(from)] as FileSet;
    expect(await contentsOf(repository, to)).toEqual(contentsOfFiles(set));
    expect(await repository.loadSnapshot(to)).toMatchObject({ original: from, tags: ['t'], hostname: 'elsewhere' });
    expect((await repository.loadSnapshot(to)).parent).toBeUndefined();
  }
}

describe('copy', () => {
  it('brings snapshots over whole, with where they came from, and does nothing the second time', async () => {
    const { backend, ids } = await makeSource();
    const target = new MemoryBackend('target');
    await createOn(target, password);
    const facts = await copy(backend, target);
    expect(facts).toMatchObject({ present: 0, failed: [], samePieces: false });
    expect(facts.copied.map((each) => each.from)).toEqual(ids);
    await expectCopied(target, facts, ids);
    const before = [...target.stored.keys()];
    expect(await copy(backend, target)).toMatchObject({ copied: [], present: 3, blobs: { data: 0, tree: 0 } });
    expect([...target.stored.keys()]).toEqual(before);
  });

  it('copies what is asked for by the beginning of an id or as the latest, and only what the target lacks', async () => {
    const { backend, ids } = await makeSource();
    const target = new MemoryBackend('target');
    await createOn(target, password);
    expect((await copy(backend, target, [(ids[0] as string).slice(0, 20)])).copied.map((each) => each.from)).toEqual([ids[0]]);
    expect((await copy(backend, target, ['latest'])).copied.map((each) => each.from)).toEqual([ids[2]]);
    // Of the second only one chunk and the top folder are new.
    expect((await copy(backend, target, [ids[1] as string])).blobs).toEqual({ data: 1, tree: 1 });
    await expect(copy(backend, target, ['00000000'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(copy(backend, target, [''])).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    await expect(copy(backend, backend)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('leaves out a snapshot that is not whole and copies the others', async () => {
    const { backend, ids } = await makeSource();
    const source = await openAgain(backend);
    await source.loadIndex();
    const lost = (await source.loadTree((await source.loadSnapshot(ids[0] as string)).tree))[0]?.content?.[1] ?? '';
    const [place] = source.index.find('data', lost);
    const bytes = Buffer.from(backend.stored.get(`data/${place?.pack ?? ''}`) as Uint8Array);
    bytes[place?.offset ?? 0] = (bytes[place?.offset ?? 0] as number) ^ 1;
    backend.stored.set(`data/${place?.pack ?? ''}`, bytes);
    backend.stored.set(`snapshots/${'ab'.repeat(32)}`, Buffer.from('nothing'));
    const target = new MemoryBackend('target');
    await createOn(target, password);
    const facts = await copy(backend, target);
    expect(facts.copied.map((each) => each.from)).toEqual([ids[1], ids[2]]);
    expect(new Set(facts.failed.map((each) => each.snapshot))).toEqual(new Set(['ab'.repeat(32), ids[0]]));
    await expectCopied(target, facts, ids);
  });

  it('stopped at any write leaves the target whole, and goes on the next time', async () => {
    const { backend, ids } = await makeSource();
    for (let at = 1; ; at++) {
      const target = new MemoryBackend('target');
      await createOn(target, password);
      const stopping = new StoppingBackend(target, { at, how: 'dies', tookEffect: at % 2 === 0 });
      const ended = await copy(backend, stopping).then(() => true, () => false);
      expect((await checkRepository(await openAgain(target), { read: { kind: 'all' } })).errors).toBe(0);
      const facts = await copy(backend, target);
      expect(facts.copied.length + facts.present).toBe(3);
      const { findings } = await checkRepository(await openAgain(target), { read: { kind: 'all' } });
      expect(findings.filter((finding) => finding.code !== 'pack-unindexed')).toEqual([]);
      if (ended) break;
      expect(facts.copied.every((each) => ids.includes(each.from))).toBe(true);
    }
  });
});
