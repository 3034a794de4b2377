// A snapshot of which parts cannot be read any more, into a package: what is damaged is left out and named, whatever its size.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DamagedError, type TreeNode } from '../../repository/index.ts';
import { createFakeClock, createSeededRandom } from '../../testing/index.ts';
import { createMemoryFiles, type MemoryFiles } from '../../testing/memory-files.ts';
import { checkPackage } from '../check/check.ts';
import type { PlacedPackage } from '../place.ts';
import { placeSnapshot } from './place.ts';
import type { WalkedSnapshot } from './walk.ts';

const mebibyte = 1 << 20;
const time = { ns: 1_600_000_000_000_000_000n } as TreeNode['mtime'];

interface Shelf {
  repository: WalkedSnapshot['repository'];
  /** How often each chunk was read. */
  reads: Map<string, number>;
}

/** Files by path and the sizes of their chunks; `sound` says whether a chunk can be read now. */
function shelfOf(content: Record<string, number[]>, sound: (id: string, read: number) => boolean = () => true): Shelf {
  const sizes = new Map<string, number>();
  const reads = new Map<string, number>();
  const nodes = Object.entries(content).map(([name, chunks]): TreeNode => ({
    name, type: 'file', mode: 0o644, mtime: time, atime: time, ctime: time, uid: 0, gid: 0,
    content: chunks.map((size, i) => {
      sizes.set(`${name}/${i}`, size);
      return `${name}/${i}`;
    })
  }));
  return {
    reads,
    repository: {
      index: { plainLength: (_type, id) => sizes.get(String(id)) },
      loadTree: () => Promise.resolve(nodes),
      loadBlob: (_type, id) => {
        const read = (reads.get(id) ?? 0) + 1;
        reads.set(id, read);
        return sound(id, read) ? Promise.resolve(Buffer.alloc(sizes.get(id) as number, id)) : Promise.reject(new DamagedError(`blob ${id} is damaged`, '/repository'));
      }
    }
  };
}

const large = Array<number>(3).fill(3 * mebibyte);

function place(files: MemoryFiles, { repository }: Shelf, format: 'tar.gz' | 'zip' = 'tar.gz', phases: string[] = []): Promise<PlacedPackage> {
  const ports = { files, clock: createFakeClock(), random: createSeededRandom('damaged') };
  const request = { folder: '/stick', format, name: 'thesis', signal: new AbortController().signal };
  return placeSnapshot(ports, request, { repository, treeId: 't', paths: [], facts: { sourceDir: '/home/ana', generator: 'Varve 1' } }, { bytes: () => {}, file: () => {}, current: () => {}, phase: (name) => phases.push(name) });
}

const reason = (id: string): string => `it cannot be read from the snapshot: blob ${id} is damaged`;

describe('a snapshot with damaged files as a package', () => {
  it.each(['tar.gz', 'zip'] as const)('%s leaves out and names small and large ones alike, and holds the rest', async (format) => {
    const files = createMemoryFiles();
    const shelf = shelfOf({ 'a.bin': large, 'b.bin': large, 'c.txt': [5], 'd.txt': [6], 'e.bin': large, 'f.bin': large }, (id) => !['b.bin/2', 'c.txt/0', 'e.bin/1'].includes(id));
    const phases: string[] = [];
    const placed = await place(files, shelf, format, phases);
    expect(placed.skipped).toEqual([['b.bin', 'b.bin/2'], ['c.txt', 'c.txt/0'], ['e.bin', 'e.bin/1']].map(([path, id]) => ({ path: `files/${path}`, reason: reason(id as string) })));
    expect(placed.skippedCount).toBe(3);
    const { check, manifest } = await checkPackage({ files }, placed.path);
    expect(check).toMatchObject({ problems: [], kind: 'snapshot' });
    expect(manifest?.skipped).toEqual(placed.skipped);
    const sha256 = createHash('sha256');
    for (const i of [0, 1, 2]) sha256.update(Buffer.alloc(3 * mebibyte, `a.bin/${i}`));
    expect(JSON.parse(Buffer.from(files.bytesOf(placed.manifestPath)).toString())).toMatchObject({ files: [{ path: 'README.txt' }, { path: 'files/a.bin', size: 9 * mebibyte, sha256: sha256.digest('hex') }, { path: 'files/d.txt' }, { path: 'files/f.bin' }] });
    // Begun again once, not once for each.
    expect(phases.filter((name, i) => name !== phases[i - 1])).toEqual(['proving-large', 'writing-again', 'verifying']);
    expect(files.readdir('/stick').map(({ name }) => name).toSorted()).toEqual([placed.path, placed.manifestPath].map((path) => path.slice('/stick/'.length)));
  });

  it('reads each chunk of a sound one once', async () => {
    const shelf = shelfOf({ 'a.bin': large, 'b.txt': [5], 'c.bin': large });
    expect(await place(createMemoryFiles(), shelf)).toMatchObject({ skippedCount: 0 });
    expect([...shelf.reads.values()]).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('gives up where a disk damages more while it is read, and leaves nothing half made', async () => {
    const files = createMemoryFiles();
    // Sound whenever it is proven, damaged whenever it is packed.
    let proving = false;
    const shelf = shelfOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.bin`, large])), (id) => proving || !id.endsWith('/2'));
    const phases: string[] = [];
    const watched = { push: (name: string): number => { proving = name === 'proving-large'; return phases.push(name); } } as unknown as string[];
    await expect(place(files, shelf, 'tar.gz', watched)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
    expect(phases.filter((name) => name === 'writing-again')).toHaveLength(2);
    expect(files.readdir('/stick')).toEqual([]);
  });
});
