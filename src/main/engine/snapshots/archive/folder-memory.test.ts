// What the last snapshot saw may only save time: with it and without it a snapshot is the same, whatever happened in between.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../ports.ts';
import type { MasterKey } from '../../repository/index.ts';
import { compareTrees } from '../testing/compare-trees.ts';
import { makeNastyTree, makeRandomTree, Seeded } from '../testing/make-tree.ts';
import { restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let repository: string;
let memory: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  repository = join(folder.path, 'repository');
  memory = join(folder.path, 'memory');
  mkdirSync(source);
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

/** Two plans with the same folder: one remembers what it saw, the other reads the trees of its last snapshot. */
const remembering = (using: Context = context): ReturnType<typeof save> => save(using, repository, key, [source], { memoryPath: memory });
const reading = (using: Context = context): ReturnType<typeof save> => save(using, repository, key, [source], { planId: '01932b6e-0000-7000-8000-000000000002', memoryPath: join(folder.path, 'nobody', 'writes', '\0here') });

/** The folder's own tree: those above it hold what tests do beside it. */
async function treeOfSource(saved: Awaited<ReturnType<typeof save>>): Promise<string[]> {
  const target = join(folder.path, `out-${saved.snapshotId.slice(0, 12)}`);
  await restore(context, repository, key, { treeId: saved.file.tree, target });
  const found = compareTrees(source, join(target, source));
  rmSync(target, { recursive: true, force: true });
  return found;
}

/** Everything below, plain files and folders apart; names of any bytes. */
function below(top: string, found = { files: [] as string[], folders: [] as string[] }): typeof found {
  found.folders.push(top);
  for (const { name, type } of context.files.readdir(top)) {
    if (type === 'dir') below(join(top, name), found);
    else if (type === 'file') found.files.push(join(top, name));
  }
  return found;
}

function write(path: string, content: Uint8Array): void {
  const { files } = context;
  const fd = files.open(path, 'w', 0o644);
  files.write(fd, content, 0, content.length, 0);
  files.close(fd);
}

function editAtRandom(random: Seeded, round: number): void {
  const { files } = context;
  for (let i = random.below(4); i >= 0; i--) {
    const found = below(source);
    const place = random.pick(found.folders);
    const file = found.files.length === 0 ? undefined : random.pick(found.files);
    const kind = random.below(10);
    if (kind === 0 || file === undefined) write(join(place, `new-${round}-${i}`), random.bytes(random.below(5000)));
    else if (kind === 1) write(file, random.bytes(17));
    else if (kind === 2) {
      // The same size and the same times as before: only ctime tells.
      const before = files.lstat(file);
      write(file, random.bytes(before?.size ?? 0));
      files.utimes(file, before?.atimeNs ?? 0n, before?.mtimeNs ?? 0n);
    } else if (kind === 3) files.unlink(file);
    else if (kind === 4) files.rename(file, join(place, `moved-${round}-${i}`));
    else if (kind === 5) files.chmod(file, 0o600 + random.below(0o100));
    else if (kind === 6) files.mkdirs(join(place, `folder-${round}-${i}`, 'within'));
    else if (kind === 7) files.symlink(random.pick(['a', 'b']), join(place, `link-${round}-${i}`));
    else if (place === source) continue;
    else if (kind === 8) files.rename(place, join(source, `away-${round}-${i}`));
    else if (random.below(3) === 0) files.removeTree(place);
    else files.chmod(place, 0o700 + random.below(0o50));
  }
}

describe('what the last snapshot saw', () => {
  const rounds = process.env['VARVE_LONG'] === '1' ? 40 : 4;
  it.each([1, 2])('changes no snapshot, whatever happens in between (seed %i)', async (seed) => {
    const random = new Seeded(`memory ${seed}`);
    makeRandomTree(source, seed, 60);
    for (let round = 0; round < rounds; round++) {
      const mine = await remembering();
      const other = await reading();
      const { treeBlobs: _a, dataBlobs: _b, dataAdded: _c, dataAddedPacked: _d, ...counts } = mine.summary;
      expect(other.summary).toMatchObject({ totalFiles: counts.totalFiles, totalBytes: counts.totalBytes });
      // Everything was stored by the first: the second adds what lies above the folder at most.
      expect(other.summary.treeBlobs).toBeLessThanOrEqual(source.split(sep).filter(Boolean).length);
      if (round > 0) expect(other.summary).toMatchObject({ filesNew: counts.filesNew, filesChanged: counts.filesChanged, filesUnmodified: counts.filesUnmodified, dirsNew: counts.dirsNew });
      expect(await treeOfSource(mine)).toEqual([]);
      editAtRandom(random, round);
    }
    expect(existsSync(memory)).toBe(true);
  });

  it('keeps a nasty tree as it is', async () => {
    makeNastyTree(source, 7);
    await remembering();
    const second = await remembering();
    expect(second.summary).toMatchObject({ filesNew: 0, filesChanged: 0 });
    expect(await treeOfSource(second)).toEqual([]);
  });

  it('spares the trees of the parent: a folder in which nothing happened is only listed', async () => {
    for (let i = 0; i < 40; i++) {
      mkdirSync(join(source, `f${i}`, 'g'), { recursive: true });
      writeFileSync(join(source, `f${i}`, 'g', 'file'), String(i));
    }
    const counted = async (take: typeof remembering): Promise<number> => {
      let opened = 0;
      const files: Files = { ...context.files, open: (path, ...rest) => (path.startsWith(join(repository, 'data')) && (opened += 1), context.files.open(path, ...rest)) };
      await take({ ...context, files });
      return opened;
    };
    await remembering();
    await reading();
    expect((await counted(reading)) - (await counted(remembering))).toBeGreaterThanOrEqual(80);
    // One change: the trees above it are read, and no other.
    appendFileSync(join(source, 'f7', 'g', 'file'), 'more');
    const first = await counted(remembering);
    expect(await treeOfSource(await remembering())).toEqual([]);
    expect(first).toBeLessThan(30);
  });

  it.each([
    ['a flipped bit', (bytes: Buffer) => ((bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1), bytes)],
    ['a file cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
    ['an empty file', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('{"format":"other"}\n')]
  ])('is not used when it is damaged: %s', async (_name, damage) => {
    makeRandomTree(source, 5, 30);
    await remembering();
    writeFileSync(memory, damage(readFileSync(memory)));
    writeFileSync(join(source, 'new'), 'new');
    expect(await treeOfSource(await remembering())).toEqual([]);
  });

  it('is not used once an index file is gone: what it names may be gone, too', async () => {
    writeFileSync(join(source, 'kept'), 'content');
    await remembering();
    for (const name of readdirSync(join(repository, 'index'))) rmSync(join(repository, 'index', name));
    const next = await remembering();
    expect(next.summary).toMatchObject({ filesNew: 1, dataBlobs: 1 });
    expect(await treeOfSource(next)).toEqual([]);
  });

  it('is given up when a tree it stands for cannot be read: the files are read again', async () => {
    mkdirSync(join(source, 'a', 'b'), { recursive: true });
    writeFileSync(join(source, 'a', 'beside'), 'beside');
    writeFileSync(join(source, 'a', 'b', 'file'), 'one');
    await remembering();
    writeFileSync(join(source, 'a', 'b', 'file'), 'another');
    const said: string[] = [];
    let failing = false;
    const files: Files = {
      ...context.files,
      lstat: (path) => {
        failing ||= path.endsWith('/b/file');
        return context.files.lstat(path);
      },
      open: (path, flags, ...rest) => {
        if (failing && flags === 'r' && path.startsWith(join(repository, 'data'))) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        return context.files.open(path, flags, ...rest);
      }
    };
    const saved = await remembering({ ...context, files, logger: { ...context.logger, warn: (message: string) => void said.push(message) } });
    expect(said).toContain('a snapshot is begun again');
    expect(await treeOfSource(saved)).toEqual([]);
  });

  it('never speaks for a folder with a gap', async () => {
    mkdirSync(join(source, 'a'));
    writeFileSync(join(source, 'a', 'locked'), 'x');
    writeFileSync(join(source, 'a', 'open'), 'x');
    const files: Files = {
      ...context.files,
      lstat: (path) => {
        if (path.endsWith('/locked')) throw Object.assign(new Error('no'), { code: 'EIO' });
        return context.files.lstat(path);
      }
    };
    for (let i = 0; i < 2; i++) expect((await remembering({ ...context, files })).gaps).toEqual([{ path: join(source, 'a', 'locked'), reason: 'EIO' }]);
    expect(await treeOfSource(await remembering())).toEqual([]);
  });

  it('is not written where it cannot be: the snapshot stands all the same', async () => {
    writeFileSync(join(source, 'file'), 'x');
    const files: Files = {
      ...context.files,
      mkdirs: (path, mode) => {
        if (path === folder.path) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        context.files.mkdirs(path, mode);
      }
    };
    const saved = await remembering({ ...context, files });
    expect(existsSync(memory)).toBe(false);
    expect(await treeOfSource(saved)).toEqual([]);
  });
});
