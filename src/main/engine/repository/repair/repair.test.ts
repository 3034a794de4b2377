import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../backend/memory.ts';
import { StoppingBackend } from '../backend/stopping.ts';
import { checkRepository } from '../check.ts';
import { openKey } from '../keys.ts';
import { Repository } from '../repository.ts';
import { bytesOf, clock, createOn, random } from '../testing/index.ts';
import { addSnapshot, contentsOf, contentsOfFiles, type FileSet } from '../testing/snapshots.ts';
import { repairIndex } from './index-repair.ts';
import { repairPacks } from './pack-repair.ts';
import { repairSnapshots } from './snapshot-repair.ts';
import type { RepairFacts } from './steps.ts';

const password = 'pass';
const chunk = (text: string): Buffer => Buffer.from(`${text} `.repeat(60));
const files: FileSet[] = [
  new Map([['a', [chunk('one'), chunk('two')]], ['folder/b', [chunk('three')]], ['folder/c', [chunk('four')]]]),
  new Map([['a', [chunk('one'), chunk('two')]], ['folder/b', [chunk('three')]], ['later', [chunk('five')]]])
];
const quiet = { dryRun: false, random, signal: undefined, onProgress: () => undefined, packBytes: 400 };

type Any = MemoryBackend | StoppingBackend;
async function openAgain(backend: Any): Promise<Repository> {
  const { masterKey } = await openKey({ backend, password: bytesOf(password) });
  return Repository.open({ backend, masterKey, random, clock });
}

async function make(packBytes = 400): Promise<{ backend: MemoryBackend; ids: string[] }> {
  const backend = new MemoryBackend();
  const repository = await createOn(backend, password);
  const ids: string[] = [];
  for (const set of files) ids.push(await addSnapshot(repository, set, { packBytes }));
  return { backend, ids };
}

const index = async (backend: Any, dryRun = false): Promise<RepairFacts> => repairIndex(await openAgain(backend), { ...quiet, dryRun });
const packs = async (backend: Any, dryRun = false): Promise<RepairFacts> => repairPacks(await openAgain(backend), { ...quiet, dryRun });
const snapshots = async (backend: Any, dryRun = false, forget = false): Promise<RepairFacts> => repairSnapshots(await openAgain(backend), { ...quiet, dryRun, forget });
const stepsOf = ({ steps }: RepairFacts): string[] => [...new Set(steps.map((each) => each.step))].sort();
const findings = async (backend: Any) => (await checkRepository(await openAgain(backend), { read: { kind: 'all' } })).findings;
const names = (backend: MemoryBackend, kind: string): string[] => [...backend.stored.keys()].filter((name) => name.startsWith(`${kind}/`));

/** The pack that holds a chunk of the first snapshot. */
async function packOf(backend: MemoryBackend, content: Buffer): Promise<{ name: string; offset: number }> {
  const { sha256Hex } = await import('../format/ids.ts');
  const repository = await openAgain(backend);
  await repository.loadIndex();
  const [place] = repository.index.find('data', sha256Hex(content));
  return { name: `data/${place?.pack ?? ''}`, offset: place?.offset ?? 0 };
}

function flip(backend: MemoryBackend, name: string, at: number): void {
  const bytes = Buffer.from(backend.stored.get(name) as Uint8Array);
  bytes[at] = (bytes[at] as number) ^ 1;
  backend.stored.set(name, bytes);
}

