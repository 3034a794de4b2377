// What a search for names says: against a plain list of every snapshot's paths, and with caches and trees that are not as they should be.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeName } from '../../kit/names.ts';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import { HostileWriter, rawNode } from '../testing/hostile.ts';
import { makeRandomTree, Seeded } from '../testing/make-tree.ts';
import { save, saveCarrying } from '../testing/save-and-restore.ts';
import { taskHere } from '../testing/task-here.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';
import { compilePattern } from './pattern.ts';
import type { FindFacts, FindRequest } from './protocol.ts';
import { typeCodes } from './schema.ts';
import { findTask } from './task.ts';

interface Made {
  path: string;
  key: MasterKey;
}

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let here: Made;
let there: Made;
const database = (number = 0): string => join(folder.path, 'cache', `names-${number}.db`);

const repositoryAt = async (name: string): Promise<Made> => {
  const path = join(folder.path, name);
  mkdirSync(path);
  return { path, key: await makeRepository(context, path) };
};
beforeAll(async () => {
  context = realContext();
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  [here, there] = [await repositoryAt('here'), await repositoryAt('there')];
});
afterAll(async () => {
  await context.workers.close();
  folder.remove();
});
beforeEach(() => {
  for (const name of ['cache', 'source']) rmSync(join(folder.path, name), { recursive: true, force: true });
  mkdirSync(source);
});

interface Taken {
  in: Made;
  treeId: string;
}
/** `snapshots`: newest first. */
const find = (snapshots: readonly Taken[], pattern: string, more: Partial<FindRequest> = {}): Promise<FindFacts> => {
  const places = [...new Set(snapshots.map((one) => one.in))];
  const request: FindRequest = {
    places: places.map(({ path, key }, i) => ({ repositoryPath: path, masterKey: key, indexCache: join(folder.path, 'cache', `index-${i}`), databasePath: database(i) })),
    snapshots: snapshots.map((one) => ({ place: places.indexOf(one.in), treeId: one.treeId })),
    pattern, ignoreCase: false, type: undefined, limit: 100_000, holders: false,
    identity: lockIdentity(context.machine),
    ...more
  };
  return taskHere<FindFacts>(context, findTask, request);
};
const take = async (where: Made): Promise<Taken> => ({ in: where, treeId: (await save(context, where.path, where.key, [source])).file.tree });
const linesOf = ({ found }: FindFacts): string[] => found.map(({ path, type, size, newest, oldest, snapshots }) => [path, type, type === typeCodes.file ? size : 0, newest, oldest, snapshots].join(' ')).sort();

/** Page after page, each going on where the one before ended. */
async function inPages(snapshots: readonly Taken[], pattern: string, more: Partial<FindRequest>): Promise<FindFacts['found']> {
  const all: FindFacts['found'] = [];
  for (;;) {
    const last = all.at(-1);
    const { found, total } = await find(snapshots, pattern, { ...more, ...(last !== undefined && { after: last.path }) });
    all.push(...found);
    if (found.length === total) return all;
  }
}

/** Everything a snapshot of this moment holds, by path. */
function entriesNow(): Map<string, { type: number; size: number }> {
  const found = new Map<string, { type: number; size: number }>();
  for (let up = source; up !== '/'; up = join(up, '..')) found.set(up, { type: typeCodes.dir, size: 0 });
  const walk = (at: Buffer): void => {
    for (const entry of readdirSync(at, { withFileTypes: true, encoding: 'buffer' as never }) as unknown as { name: Buffer; isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }[]) {
      const path = Buffer.concat([at, Buffer.from('/'), entry.name]);
      const type = entry.isFile() ? typeCodes.file : entry.isDirectory() ? typeCodes.dir : entry.isSymbolicLink() ? typeCodes.symlink : 0;
      found.set(decodeName(path), { type, size: entry.isFile() ? readFileSync(path).length : 0 });
      if (entry.isDirectory()) walk(path);
    }
  };
  walk(Buffer.from(source));
  return found;
}

function expected(snapshots: readonly Map<string, { type: number; size: number }>[], pattern: string, ignoreCase: boolean, type: number | undefined): string[] {
  const { name, path: whole } = compilePattern(pattern, ignoreCase);
  const paths = new Set(snapshots.flatMap((entries) => [...entries.keys()]));
  const lines: string[] = [];
  for (const path of paths) {
    if (!name.test(path.slice(path.lastIndexOf('/') + 1)) || (whole !== undefined && !whole.test(path))) continue;
    const holding = snapshots.flatMap((entries, number) => ((entries.get(path) !== undefined && (type === undefined || entries.get(path)?.type === type)) ? [number] : []));
    const first = snapshots[holding[0] ?? 0]?.get(path);
    if (holding.length > 0 && first !== undefined) lines.push([path, first.type, first.size, holding[0], holding.at(-1), holding.length].join(' '));
  }
  return lines.sort();
}

