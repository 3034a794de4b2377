// What no tree can hold is a gap with its name, and the rest of the snapshot is kept.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../ports.ts';
import { encodeTree, type MasterKey, sha256Hex, TreeTooLargeError, treeLimits, type TreeNode } from '../../repository/index.ts';
import { Seeded, writeSparse } from '../testing/make-tree.ts';
import { restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';
import { createScanner } from './chunks.ts';
import { leaveOutNothing } from '../../../../contract/snapshots.ts';
import { LeavesOut } from './leave-out/leave-out.ts';
import { FolderSaver, type FolderSaverDeps } from './folder-saver.ts';
import { fileChunkLimit, piecesOf } from './large-file.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let repository: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  repository = join(folder.path, 'repository');
  mkdirSync(source);
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

const polynomial = '3da3358b4dc173';
const sizes = { minBytes: 512 * 1024, maxBytes: 8 * 1024 * 1024, bits: 20 };

describe('a folder of more entries than a tree may have', () => {
  it('is kept empty, named, and none of its files is looked at', async () => {
    mkdirSync(join(source, 'huge'));
    writeFileSync(join(source, 'kept'), 'kept');
    let looks = 0;
    const files: Files = {
      ...context.files,
      readdir: (path) => (path.endsWith('/huge') ? new Array(treeLimits.nodes + 1).fill({ name: 'x', type: 'file' }) : context.files.readdir(path)),
      lstat: (path) => {
        if (path.endsWith('/huge/x')) looks += 1;
        return context.files.lstat(path);
      }
    };
    const saved = await save({ ...context, files }, repository, key, [source]);
    expect(saved).toMatchObject({ gaps: [{ path: join(source, 'huge'), reason: 'E2BIG' }], gapCount: 1, summary: { totalFiles: 1 } });
    expect(saved.file.tags).toContain('varve-incomplete');
    expect(looks).toBe(0);
    const target = join(folder.path, 'out');
    await restore(context, repository, key, { treeId: saved.file.tree, target });
    expect(context.files.readdir(join(target, source)).map(({ name }) => name).sort()).toEqual(['huge', 'kept']);
  });

  it('or of more bytes is kept empty and named as well, with what lies beside and above it', async () => {
    mkdirSync(join(source, 'a', 'huge', 'below'), { recursive: true });
    for (const name of ['1', '2', '3']) writeFileSync(join(source, 'a', 'huge', name), '');
    writeFileSync(join(source, 'a', 'kept'), '');
    const trees = new Map<string, readonly TreeNode[]>();
    const limits = { ...treeLimits, nodes: 3 };
    const saveTree = (nodes: readonly TreeNode[]): string => {
      const id = sha256Hex(encodeTree(nodes, limits));
      trees.set(id, nodes);
      return id;
    };
    const saver = new FolderSaver(savingOnly({ saveTree }));
    let at = await saver.save({ path: source, whole: true, children: new Map() }, undefined);
    expect(saver.tally.gaps).toEqual([{ path: join(source, 'a', 'huge'), reason: 'E2BIG' }]);
    expect(trees.get(at)?.map(({ name }) => name)).toEqual(['a']);
    at = trees.get(at)?.[0]?.subtree as string;
    expect(trees.get(at)?.map(({ name }) => name)).toEqual(['huge', 'kept']);
    at = trees.get(at)?.[0]?.subtree as string;
    expect(trees.get(at)).toEqual([]);
  });

  it('fails the snapshot as before when the tree failed for another reason', async () => {
    const saver = new FolderSaver(
      savingOnly({
        saveTree: () => {
          throw new RangeError('another reason');
        }
      })
    );
    await expect(saver.save({ path: source, whole: true, children: new Map() }, undefined)).rejects.toThrow(/another reason/);
    expect(new TreeTooLargeError('x')).toBeInstanceOf(RangeError);
  });
});

/** For folders of empty files: nothing is read. */
function savingOnly(more: Pick<FolderSaverDeps, 'saveTree'>): FolderSaverDeps {
  return {
    files: context.files,
    clock: context.clock,
    data: { idle: async () => undefined } as unknown as FolderSaverDeps['data'],
    leavesOut: new LeavesOut(context.files, [], leaveOutNothing),
    scanner: () => createScanner(polynomial, sizes),
    sizes,
    signal: new AbortController().signal,
    skip: new Set(),
    hasData: () => false,
    loadBefore: async () => undefined,
    saveBytes: async () => [],
    treesSettled: async () => undefined,
    zeroChunk: '',
    onProgress: () => undefined,
    ...more
  };
}

describe('a file of more chunks than its list may have', () => {
  it('is named without being read, when it is all hole', async () => {
    writeFileSync(join(source, 'kept'), 'kept');
    try {
      writeSparse(join(source, 'hole'), 6 * 2 ** 40, []);
    } catch (error) {
      console.log('skipped: "is named without being read": no file of 6 TiB can be made here:', String(error));
      return;
    }
    let hole: number | undefined;
    let reads = 0;
    const files: Files = {
      ...context.files,
      open: (path, ...rest) => {
        const fd = context.files.open(path, ...rest);
        if (path.endsWith('/hole')) hole = fd;
        return fd;
      },
      close: (fd) => {
        if (fd === hole) hole = undefined;
        context.files.close(fd);
      },
      read: (fd, ...rest) => {
        if (fd === hole) reads += 1;
        return context.files.read(fd, ...rest);
      }
    };
    const saved = await save({ ...context, files }, repository, key, [source]);
    expect(saved).toMatchObject({ gaps: [{ path: join(source, 'hole'), reason: 'EFBIG' }], gapCount: 1, summary: { totalFiles: 1, dataBlobs: 1 } });
    expect(saved.file.tags).toContain('varve-incomplete');
    expect(reads).toBe(0);
  });

  const cut = (path: string, mostChunks: number | undefined): { chunks: number; reads: number; error: unknown } => {
    let reads = 0;
    let chunks = 0;
    const files: Files = { ...context.files, read: (...all) => ((reads += 1), context.files.read(...all)) };
    const fd = files.open(path, 'rn');
    try {
      for (const piece of piecesOf(files, fd, createScanner(polynomial, sizes), sizes, mostChunks)) chunks += piece.kind === 'zeros' ? piece.chunks : piece.lengths.length;
      return { chunks, reads, error: undefined };
    } catch (error) {
      return { chunks, reads, error };
    } finally {
      files.close(fd);
    }
  };

  it.each([
    ['data only (seed 41)', 20 * 2 ** 20, [0, 20 * 2 ** 20]],
    ['islands in holes (seed 42)', 60 * 2 ** 20, [3_333_333, 1_500_000, 30_000_000, 77, 45 * 2 ** 20, 4096]],
    ['a hole first and last (seed 43)', 64 * 2 ** 20, [32 * 2 ** 20, 700_000]],
    ['hole only', 64 * 2 ** 20 + 5, []]
  ] as const)('is refused from one chunk too many on, and taken with as many as may be: %s', (name, size, data) => {
    const path = join(source, 'file');
    const random = new Seeded(name);
    writeSparse(path, size, Array.from({ length: data.length / 2 }, (_, i) => ({ at: data[2 * i] as number, bytes: random.bytes(data[2 * i + 1] as number) })));
    const { chunks, error } = cut(path, undefined);
    expect(error).toBeUndefined();
    expect(cut(path, chunks)).toMatchObject({ chunks, error: undefined });
    for (const fewer of [chunks - 1, chunks >> 1, 0]) expect(cut(path, fewer).error).toMatchObject({ code: 'EFBIG' });
    // its size alone says so
    expect(cut(path, 1).reads).toBe(0);
  });

  it("has a list that takes no more than half of its folder's tree", () => {
    expect(fileChunkLimit * 67).toBeLessThanOrEqual(treeLimits.bytes / 2);
  });
});