describe('repair index', () => {
  it('finds nothing to do in a whole repository', async () => {
    const { backend } = await make();
    const before = [...backend.stored.keys()];
    expect(await index(backend)).toMatchObject({ count: 0, gaps: false });
    expect([...backend.stored.keys()]).toEqual(before);
  });

  const damages: [string, (backend: MemoryBackend) => void][] = [
    ['an index file is gone', (backend) => void backend.stored.delete(names(backend, 'index')[0] as string)],
    ['all index files are gone', (backend) => names(backend, 'index').forEach((name) => backend.stored.delete(name))],
    ['an index file is cut off', (backend) => void backend.stored.set(names(backend, 'index')[0] as string, (backend.stored.get(names(backend, 'index')[0] as string) as Uint8Array).slice(0, 50))],
    [
      'an index file has another name',
      (backend) => {
        const name = names(backend, 'index')[0] as string;
        backend.stored.set(`index/${'ab'.repeat(32)}`, backend.stored.get(name) as Uint8Array);
        backend.stored.delete(name);
      }
    ]
  ];
  for (const [what, damage] of damages) {
    it(`loses nothing when ${what}`, async () => {
      const { backend, ids } = await make();
      damage(backend);
      expect((await findings(backend)).length).toBeGreaterThan(0);
      const said = await index(backend, true);
      const done = await index(backend);
      expect({ ...done, dryRun: true }).toEqual(said);
      expect(await findings(backend)).toEqual([]);
      const repository = await openAgain(backend);
      await repository.loadIndex();
      for (const [i, id] of ids.entries()) expect(await contentsOf(repository, id)).toEqual(contentsOfFiles(files[i] as FileSet));
    });
  }

  it('merges what is described twice, settles contradictions by the pack itself, forgets what is not there', async () => {
    const { backend } = await make();
    const repository = await openAgain(backend);
    await repository.loadIndex();
    const [first, second] = [...repository.index.packs()] as [string, string];
    await repository.writeIndex([{ id: first, blobs: repository.index.blobsOf(first) }]);
    await repository.writeIndex([{ id: second, blobs: repository.index.blobsOf(second).map((blob) => ({ ...blob, uncompressedLength: blob.uncompressedLength + 1 })) }]);
    const third = 'cd'.repeat(32);
    await repository.writeIndex([{ id: third, blobs: [{ id: 'ef'.repeat(32), type: 'data', offset: 0, length: 40, uncompressedLength: 0 }] }]);
    expect(stepsOf(await index(backend))).toEqual(['index-replaced', 'pack-described', 'pack-forgotten']);
    expect(await findings(backend)).toEqual([]);
  });

  it('forgets nothing while not one pack is there', async () => {
    const { backend } = await make();
    for (const name of names(backend, 'data')) backend.stored.delete(name);
    await expect(index(backend)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });
});

describe('repair packs and snapshots', () => {
  it('saves what is whole in a damaged pack and names what is lost, then what is left of the snapshots', async () => {
    const { backend, ids } = await make();
    const { name, offset } = await packOf(backend, chunk('two'));
    flip(backend, name, offset);
    expect(stepsOf(await index(backend))).toEqual([]);
    const said = await packs(backend, true);
    const done = await packs(backend);
    expect({ ...done, dryRun: true }).toEqual(said);
    expect(done.steps).toMatchObject([{ step: 'pack-saved', id: name.slice(5), lost: 1 }]);
    expect(backend.stored.has(name)).toBe(false);
    // Both snapshots need the chunk.
    expect(new Set((await findings(backend)).map((each) => each.code))).toEqual(new Set(['blob-missing']));
    const before = [...backend.stored.keys()];
    expect((await snapshots(backend, true)).steps).toMatchObject(ids.map((id) => ({ step: 'snapshot-repaired', id, lost: 1 })));
    expect([...backend.stored.keys()]).toEqual(before);
    const repaired = await snapshots(backend, false, true);
    expect(repaired.gaps).toBe(true);
    expect(await findings(backend)).toEqual([]);
    const repository = await openAgain(backend);
    await repository.loadIndex();
    for (const { id, to } of repaired.steps) {
      const file = await repository.loadSnapshot(to ?? '');
      expect(file).toMatchObject({ original: id, tags: ['repaired', 'varve-incomplete'] });
      const left = contentsOfFiles(new Map([...(files[ids.indexOf(id)] as FileSet), ['a', [chunk('one')]]]));
      expect(await contentsOf(repository, to ?? '')).toEqual(left);
      expect((await repository.loadTree(file.tree)).find((node) => node.name === 'a')?.size).toBe(chunk('one').length);
    }
  });

  for (const length of [0, 1, 31, 0xffff_ffff]) {
    it(`loses nothing when a pack says that its header has ${length} bytes`, async () => {
      const { backend } = await make();
      const { name } = await packOf(backend, chunk('three'));
      const bytes = Buffer.from(backend.stored.get(name) as Uint8Array);
      bytes.writeUInt32LE(length, bytes.length - 4);
      backend.stored.set(name, bytes);
      await index(backend);
      expect(await packs(backend)).toMatchObject({ gaps: false, steps: [{ step: 'pack-saved', lost: 0 }] });
      expect(await findings(backend)).toEqual([]);
      expect(await snapshots(backend)).toMatchObject({ count: 0 });
    });
  }

  it('loses nothing when a pack ends a byte too early', async () => {
    const { backend } = await make();
    const { name } = await packOf(backend, chunk('three'));
    backend.stored.set(name, (backend.stored.get(name) as Uint8Array).slice(0, -1));
    expect(stepsOf(await index(backend))).toEqual(['pack-unreadable']);
    expect(await packs(backend)).toMatchObject({ steps: [{ step: 'pack-saved', lost: 0 }] });
    expect(await findings(backend)).toEqual([]);
  });

  it('keeps the old snapshots unless they are to be forgotten, and puts empty folders in the place of lost ones', async () => {
    const { backend, ids } = await make(50);
    const repository = await openAgain(backend);
    await repository.loadIndex();
    const tree = (await repository.loadTree((await repository.loadSnapshot(ids[0] as string)).tree)).find((node) => node.name === 'folder')?.subtree ?? '';
    for (const place of repository.index.find('tree', tree)) backend.stored.delete(`data/${place.pack}`);
    await index(backend);
    await snapshots(backend);
    const kept = (await repository.loadSnapshots()).snapshots.map((each) => each.id);
    for (const id of ids) expect(kept).toContain(id);
    await snapshots(backend, false, true);
    expect(await findings(backend)).toEqual([]);
    expect(names(backend, 'snapshots')).not.toContain(`snapshots/${ids[0] as string}`);
    // What the first run had saved was not saved again.
    expect(names(backend, 'snapshots')).toHaveLength(2);
  });

  it('names a snapshot of which nothing can be read, and removes it only when asked', async () => {
    const { backend, ids } = await make();
    const repository = await openAgain(backend);
    await repository.loadIndex();
    const lost = ids[0] as string;
    for (const place of repository.index.find('tree', (await repository.loadSnapshot(lost)).tree)) backend.stored.delete(`data/${place.pack}`);
    await index(backend);
    const said = await snapshots(backend);
    expect(said.steps.filter((each) => each.step === 'snapshot-lost').map((each) => each.id)).toContain(lost);
    expect(names(backend, 'snapshots')).toContain(`snapshots/${lost}`);
    await snapshots(backend, false, true);
    expect(names(backend, 'snapshots')).not.toContain(`snapshots/${lost}`);
    expect(await findings(backend)).toEqual([]);
  });

  it('stopped at any change makes nothing worse, and goes on the next time', async () => {
    for (let at = 1; ; at++) {
      const { backend } = await make();
      const { name, offset } = await packOf(backend, chunk('two'));
      flip(backend, name, offset);
      backend.stored.delete(names(backend, 'index')[1] as string);
      const stopping = new StoppingBackend(backend, { at, how: at % 3 === 0 ? 'fails' : 'dies', tookEffect: at % 2 === 0 });
      const repairAll = async (on: Any): Promise<void> => {
        await index(on);
        await packs(on);
        await snapshots(on, false, true);
      };
      const ended = await repairAll(stopping).then(() => true, () => false);
      await repairAll(backend);
      expect((await findings(backend)).filter((finding) => finding.severity === 'error')).toEqual([]);
      const repository = await openAgain(backend);
      await repository.loadIndex();
      const { snapshots: left } = await repository.loadSnapshots();
      expect(left).toHaveLength(2);
      for (const { id } of left) expect((await contentsOf(repository, id)).size).toBe(3);
      if (ended) break;
    }
  });
});