const patterns = ['*', 'a', 'e', '*.txt', '[a-f]*', '?', '*[!a-z]', 'FILE', '**/x*/**', '/**/*e*', 'source/*', '\\*', '\u00e9', '-rf'];

describe('a search for names', () => {
  it('finds in two repositories what a look at every path of every snapshot finds', { timeout: 1_800_000 }, async () => {
    for (const seed of process.env['VARVE_LONG'] === '1' ? Array.from({ length: 30 }, (_, i) => `names ${i}`) : ['names 0']) {
      rmSync(source, { recursive: true, force: true });
      mkdirSync(source);
      rmSync(join(folder.path, 'cache'), { recursive: true, force: true });
      const random = new Seeded(seed);
      const [taken, kept]: [Taken[], ReturnType<typeof entriesNow>[]] = [[], []];
      for (let i = 0; i < 6; i++) {
        makeRandomTree(join(source, `part ${random.below(4)}.${i}`), `${seed} ${i}`, 40);
        const tops = readdirSync(source);
        if (i > 1) rmSync(join(source, random.pick(tops)), { recursive: true, force: true });
        writeFileSync(join(source, 'file.txt'), 'x'.repeat(i));
        if (i === 3) renameSync(join(source, 'file.txt'), join(source, 'x-file.txt'));
        kept.unshift(entriesNow());
        taken.unshift(await take(random.below(2) === 0 ? here : there));
      }
      // Numbers are those of the snapshots, so the newest ones first in both.
      let found = 0;
      for (const pattern of patterns) {
        for (const [ignoreCase, type] of [[false, undefined], [true, undefined], [false, 'file'], [true, 'dir']] as const) {
          const wanted = expected(kept, pattern, ignoreCase, type && typeCodes[type]);
          found += wanted.length;
          const facts = await find(taken, pattern, { ignoreCase, type, holders: true });
          expect(linesOf(facts), `${seed} ${pattern}`).toEqual(wanted);
          if (type === undefined && ['*', '/**/*e*'].includes(pattern)) expect(await inPages(taken, pattern, { ignoreCase, limit: 1 + Math.ceil(wanted.length / 3) }), `${seed} ${pattern}`).toEqual(facts.found);
          expect(facts).toMatchObject({ total: wanted.length, gapCount: 0 });
          const holding = kept.flatMap((entries, number) => (expected([entries], pattern, ignoreCase, type && typeCodes[type]).length > 0 ? [number] : []));
          expect(facts.holders, `${seed} ${pattern}`).toEqual(pattern.includes('/') ? null : holding);
        }
      }
      expect(found).toBeGreaterThan(500);
    }
  });

  it('reads each folder once ever, needs no repository for what it knows, and counts beyond what it shows', async () => {
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(join(source, name));
      for (let i = 0; i < 20; i++) writeFileSync(join(source, name, `${i}.txt`), `${i}`);
    }
    const first = await take(here);
    const whole = await find([first], '*.txt');
    expect(whole.foldersRead).toBe(3 + source.split('/').length);
    writeFileSync(join(source, 'b', '20.txt'), 'new');
    const second = await take(here);
    expect(await find([second, first], '*.txt')).toMatchObject({ total: 61, foldersRead: 1 + source.split('/').length });
    renameSync(here.path, `${here.path}-away`);
    try {
      const again = await find([second, first], '1?.txt', { limit: 5 });
      expect(again).toMatchObject({ total: 30, foldersRead: 0 });
      expect(again.found.map(({ path }) => path.replace(source, ''))).toEqual(['/a/10.txt', '/a/11.txt', '/a/12.txt', '/a/13.txt', '/a/14.txt']);
      expect((await find([first], '20.txt')).total).toBe(0);
    } finally {
      renameSync(`${here.path}-away`, here.path);
    }
  });

  it('does not show what Varve carries along', async () => {
    writeFileSync(join(source, 'checkpoint'), 'mine');
    const taken: Taken = { in: here, treeId: (await saveCarrying(context, here.path, here.key, [source], { checkpoint: 'C' })).file.tree };
    expect((await find([taken], 'checkpoint')).found.map(({ path }) => path)).toEqual([join(source, 'checkpoint')]);
    expect((await find([taken], '.varve')).total).toBe(0);
  });

  it.each([
    ['is no database', () => writeFileSync(database(), 'not a database at all, whatever its name says'.repeat(100))],
    ['was cut off', () => truncateSync(database(), 5000)],
    ['holds noise', () => {
      const bytes = readFileSync(database());
      new Seeded('noise').bytes(bytes.length - 4096).copy(bytes, 4096);
      writeFileSync(database(), bytes);
    }],
    ['was made by a newer version', () => withDatabase((db) => db.exec('INSERT INTO schema_migrations VALUES (99)'))],
    ['was made by something else', () => {
      rmSync(database());
      withDatabase((db) => db.exec('CREATE TABLE theirs (x)'));
    }],
    ['lacks a table', () => withDatabase((db) => db.exec('DROP TABLE entries'))]
  ])('makes a cache anew that %s', async (_, damage) => {
    for (let i = 0; i < 100; i++) writeFileSync(join(source, `${i}.txt`), 'x');
    const taken = await take(here);
    const before = await find([taken], '*.txt');
    for (const end of ['-wal', '-shm']) expect(existsSync(database() + end)).toBe(false);
    damage();
    const after = await find([taken], '*.txt');
    expect(linesOf(after)).toEqual(linesOf(before));
    expect(after.foldersRead).toBe(before.foldersRead);
    expect((await find([taken], '*.txt')).foldersRead).toBe(0);
  });

  it('names the folders that cannot be read, finds the rest, and tries again the next time', async () => {
    const writer = await HostileWriter.open(context, here.path, here.key);
    const file = rawNode('found.txt', 'file', { size: 1, content: [] });
    const lost = { nodes: [rawNode('later.txt', 'file', { size: 2, content: [] })] };
    const other = await HostileWriter.open(context, there.path, there.key);
    const lostId = await other.tree(lost.nodes);
    await other.finish();
    const treeId = await writer.tree([rawNode('lost', 'dir', { subtree: lostId }), rawNode('whole', 'dir', { subtree: await writer.tree([file]) })]);
    await writer.finish();
    const facts = await find([{ in: here, treeId }], '*.txt');
    expect(facts).toMatchObject({ total: 1, gapCount: 1, gaps: [{ path: '/lost', reason: expect.stringContaining('damaged: ') as string }] });
    const repaired = await HostileWriter.open(context, here.path, here.key);
    await repaired.tree(lost.nodes);
    await repaired.finish();
    expect(await find([{ in: here, treeId }], '*.txt')).toMatchObject({ total: 2, gapCount: 0, foldersRead: 1, found: [{ path: '/lost/later.txt' }, { path: '/whole/found.txt' }] });
    const nothing = await find([{ in: here, treeId: '3'.repeat(64) }], '*');
    expect(nothing).toMatchObject({ total: 0, gapCount: 1, gaps: [{ path: '/' }] });
    const twoLost = { in: here, treeId: await further() };
    expect(await find([twoLost], '*.txt', { limit: 1 })).toMatchObject({ total: 2, gapCount: 2, found: [{ path: '/a.txt' }] });
    expect(await find([twoLost], '*.txt', { limit: 1, after: '/b/a.txt' })).toMatchObject({ total: 0, gapCount: 1, gaps: [{ path: '/c' }] });

    async function further(): Promise<string> {
      const again = await HostileWriter.open(context, here.path, here.key);
      const id = await again.tree([rawNode('a.txt', 'file', { size: 1, content: [] }), rawNode('b', 'dir', { subtree: await again.tree([rawNode('a', 'dir', { subtree: '4'.repeat(64) }), rawNode('a.txt', 'file', { size: 1, content: [] })]) }), rawNode('c', 'dir', { subtree: '5'.repeat(64) })]);
      await again.finish();
      return id;
    }
  });

  it('goes on after a search that was cut off', async () => {
    for (let i = 0; i < 30; i++) {
      mkdirSync(join(source, `${i}`));
      writeFileSync(join(source, `${i}`, 'x.txt'), `${i}`);
    }
    const taken = await take(here);
    await find([taken], 'x.txt');
    withDatabase((db) => db.exec('UPDATE trees SET state = 1 WHERE state = 2; DELETE FROM entries WHERE tree IN (SELECT no FROM trees ORDER BY no DESC LIMIT 7); UPDATE trees SET state = 0 WHERE no IN (SELECT no FROM trees ORDER BY no DESC LIMIT 7)'));
    expect(await find([taken], 'x.txt')).toMatchObject({ total: 30, foldersRead: 7, gapCount: 0 });
    expect(await find([taken], 'x.txt')).toMatchObject({ total: 30, foldersRead: 0 });
  });
});

function withDatabase(work: (db: BetterSqlite3.Database) => void): void {
  const db = new BetterSqlite3(database());
  work(db);
  db.close();
}
