// A gentle snapshot: one thread that reads, of the lowest priority, beside a process that keeps its own.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MasterKey } from '../../repository/index.ts';
import { Seeded } from '../testing/make-tree.ts';
import { save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let repository: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext(2);
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  repository = join(folder.path, 'repository');
  mkdirSync(source);
  mkdirSync(repository);
  key = await makeRepository(context, repository);
  const random = new Seeded('gentle');
  for (let i = 0; i < 20; i++) writeFileSync(join(source, `file-${i}`), random.bytes(3_000_000));
});
afterEach(() => folder.remove());

/** Threads of this process by their niceness. */
const niceThreads = (): number => readdirSync('/proc/self/task').filter((id) => {
  try {
    return Number(readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]) === 19;
  } catch {
    return false; // it has ended
  }
}).length;

const mostNice = async (gentle: boolean): Promise<{ nice: number; threads: number }> => {
  let [nice, threads] = [0, 0];
  const workers = { ...context.workers, spawn: (...all: Parameters<Context['workers']['spawn']>) => ((threads += 1), context.workers.spawn(...all)) };
  const looking = setInterval(() => (nice = Math.max(nice, niceThreads())), 5);
  try {
    expect((await save({ ...context, workers }, repository, key, [source], { gentle })).summary.totalFiles).toBe(20);
  } finally {
    clearInterval(looking);
  }
  return { nice, threads };
};

it.skipIf(process.platform !== 'linux')('reads with one thread that lets others go first; any other snapshot does not', async () => {
  expect(await mostNice(true)).toEqual({ nice: 1, threads: 1 });
  writeFileSync(join(source, 'file-0'), new Seeded('other').bytes(3_000_000));
  expect((await mostNice(false)).nice).toBe(0);
});
