// Restores that are spread over data threads: the same tree comes back, large files in pieces, and a stop or a fault leaves nothing half.
import { lstatSync, linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Files, WorkerContext, WorkerHandle } from '../../ports.ts';
import type { MasterKey } from '../../repository/index.ts';
import { compareTrees } from '../testing/compare-trees.ts';
import { Seeded, writeSparse } from '../testing/make-tree.ts';
import { restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';
import { restoreDataTask } from './data-task.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let repository: string;
let source: string;
let target: string;
let key: MasterKey;
let treeId: string;

beforeAll(() => {
  context = realContext(3);
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  [repository, source, target] = ['repository', 'source', 'target'].map((name) => join(folder.path, name)) as [string, string, string];
  mkdirSync(repository);
  key = await makeRepository(context, repository);
  const random = new Seeded('threads');
  for (let d = 0; d < 12; d++) {
    mkdirSync(join(source, `d${d}`), { recursive: true });
    for (let f = 0; f < 30; f++) writeFileSync(join(source, `d${d}`, `f${f}`), random.bytes(random.below(6000)));
  }
  writeFileSync(join(source, 'large'), random.bytes(20_000_000));
  writeSparse(join(source, 'holes'), 30_000_000, [{ at: 12_345_678, bytes: random.bytes(700_000) }]);
  linkSync(join(source, 'large'), join(source, 'd3', 'large again'));
  linkSync(join(source, 'd1', 'f1'), join(source, 'd2', 'one more'));
  symlinkSync('large', join(source, 'link'));
  treeId = (await save(context, repository, key, [source])).file.tree;
}, 60_000);
afterEach(() => folder.remove());

/** Data threads that are none: the same task on this thread, with these files. */
function inProcess(files: Files): Context {
  const spawn = (name: string, data: unknown): WorkerHandle => {
    if (name !== 'snapshots.restore-data') throw new Error(`not expected: ${name}`);
    const toTask = new Set<(message: unknown) => void>();
    const fromTask = new Set<(message: unknown) => void>();
    const onExit = new Set<(error: Error | undefined) => void>();
    const closing = new AbortController();
    const listen = (listeners: Set<(message: unknown) => void>) => (listener: (message: unknown) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    const deliver = (listeners: Set<(message: unknown) => void>) => (message: unknown) => {
      const copy: unknown = structuredClone(message);
      setImmediate(() => listeners.forEach((listener) => listener(copy)));
    };
    const volumes = { list: async () => [], kindOf: () => ({ fileSystem: 'ext4', network: false }) };
    const line: WorkerContext = { ...context, files, volumes, closing: closing.signal, post: deliver(fromTask), onMessage: listen(toTask) };
    const end = (error?: Error): void => setImmediate(() => onExit.forEach((listener) => listener(error))) as unknown as void;
    const ended = restoreDataTask(line, structuredClone(data)).then(() => end(), (error: Error) => end(error));
    return {
      post: deliver(toTask),
      onMessage: listen(fromTask),
      onExit: (listener) => {
        onExit.add(listener);
        return () => void onExit.delete(listener);
      },
      close: async () => {
        closing.abort();
        await ended;
      }
    };
  };
  return { ...context, files, workers: { ...context.workers, dataThreads: 2, spawn } };
}

function temporaries(): string[] {
  return readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.varve-restore-'));
}

/** Files of the target that are not exactly those of the source. */
function halfFiles(): string[] {
  const there = readdirSync(join(target, source), { recursive: true, encoding: 'utf8' }).filter((name) => lstatSync(join(target, source, name)).isFile());
  expect(there.length).toBeGreaterThan(0);
  return there.filter((name) => !readFileSync(join(target, source, name)).equals(readFileSync(join(source, name))));
}

it('brings everything back as it was, in several threads', async () => {
  const report = await restore(context, repository, key, { treeId, target });
  expect(report).toMatchObject({ files: 364, identical: 364, links: 1, skippedCount: 0 });
  expect(compareTrees(source, join(target, source))).toEqual([]);
  expect(lstatSync(join(target, source, 'd3', 'large again')).ino).toBe(lstatSync(join(target, source, 'large')).ino);
  expect(lstatSync(join(target, source, 'd2', 'one more')).ino).toBe(lstatSync(join(target, source, 'd1', 'f1')).ino);
  expect(lstatSync(join(target, source, 'holes')).blocks * 512).toBeLessThan(3_000_000);
});

it('brings back a large file whose pieces end in zeros that are no whole chunk', async () => {
  const bytes = Buffer.concat(Array.from({ length: 4 }, (_, i) => Buffer.concat([new Seeded(`tail ${i}`).bytes(8_000_000), Buffer.alloc(300_000)])));
  const tails = join(folder.path, 'tails');
  mkdirSync(tails);
  writeFileSync(join(tails, 'large'), bytes);
  const saved = await save(context, repository, key, [tails]);
  expect(await restore(context, repository, key, { treeId: saved.file.tree, target })).toMatchObject({ files: 1, identical: 1, skippedCount: 0 });
  expect(readFileSync(join(target, tails, 'large')).equals(bytes)).toBe(true);
});

it('does not read long holes back, but what somebody wrote into one', async ({ skip }) => {
  skip(process.platform !== 'linux', 'needs a system that tells of holes');
  const sparse = join(folder.path, 'sparse');
  mkdirSync(sparse);
  writeSparse(join(sparse, 'small'), 5_000_000, []);
  writeSparse(join(sparse, 'large'), 300_000_000, [{ at: 100_000_000, bytes: new Seeded('hole').bytes(3_000_000) }]);
  const saved = await save(context, repository, key, [sparse]);
  let read = 0;
  let spoilt = false;
  const files: Files = {
    ...context.files,
    read: (...all) => {
      const count = context.files.read(...all);
      if (readlinkSync(`/proc/self/fd/${all[0]}`).startsWith(target)) read += count;
      return count;
    },
    truncate: (fd, size) => {
      context.files.truncate(fd, size);
      if (size === 300_000_000 && !spoilt) context.files.write(fd, Buffer.from('x'), 0, 1, 200_000_000);
      spoilt ||= size === 300_000_000;
    }
  };
  expect(await restore({ ...context, files, workers: { ...context.workers, dataThreads: 1 } }, repository, key, { treeId: saved.file.tree, target })).toMatchObject({ files: 2, identical: 2, skippedCount: 0 });
  expect(spoilt).toBe(true);
  expect(read).toBeLessThan(15_000_000);
  for (const name of ['small', 'large']) expect(readFileSync(join(target, sparse, name)).equals(readFileSync(join(sparse, name))), name).toBe(true);
  expect(lstatSync(join(target, sparse, 'large')).blocks * 512).toBeLessThan(8_000_000);
});

it('finds everything identical the second time, and replaces what was changed since', async () => {
  await restore(context, repository, key, { treeId, target });
  expect(await restore(context, repository, key, { treeId, target, conflict: 'replace' })).toMatchObject({ files: 364, replaced: 0, bytes: 0 });
  for (let d = 0; d < 12; d++) for (let f = 2; f < 30; f++) writeFileSync(join(target, source, `d${d}`, `f${f}`), 'changed');
  writeFileSync(join(target, source, 'holes'), 'changed');
  expect(await restore(context, repository, key, { treeId, target, conflict: 'replace' })).toMatchObject({ files: 364, replaced: 337, skippedCount: 0 });
  expect(compareTrees(source, join(target, source))).toEqual([]);
});

it('that is cancelled in the middle ends soon, with whole files only and no temporary', async () => {
  const cancel = new AbortController();
  let renames = 0;
  const files: Files = {
    ...context.files,
    renameNew: (from, to) => {
      context.files.renameNew(from, to);
      if (to.startsWith(target) && ++renames === 100) cancel.abort();
    }
  };
  await expect(restore(inProcess(files), repository, key, { treeId, target }, cancel.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(renames).toBeLessThan(110);
  expect(temporaries()).toEqual([]);
  expect(halfFiles()).toEqual([]);
});

it('on a disk that fills up ends with NO_SPACE and leaves no temporary', async () => {
  let written = 0;
  const files: Files = {
    ...context.files,
    write: (...all) => {
      written += all[3];
      if (written > 5_000_000) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      context.files.write(...all);
    }
  };
  await expect(restore(inProcess(files), repository, key, { treeId, target })).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(temporaries()).toEqual([]);
});

it('names a large file one piece of which the disk did not keep, with its other name, and brings back the rest', async () => {
  const files: Files = {
    ...context.files,
    write: (fd, buffer, offset, length, position) => {
      const wrong = position !== null && position <= 15_000_000 && position + length > 15_000_000 && length > 400_000;
      const bytes = wrong ? Buffer.from(buffer.subarray(offset, offset + length)) : buffer.subarray(offset, offset + length);
      if (wrong) bytes[15_000_000 - (position as number)] = (bytes[15_000_000 - (position as number)] as number) ^ 1;
      context.files.write(fd, bytes, 0, length, position);
    }
  };
  const report = await restore(inProcess(files), repository, key, { treeId, target });
  expect(report.skipped.map(({ reason }) => reason)).toEqual(['read back different from what was written', 'read back different from what was written']);
  expect(report.skipped.map(({ path }) => path.slice(source.length)).sort()).toEqual(['/d3/large again', '/large']);
  expect(report.files).toBe(362);
  expect(temporaries()).toEqual([]);
});

it('ends with the error of a thread that dies, and leaves no temporary', async () => {
  let opens = 0;
  const files: Files = {
    ...context.files,
    open: (...all) => {
      if (all[0].startsWith(target) && ++opens === 50) throw new TypeError('a fault of ours');
      return context.files.open(...all);
    }
  };
  const workers = inProcess(files).workers;
  await expect(restore({ ...context, workers }, repository, key, { treeId, target })).rejects.toThrow('a fault of ours');
  expect(temporaries()).toEqual([]);
});
