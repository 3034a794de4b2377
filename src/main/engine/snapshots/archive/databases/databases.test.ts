// Databases that programs are writing to: what a restore brings back is whole, and what did not change is not read.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../../ports.ts';
import type { MasterKey } from '../../../repository/index.ts';
import { Seeded } from '../../testing/make-tree.ts';
import { restore, save } from '../../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../../testing/workshop.ts';
import type { SaveOutcome } from '../protocol.ts';

const long = process.env['VARVE_LONG'] === '1';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let repository: string;
let copies: string;
let key: MasterKey;
const writers: ChildProcess[] = [];

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  source = join(folder.path, 'source');
  repository = join(folder.path, 'repository');
  copies = join(folder.path, 'aside', 'copies');
  mkdirSync(source);
  mkdirSync(repository);
  mkdirSync(join(folder.path, 'aside'));
  key = await makeRepository(context, repository);
});
afterEach(async () => {
  for (const writer of writers.splice(0)) {
    writer.kill('SIGKILL');
    if (writer.exitCode === null && writer.signalCode === null) await new Promise((resolve) => writer.once('exit', resolve));
  }
  folder.remove();
});

const take = (from: Context = context): Promise<SaveOutcome> => save(from, repository, key, [source], { databaseFolder: copies });

/** The restored source of a snapshot. */
const broughtBack = async (saved: SaveOutcome): Promise<string> => {
  const target = join(folder.path, `restored-${saved.snapshotId.slice(0, 8)}`);
  expect((await restore(context, repository, key, { treeId: saved.file.tree, target })).skipped).toEqual([]);
  return join(target, source);
};

/** How many commits the database holds, each with its number and a large text; fails when it is not whole or not a prefix of them. */
const commitsIn = (path: string): number => {
  const db = new Sqlite(path, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  const { count, most } = db.prepare('SELECT count(*) AS count, coalesce(max(n), 0) AS most FROM commits').get() as { count: number; most: number };
  expect(count).toBe(most);
  db.close();
  return count;
};

const ready = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.stdout?.once('data', () => resolve()));

