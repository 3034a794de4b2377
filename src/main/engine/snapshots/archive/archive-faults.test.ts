// A snapshot while the world changes under it: an index that cannot be written, an inode that gains a name, a person who cancels.
import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MasterKey } from '../../repository/index.ts';
import { restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';

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

it('saves no snapshot with a tree that no index names, when an index in between could not be written', async () => {
  writeFileSync(join(source, 'a'), 'hello');
  await save(context, repository, key, [source]);
  mkdirSync(join(source, 'new')); // from here only trees are new
  let aheadMs = 0;
  let failures = 0;
  const { files, clock } = context;
  const flaky: Context = {
    ...context,
    // The walk takes longer than the time after which an index is written in between.
    clock: { ...clock, monotonicMs: () => clock.monotonicMs() + aheadMs },
    files: {
      ...files,
      lstat: (path) => {
        aheadMs = 11 * 60_000;
        return files.lstat(path);
      },
      open: (path, flags, mode) => {
        if (path.includes('/index/') && flags === 'wx' && failures === 0) {
          failures += 1;
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        }
        return files.open(path, flags, mode);
      }
    }
  };
  const saved = await save(flaky, repository, key, [source]).catch(() => undefined);
  expect(failures).toBe(1);
  // Failing would be honest, too; what is saved must be whole.
  if (saved) expect((await restore(context, repository, key, { treeId: saved.file.tree, target: join(folder.path, 'out') })).skipped).toEqual([]);
  const again = await save(context, repository, key, [source]);
  expect((await restore(context, repository, key, { treeId: again.file.tree, target: join(folder.path, 'out2') })).skipped).toEqual([]);
});

it('ends when an inode gains a name between two of its names being listed', async () => {
  writeFileSync(join(source, 'a'), 'hello');
  for (const name of ['b', 'c']) linkSync(join(source, 'a'), join(source, name));
  const { files } = context;
  const saved = await save(
    {
      ...context,
      files: {
        ...files,
        lstat: (path) => {
          if (path === join(source, 'c')) linkSync(join(source, 'a'), join(folder.path, 'elsewhere'));
          return files.lstat(path);
        }
      }
    },
    repository,
    key,
    [source]
  );
  expect([saved.summary.totalFiles, saved.gapCount]).toEqual([3, 0]);
});

it('leaves no temporary file in the repository when it is cancelled while packs are stored', async () => {
  const piece = Buffer.from(context.random.bytes(1 << 20));
  for (let i = 0; i < 64; i++) {
    piece.writeUInt32LE(i, 0);
    writeFileSync(join(source, `f${i}`), Buffer.concat([piece, Buffer.from(context.random.bytes(64))]));
  }
  const abort = new AbortController();
  const watching = setInterval(() => {
    const packs = readdirSync(join(repository, 'data'), { recursive: true }).filter((name) => /[0-9a-f]{64}/.test(String(name)));
    if (packs.length > 0) abort.abort();
  }, 1);
  const outcome = await save(context, repository, key, [source], {}, abort.signal).then(
    () => 'saved',
    () => 'cancelled'
  );
  clearInterval(watching);
  expect(['saved', 'cancelled']).toContain(outcome);
  expect(readdirSync(join(repository, 'data'), { recursive: true }).filter((name) => String(name).includes('-tmp-'))).toEqual([]);
  expect(readdirSync(join(repository, 'locks'))).toEqual([]);
}, 60_000);
