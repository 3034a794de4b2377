// The inside of a file through the real thread's task: out of two snapshots, or a snapshot and the folders as they are now.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveOutNothing } from '../../../../contract/snapshots.ts';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import { openDatabase } from '../../store/index.ts';
import { HostileWriter, rawNode } from '../testing/hostile.ts';
import { Seeded } from '../testing/make-tree.ts';
import { save } from '../testing/save-and-restore.ts';
import { taskHere } from '../testing/task-here.ts';
import { cachesOf, makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';
import { insideMigrations, readFound, readPicture, readRows, type InsideFound } from './keep.ts';
import { insideTask } from './task.ts';
import type { InsideRequest } from './protocol.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let repository: string;
let source: string;
let key: MasterKey;

beforeAll(async () => {
  context = realContext();
  folder = temporaryFolder();
  [repository, source] = [join(folder.path, 'repository'), join(folder.path, 'source')];
  mkdirSync(repository);
  mkdirSync(source);
  key = await makeRepository(context, repository);
});
afterAll(async () => {
  await context.workers.close();
  folder.remove();
});

const names = (name: string): string[] => [...source.split('/').slice(1), ...name.split('/')];
const tree = async (): Promise<string> => (await save(context, repository, key, [source])).file.tree;

async function look(from: string, to: string, name: string, more: Partial<InsideRequest> = {}, signal?: AbortSignal): Promise<InsideFound & { list: ReturnType<typeof readRows>['rows']; picture: ReturnType<typeof readPicture> }> {
  const place = mkdtempSync(join(tmpdir(), 'varve-inside-'));
  const databasePath = join(place, 'inside.partial');
  const side = (treeId: string) => ({ repositoryPath: repository, masterKey: key, indexCache: cachesOf(repository).index, treeId, names: names(name) });
  const request: InsideRequest = { from: side(from), to: to === 'live' ? { live: { paths: [source], excludes: [], leaveOut: leaveOutNothing, skip: [] }, names: names(name) } : side(to), as: undefined, databasePath, identity: lockIdentity(context.machine), ...more };
  try {
    const found = await taskHere<InsideFound>(context, insideTask, request, signal);
    const db = openDatabase({ path: databasePath, files: context.files, migrations: insideMigrations, kind: 'cache', readOnly: true });
    const result = { ...found, list: readRows(db, 0, 10_000).rows, picture: readPicture(db, 'after', 0) };
    expect(readFound(db)).toEqual(found);
    db.close();
    return result;
  } finally {
    // Nothing of what was made on the way is left.
    expect(readdirSync(place).filter((each) => !/^inside\.partial(-wal|-shm)?$/.test(each))).toEqual([]);
    rmSync(place, { recursive: true });
    // Nor is a lock.
    expect(readdirSync(join(repository, 'locks'))).toEqual([]);
  }
}

describe('the inside of a file', () => {
  it('is compared between two snapshots, and with the file as it is now', async () => {
    writeFileSync(join(source, 'draft.tex'), 'one\ntwo\nthree\n');
    const first = await tree();
    writeFileSync(join(source, 'draft.tex'), 'one\n2\nthree\n');
    const second = await tree();
    const between = await look(first, second, 'draft.tex');
    expect(between).toMatchObject({ same: false, facts: { kind: 'text', added: 1, removed: 1 }, sizes: { before: 14, after: 12 } });
    expect(between.list[2]).toMatchObject({ row: 'lines', before: { line: 2, text: 'two' }, after: { line: 2, text: '2' } });
    writeFileSync(join(source, 'draft.tex'), 'one\n2\nthree\nfour\n');
    expect(await look(second, 'live', 'draft.tex')).toMatchObject({ facts: { added: 1, removed: 0 } });
    expect(await look(second, second, 'draft.tex')).toMatchObject({ same: true, rows: 0 });
  });

  it('is pieced together from many blobs, wherever the difference lies', async () => {
    const random = new Seeded('inside large');
    const bytes = random.bytes(9_000_000);
    writeFileSync(join(source, 'large.bin'), bytes);
    const first = await tree();
    for (const at of [0, 4_500_000, 8_999_999]) bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(join(source, 'large.bin'), bytes);
    expect(await look(first, await tree(), 'large.bin')).toMatchObject({ facts: { kind: 'bytes', first: 0, differing: 3, ranges: 3 }, sizes: { before: 9_000_000 } });
  });

  it('of a database is read from copies, that of the folders while a program works with it', async () => {
    const db = new Sqlite(join(source, 'lab.db'));
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE runs (id INTEGER PRIMARY KEY, score); INSERT INTO runs VALUES (1, 10), (2, 20)');
    const first = await tree();
    db.exec('UPDATE runs SET score = 21 WHERE id = 2; INSERT INTO runs VALUES (3, 30)');
    expect(await look(first, 'live', 'lab.db')).toMatchObject({ facts: { kind: 'sqlite', added: 1, changed: 1 }, list: [{ key: '2', cells: [{ column: 'score', before: '20', after: '21' }] }, { change: 'added' }] });
    db.close();
    for (const end of ['', '-wal', '-shm']) rmSync(join(source, `lab.db${end}`), { force: true });
  });

  it('of pictures keeps both, to be shown side by side', async () => {
    const gif = (width: number): Buffer => Buffer.concat([Buffer.from('GIF89a'), Buffer.from([width, 0, 1, 0]), Buffer.alloc(30)]);
    writeFileSync(join(source, 'plot.gif'), gif(1));
    const first = await tree();
    writeFileSync(join(source, 'plot.gif'), gif(2));
    const found = await look(first, await tree(), 'plot.gif');
    expect(found.facts).toEqual({ kind: 'image', before: { format: 'GIF', width: 1, height: 1 }, after: { format: 'GIF', width: 2, height: 1 } });
    expect([Buffer.from(found.picture?.bytes ?? []), found.picture?.end]).toEqual([gif(2), true]);
  });

  it('is refused for what is not there or no file, follows no link, and stops when it is cancelled', async () => {
    mkdirSync(join(source, 'folder'));
    writeFileSync(join(folder.path, 'secret'), 'secret\n');
    writeFileSync(join(source, 'swapped'), 'mine\n');
    const first = await tree();
    await expect(look(first, first, 'nowhere/x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(look(first, first, 'folder')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    rmSync(join(source, 'swapped'));
    symlinkSync(join(folder.path, 'secret'), join(source, 'swapped'));
    await expect(look(first, 'live', 'swapped')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    symlinkSync(folder.path, join(source, 'out'));
    await expect(look(first, 'live', 'out/secret')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(join(source, 'draft.tex'), 'x\n');
    await expect(look(first, 'live', 'draft.tex', {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('of a snapshot that lies about sizes or has lost a blob is told as it is, or as damaged', async () => {
    const writer = await HostileWriter.open(context, repository, key);
    const content = [await writer.data(Buffer.from('a\n'))];
    const other = [await writer.data(Buffer.from('b\n'))];
    const inFolders = async (nodes: Record<string, unknown>[]): Promise<string> => {
      let id = await writer.tree(nodes);
      for (const name of source.split('/').slice(1).reverse()) id = await writer.tree([rawNode(name, 'dir', { subtree: id })]);
      return id;
    };
    const before = await inFolders([rawNode('lying', 'file', { content, size: 1_000_000_000_000 }), rawNode('lost', 'file', { content: ['3'.repeat(64)], size: 2 })]);
    const after = await inFolders([rawNode('lying', 'file', { content: other, size: 0 }), rawNode('lost', 'file', { content, size: 2 })]);
    await writer.finish();
    expect(await look(before, after, 'lying')).toMatchObject({ facts: { kind: 'text', added: 1, removed: 1 }, sizes: { before: 2, after: 2 } });
    await expect(look(before, after, 'lost')).rejects.toMatchObject({ code: expect.stringMatching(/NOT_FOUND|REPOSITORY_DAMAGED/) });
  });
});