/** Commits without end, from another process; ready after the first hundred. */
const writer = async (path: string, mode: string): Promise<void> => {
  const script = `
    import Sqlite from ${JSON.stringify(import.meta.resolve('better-sqlite3'))};
    const db = new Sqlite(${JSON.stringify(path)}, { timeout: 20000 });
    db.pragma('journal_mode = ${mode}');
    db.exec('CREATE TABLE IF NOT EXISTS commits (n INTEGER PRIMARY KEY, text BLOB)');
    const add = db.prepare('INSERT INTO commits (n, text) VALUES ((SELECT coalesce(max(n), 0) + 1 FROM commits), randomblob(3000))');
    const round = () => { for (let i = 0; i < 10; i++) add.run(); setTimeout(round, 2); };
    for (let i = 0; i < 100; i++) add.run();
    console.log('ready');
    round();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  writers.push(child);
  await ready(child);
};

/** Counts what is opened below the source, in this thread. */
const watching = (): { context: Context; opened: string[]; spawned: string[] } => {
  const opened: string[] = [];
  const spawned: string[] = [];
  const files: Files = { ...context.files, open: (path, ...rest) => (path.startsWith(source) && opened.push(path), context.files.open(path, ...rest)) };
  const workers = { ...context.workers, spawn: (...all: Parameters<Context['workers']['spawn']>) => (spawned.push(all[0]), context.workers.spawn(...all)) };
  return { context: { ...context, files, workers }, opened, spawned };
};

describe('a database that is being written to', () => {
  it.each(['wal', 'delete'])('is whole in every snapshot and holds a prefix of the commits (%s)', { timeout: 300_000 }, async (mode) => {
    await writer(join(source, 'live.db'), mode);
    writeFileSync(join(source, 'beside.txt'), 'x');
    let before = 0;
    for (let round = 0; round < (long ? 12 : 2); round++) {
      const saved = await take();
      expect(saved).toMatchObject({ gapCount: 0, databases: { copied: 1, rawCount: 0 } });
      const back = await broughtBack(saved);
      expect(readdirSync(back).sort()).toEqual(['beside.txt', 'live.db']);
      const count = commitsIn(join(back, 'live.db'));
      expect(count).toBeGreaterThan(before);
      before = count;
      if (mode === 'wal') expect(saved.databases.sideFiles).toBe(2);
    }
    expect(existsSync(copies)).toBe(false);
  });

  it.each(['wal', 'delete'])('is whole when it is larger than what is read at once (%s)', { timeout: 300_000 }, async (mode) => {
    const rows = long ? 40_000 : 4_000;
    const path = join(source, 'large.db');
    const db = new Sqlite(path);
    db.pragma(`journal_mode = ${mode}`);
    db.exec('CREATE TABLE commits (n INTEGER PRIMARY KEY, text BLOB)');
    db.exec(`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${rows}) INSERT INTO commits SELECT n, randomblob(3000) FROM c`);
    db.close();
    await writer(path, mode);
    const saved = await take();
    expect(saved.databases).toMatchObject({ copied: 1, rawCount: 0 });
    expect(commitsIn(join(await broughtBack(saved), 'large.db'))).toBeGreaterThanOrEqual(rows + 100);
  });
});

describe('a database nobody writes to', () => {
  const make = (name: string, mode = 'delete'): Sqlite.Database => {
    const db = new Sqlite(join(source, name));
    db.pragma(`journal_mode = ${mode}`);
    db.exec('CREATE TABLE commits (n INTEGER PRIMARY KEY, text BLOB)');
    for (let n = 1; n <= 5; n++) db.prepare('INSERT INTO commits VALUES (?, randomblob(900))').run(n);
    return db;
  };
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));

  it('is not read again, with commits that are only in its -wal as well; a commit later it is', async () => {
    make('closed.db').close();
    const open = make('open.db', 'wal');
    await settle();
    const first = await take();
    expect(first.databases).toMatchObject({ copied: 2, sideFiles: 2 });
    const { context: counting, opened, spawned } = watching();
    const second = await take(counting);
    expect(second).toMatchObject({ summary: { filesUnmodified: 2, filesNew: 0, filesChanged: 0, dataBlobs: 0 }, databases: { copied: 2, sideFiles: 2 } });
    // Only the look whether what something lies beside is a database.
    expect(opened).toEqual([join(source, 'open.db')]);
    expect(spawned.filter((name) => name === 'snapshots.data').length).toBeLessThanOrEqual(1); // for what is carried along
    open.prepare('INSERT INTO commits VALUES (6, NULL)').run();
    const third = await take();
    expect(third.summary).toMatchObject({ filesChanged: 1, filesUnmodified: 1 });
    expect(commitsIn(join(await broughtBack(third), 'open.db'))).toBe(6);
    open.close();
  });

  it('loses nothing of the files beside it, and gets none, when its program was killed', async () => {
    const path = join(source, 'left.db');
    const script = `import Sqlite from ${JSON.stringify(import.meta.resolve('better-sqlite3'))};
      const db = new Sqlite(${JSON.stringify(path)}); db.pragma('journal_mode = WAL'); db.exec('CREATE TABLE commits (n INTEGER PRIMARY KEY, text)');
      for (let n = 1; n <= 7; n++) db.prepare('INSERT INTO commits VALUES (?, ?)').run(n, 'x'); process.kill(process.pid, 'SIGKILL');`;
    expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })).toThrow(/Command failed/);
    execFileSync('rm', [`${path}-shm`]);
    const before = readdirSync(source);
    const saved = await take();
    expect(readdirSync(source)).toEqual(before);
    expect(saved.databases).toMatchObject({ copied: 1, sideFiles: 1 });
    expect(commitsIn(join(await broughtBack(saved), 'left.db'))).toBe(7);
  });

  it('comes back byte for byte when nobody works with it, open or not', async () => {
    make('plain.db').close();
    make('wal.db', 'wal').close();
    const open = make('open.db');
    await settle();
    const before = ['plain.db', 'wal.db', 'open.db'].map((name) => readFileSync(join(source, name)));
    const saved = await take();
    expect(saved.databases).toMatchObject({ copied: 3, rawCount: 0 });
    const back = await broughtBack(saved);
    expect(['plain.db', 'wal.db', 'open.db'].map((name) => readFileSync(join(back, name)).equals(before.shift() as Buffer))).toEqual([true, true, true]);
    open.close();
  });

  it('gets no files beside it from being saved, whatever its mode', async () => {
    make('plain.db').close();
    make('wal.db', 'wal').close();
    const before = readdirSync(source);
    expect(await take()).toMatchObject({ databases: { copied: 2, sideFiles: 0, rawCount: 0 } });
    expect(readdirSync(source)).toEqual(before);
  });

  it('is copied as of its last commit while a program has it locked alone', async () => {
    const db = make('locked.db');
    db.exec('BEGIN EXCLUSIVE; INSERT INTO commits VALUES (6, NULL)');
    await settle();
    const saved = await take();
    expect(saved.databases).toMatchObject({ copied: 1, rawCount: 0 });
    expect(commitsIn(join(await broughtBack(saved), 'locked.db'))).toBe(5);
    db.exec('COMMIT');
    db.close();
  });
});

describe('what only looks like a database', () => {
  it('is kept as it is, with what lies beside it, and named', async () => {
    const broken = Buffer.concat([Buffer.from('SQLite format 3\0'), new Seeded('broken').bytes(4096 - 16)]);
    writeFileSync(join(source, 'broken.db'), broken);
    writeFileSync(join(source, 'broken.db-wal'), 'left behind');
    writeFileSync(join(source, 'other.db-journal'), 'no database beside it');
    const saved = await take();
    expect(saved).toMatchObject({ gapCount: 0, databases: { copied: 0, sideFiles: 0, rawCount: 1, raw: [{ path: join(source, 'broken.db'), reason: 'it is damaged, encrypted or no database of SQLite' }] } });
    const back = await broughtBack(saved);
    expect(readFileSync(join(back, 'broken.db'))).toEqual(broken);
    expect([readFileSync(join(back, 'broken.db-wal'), 'utf8'), readFileSync(join(back, 'other.db-journal'), 'utf8')]).toEqual(['left behind', 'no database beside it']);
  });

  it('does not keep what lies beside an excluded database from being saved', async () => {
    new Sqlite(join(source, 'a.db')).exec('CREATE TABLE t (x)').close();
    writeFileSync(join(source, 'a.db-wal'), 'w');
    const saved = await save(context, repository, key, [source], { databaseFolder: copies, excludes: ['a.db'] });
    expect(readdirSync(await broughtBack(saved))).toEqual(['a.db-wal']);
  });
});
