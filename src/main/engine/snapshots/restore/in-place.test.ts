// Restores in place under random trees, edits and policies: what the preview shows is what happens, and undoing brings back exactly what was there.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leaveOutNothing, type Conflict, type RestoreChange } from '../../../../contract/snapshots.ts';
import { createLocalBackend, Repository, type MasterKey } from '../../repository/index.ts';
import { compareTrees } from '../testing/compare-trees.ts';
import { HostileWriter, rawNode } from '../testing/hostile.ts';
import { makeRandomTree, Seeded } from '../testing/make-tree.ts';
import { preview, restore, restoreInPlace, save, undoRestore, type InPlace } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';
import { namesOfPlace } from './place.ts';
import { readChanges } from './rows.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let repository: string;
let source: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  repository = join(folder.path, 'repository');
  source = join(folder.path, 'source');
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

function copied(name: string): string {
  const copy = join(folder.path, name);
  execFileSync('cp', ['-a', source, copy]);
  return copy;
}

/** Every path below, the deepest last, as Varve names it. */
function pathsBelow(top: string): string[] {
  return context.files.readdir(top).flatMap(({ name, type }) => [join(top, name), ...(type === 'dir' ? pathsBelow(join(top, name)) : [])]);
}

/** What a person and their programs do to a folder in a while. */
function edit(random: Seeded): void {
  const { files } = context;
  for (let i = 0; i < 30; i++) {
    const all = pathsBelow(source);
    const path = random.pick(all);
    const stat = files.lstat(path);
    if (stat === undefined) continue;
    const kind = random.below(9);
    const put = (at: string): void => {
      const fd = files.open(at, 'w', 0o644);
      const bytes = random.bytes(random.below(4000));
      files.write(fd, bytes, 0, bytes.length, 0);
      files.close(fd);
    };
    if (kind === 0) files.removeTree(path);
    else if (kind <= 2 && stat.type === 'file') {
      files.unlink(path); // a new file, as programs save them: other names of the old one keep what they have
      put(path);
      const seconds = BigInt(random.below(2)) * 4_000_000_000n * 1_000_000_000n;
      if (random.below(2) === 0) files.utimes(path, seconds, seconds);
    } else if (kind === 3 && stat.type !== 'symlink') files.chmod(path, stat.type === 'dir' ? 0o700 + random.below(0o100) : random.below(0o1000));
    else if (kind === 4 && stat.type === 'dir') put(join(path, `extra${i}`));
    else if (kind === 5 && stat.type === 'dir') {
      files.mkdirs(join(path, `more${i}`, 'deep'));
      put(join(path, `more${i}`, 'deep', 'a.keep'));
      put(join(path, `more${i}`, 'b'));
    } else if (kind === 6 && stat.type === 'file') files.utimes(path, 1n, BigInt(random.below(1_000_000_000)) * 1_000_000_000n);
    else if (kind === 7 && stat.type !== 'dir') {
      files.unlink(path);
      files.symlink('somewhere else', path);
    } else if (kind === 8 && stat.type === 'dir') files.symlink('/etc', join(path, `link${i}`));
  }
}

/** How many random trees. */
const seeds = process.env['VARVE_LONG'] === '1' ? 100 : 5;

describe.each(Array.from({ length: seeds }, (_, seed) => seed))('in place, seed %i', (seed) => {
  it('does what the preview shows, and undoing it brings back what was there', async () => {
    const random = new Seeded(`in place ${seed}`);
    makeRandomTree(source, `in place ${seed}`);
    const original = copied('original');
    const saved = await save(context, repository, key, [source], { excludes: ['*.keep'] });
    edit(random);
    const before = copied('before');
    const policies: Conflict[] = ['keep', 'replace', 'newer', 'both'];
    const conflict = random.pick(policies);
    const folders = pathsBelow(original).filter((path) => context.files.lstat(path)?.type === 'dir');
    const chosen = random.below(3) === 0 && folders.length > 0 ? random.pick(folders) : original;
    const there = pathsBelow(chosen).filter((path) => context.files.lstat(path)?.type === 'file');
    const choices = Array.from({ length: there.length === 0 ? 0 : 4 }, () => random.pick(there)).map((path) => ({ path: source + path.slice(original.length), conflict: random.pick(policies) }));
    const unique = [...new Map(choices.map((one) => [one.path, one])).values()];
    const wanted = {
      treeId: saved.file.tree,
      conflict,
      choices: unique,
      ...(chosen !== original && { include: [source + chosen.slice(original.length)] }),
      ...(random.below(2) === 0 && { deleteExtra: { roots: [namesOfPlace(source, 'linux')], excludes: ['*.keep'], leaveOut: leaveOutNothing } })
    };
    const rowsFile = join(folder.path, 'preview.db');
    const shown = await preview(context, repository, key, { ...wanted, target: '/', inPlace: [source], previewFile: rowsFile });
    expect(compareTrees(before, source)).toEqual([]);
    const { changes } = readChanges(context.files, rowsFile, { offset: 0, limit: 100_000 });

    const { report, done } = await restoreInPlace(context, repository, key, { ...wanted, token: shown.token, paths: [source], file: join(folder.path, 'undo.db') });
    expect(report).toMatchObject({ kept: changes.filter(({ action }) => action === 'kept').length, deleted: shown.deletedEntries, metadata: shown.metadataChanges });
    expect(report.skippedCount).toBe(shown.refused.length);
    expectAsShown(changes, original, before);

    const undone = await undoRestore(context, repository, key, [source], done);
    expect(undone.skipped).toEqual([]);
    expect(compareTrees(before, source)).toEqual([]);
  }, 60_000);
});

/** Every entry is what its row says, and whatever has no row is as it was. */
function expectAsShown(changes: readonly RestoreChange[], original: string, before: string): void {
  const { files } = context;
  const rows = new Map(changes.map((change) => [change.path, change]));
  const facts = (path: string): string => {
    const stat = files.lstat(path);
    if (stat === undefined) return 'nothing';
    if (stat.type === 'dir') return 'dir';
    return stat.type === 'symlink' ? `link ${files.readlink(path)}` : `${stat.type} ${stat.type === 'file' ? Buffer.from(files.readFile(path, 1e9)).toString('base64') : ''}`;
  };
  const beside = new Set(changes.filter(({ into }) => into !== null).map(({ path, into }) => join(dirname(path), into as string)));
  const everywhere = new Set([original, before, source].flatMap((top) => pathsBelow(top).map((path) => path.slice(top.length))));
  const wrong: string[] = [];
  for (const path of everywhere) {
    const row = rows.get(source + path);
    const now = facts(source + path);
    const [then, last] = [facts(original + path), facts(before + path)];
    if (beside.has(source + path)) continue;
    const expected = row === undefined || row.action === 'kept' || row.action === 'refused' || row.action === 'both' ? last : row.action === 'deleted' ? 'nothing' : then;
    if (now !== expected) wrong.push(`${path}: ${row?.action ?? 'no row'}`);
    if (row?.action === 'both' && facts(join(dirname(source + path), row.into as string)) !== then) wrong.push(`${path}: not beside`);
    if (row?.action === 'new' && last !== 'nothing') wrong.push(`${path}: was not new`);
    if (row?.action === 'replaced' && last === then) wrong.push(`${path}: replaced by the same`);
    if (row?.action === 'deleted' && then !== 'nothing') wrong.push(`${path}: was no extra`);
  }
  expect(wrong).toEqual([]);
}

describe('a restore in place', () => {
  const names = ['one', 'two', 'three', 'four'];
  let treeId: string;
  const undoFile = (): string => join(folder.path, 'undo.db');
  const content = (name: string): string => readFileSync(join(source, name), 'utf8');
  const temporaries = (): string[] => readdirSync(source).filter((name) => name.startsWith('.varve-restore-'));

  beforeEach(async () => {
    mkdirSync(source);
    for (const name of names) writeFileSync(join(source, name), `${name} as saved`);
    treeId = (await save(context, repository, key, [source])).file.tree;
    for (const name of names.slice(0, 3)) writeFileSync(join(source, name), `${name} as edited`);
    rmSync(join(source, 'four'));
    writeFileSync(join(source, 'mine'), 'not in the snapshot');
  });

  it('keeps and names what was changed after it, and brings back all else', async () => {
    const { report, done } = await restoreInPlace(context, repository, key, { treeId, conflict: 'replace', paths: [source], file: undoFile(), deleteExtra: { roots: [namesOfPlace(source, 'linux')], excludes: [], leaveOut: leaveOutNothing } });
    expect(report).toMatchObject({ replaced: 3, deleted: 1, files: 4, identical: 4 });
    writeFileSync(join(source, 'one'), 'written after the restore');
    writeFileSync(join(source, 'four'), 'this one, too');
    const undone = await undoRestore(context, repository, key, [source], done);
    expect(undone.skipped.map(({ path, reason }) => `${basename(path)} ${reason}`).sort()).toEqual(['four was changed after the restore, and is kept as it is', 'one was changed after the restore, and is kept as it is']);
    expect(['one', 'two', 'three', 'four', 'mine'].map(content)).toEqual(['written after the restore', 'two as edited', 'three as edited', 'this one, too', 'not in the snapshot']);
  });

  it('that replaced one of two names of a file is undone to one file of two names, unless the other was changed since', async () => {
    for (const name of ['one', 'two']) {
      rmSync(join(source, name));
      linkSync(join(source, 'mine'), join(source, name));
    }
    linkSync(join(source, 'three'), join(source, 'beside three'));
    const before = copied('before');
    const { report, done } = await restoreInPlace(context, repository, key, { treeId, conflict: 'replace', include: ['one', 'two', 'three'].map((name) => join(source, name)), paths: [source], file: undoFile() });
    expect(report).toMatchObject({ replaced: 3 });
    rmSync(join(source, 'beside three'));
    writeFileSync(join(source, 'beside three'), 'three as edited');
    expect(await undoRestore(context, repository, key, [source], done)).toMatchObject({ skipped: [], files: 3, identical: 3 });
    const number = (name: string): bigint => lstatSync(join(source, name), { bigint: true }).ino;
    expect([number('one'), number('two')]).toEqual([number('mine'), number('mine')]);
    expect(number('three')).not.toBe(number('beside three'));
    expect(names.slice(0, 3).map(content)).toEqual(['not in the snapshot', 'not in the snapshot', 'three as edited']);
    expect(compareTrees(join(before, 'one'), join(source, 'one'))).toEqual([]);
  });

  it('touches nothing when what it needs is damaged, and names the newest snapshot that has it whole', async () => {
    const sound = await save(context, repository, key, [source]);
    writeFileSync(join(source, 'one'), 'one, the third time');
    const third = await save(context, repository, key, [source], {});
    const newest = readdirSync(join(repository, 'data'), { recursive: true, encoding: 'utf8' }).map((name) => join(repository, 'data', name)).filter((path) => lstatSync(path).isFile()).sort((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs);
    const opened = await Repository.open({ backend: createLocalBackend({ files: context.files, random: context.random, path: repository }), masterKey: key, random: context.random, clock: context.clock });
    await opened.loadIndex();
    let tree = await opened.loadTree(third.file.tree);
    for (const name of namesOfPlace(source, 'linux')) tree = await opened.loadTree(tree.find((node) => node.name === name)?.subtree as string);
    const blob = opened.index.find('data', tree.find(({ name }) => name === 'one')?.content?.[0] as string)[0];
    const pack = newest.find((path) => path.endsWith(blob?.pack as string)) as string;
    const bytes = readFileSync(pack);
    bytes[(blob?.offset as number) + 20] = (bytes[(blob?.offset as number) + 20] as number) ^ 1;
    chmodSync(pack, 0o600);
    writeFileSync(pack, bytes);
    for (const name of ['one', 'two', 'three']) writeFileSync(join(source, name), `${name} now`);
    const before = copied('before');
    const others = [
      { snapshotId: 'b'.repeat(64), treeId: sound.file.tree, at: '2026-11-21T00:00:00.000Z' },
      { snapshotId: 'a'.repeat(64), treeId, at: '2026-11-20T00:00:00.000Z' }
    ];
    await expect(restoreInPlace(context, repository, key, { treeId: third.file.tree, conflict: 'replace', paths: [source], file: undoFile(), others })).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED', data: { files: [join(source, 'one')], count: 1, sound: 'bbbbbbbb' } });
    expect(compareTrees(before, source)).toEqual([]);
  });

  it('keeps what it touches also where the repository’s only copy of it is damaged', async () => {
    rmSync(source, { recursive: true });
    mkdirSync(source);
    writeFileSync(join(source, 'chapter'), 'first draft');
    const first = await save(context, repository, key, [source]);
    const packs = (): string[] => readdirSync(join(repository, 'data'), { recursive: true, encoding: 'utf8' }).map((name) => join(repository, 'data', name)).filter((path) => lstatSync(path).isFile());
    const before = new Set(packs());
    writeFileSync(join(source, 'chapter'), new Seeded('second draft').bytes(40_000));
    mkdirSync(join(source, 'figures'));
    writeFileSync(join(source, 'figures', 'plot'), new Seeded('plot').bytes(3_000_000));
    await save(context, repository, key, [source]);
    const lived = copied('lived');
    // Every pack of the newest snapshot is spoilt; what it says is only in the folder now.
    for (const pack of packs().filter((path) => !before.has(path))) {
      const bytes = readFileSync(pack);
      for (let at = 0; at < bytes.length - 200; at += 500) bytes[at] = (bytes[at] as number) ^ 1;
      chmodSync(pack, 0o600);
      writeFileSync(pack, bytes);
    }
    const { report, done } = await restoreInPlace(context, repository, key, { treeId: first.file.tree, paths: [source], file: join(folder.path, 'undo'), conflict: 'replace', deleteExtra: { roots: [namesOfPlace(source, process.platform as 'linux')], excludes: [], leaveOut: leaveOutNothing } });
    expect(report).toMatchObject({ skippedCount: 0, replaced: 1 });
    expect(readdirSync(source)).toEqual(['chapter']);
    expect(readFileSync(join(source, 'chapter'), 'utf8')).toBe('first draft');
    expect(await undoRestore(context, repository, key, [source], done)).toMatchObject({ skipped: [] });
    expect(compareTrees(lived, source)).toEqual([]);
  });

  it('on a disk that fills up leaves every original whole; it is finished by running it again, and both are undone', async () => {
    const before = copied('before');
    let renames = 0;
    const full = {
      ...context.files,
      write: (...all: Parameters<typeof context.files.write>) => {
        if (renames >= 2 && all[3] < 100) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        context.files.write(...all);
      },
      rename: (from: string, to: string) => {
        context.files.rename(from, to);
        if (to.startsWith(source)) renames += 1;
      }
    };
    let cut: InPlace | undefined;
    const first = { treeId, conflict: 'replace' as const, paths: [source], file: join(folder.path, 'first.db') };
    await expect(restoreInPlace({ ...context, files: full }, repository, key, first, { onUndoable: (done) => (cut = done) })).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(temporaries()).toEqual([]);
    for (const name of ['one', 'two', 'three']) expect([`${name} as saved`, `${name} as edited`]).toContain(content(name));
    const { report, done } = await restoreInPlace(context, repository, key, { ...first, file: undoFile() });
    expect(report).toMatchObject({ files: 4, identical: 4, skippedCount: 0 });
    expect(report.replaced).toBeLessThan(3);
    expect(names.map(content)).toEqual(names.map((name) => `${name} as saved`));
    await undoRestore(context, repository, key, [source], done);
    expect((await undoRestore(context, repository, key, [source], cut as NonNullable<typeof cut>)).skipped).toEqual([]);
    expect(compareTrees(before, source)).toEqual([]);
  });

  it('that is cancelled before the first change has touched nothing', async () => {
    const before = copied('before');
    const cancel = new AbortController();
    await expect(restoreInPlace(context, repository, key, { treeId, conflict: 'replace', paths: [source], file: undoFile() }, { signal: cancel.signal, onUndoable: () => cancel.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(compareTrees(before, source)).toEqual([]);
  });

  it('takes a safety snapshot of exactly what it touches, which belongs to no plan', async () => {
    const { done } = await restoreInPlace(context, repository, key, { treeId, conflict: 'newer', choices: [{ path: join(source, 'one'), conflict: 'replace' }], paths: [source], file: undoFile() });
    const out = join(folder.path, 'out');
    await restore(context, repository, key, { treeId: done.safety?.treeId as string, target: out });
    expect(readdirSync(join(out, source))).toEqual(['one']);
    expect(readFileSync(join(out, source, 'one'), 'utf8')).toBe('one as edited');
  });

  it('takes away what belongs to a database that it replaces, leaves alone that of one it keeps, and brings both back', async () => {
    const path = join(source, 'results.db');
    const write = (rows: number, crash: boolean): void => {
      const db = new BetterSqlite3(path);
      db.pragma('journal_mode = WAL');
      db.exec('CREATE TABLE IF NOT EXISTS t (x)');
      for (let i = 0; i < rows; i++) db.prepare('INSERT INTO t VALUES (?)').run(`row ${i}`);
      if (crash) for (const end of ['', '-wal', '-shm']) copyFileSync(path + end, `${path}.crashed${end}`);
      db.close();
      if (!crash) return;
      for (const end of ['', '-wal', '-shm']) renameSync(`${path}.crashed${end}`, path + end);
    };
    const count = (at: string): unknown => {
      const copy = join(folder.path, 'looked');
      rmSync(copy, { recursive: true, force: true });
      mkdirSync(copy);
      for (const end of ['', '-wal']) if (existsSync(at + end)) copyFileSync(at + end, join(copy, `db${end}`));
      const db = new BetterSqlite3(join(copy, 'db'));
      const rows = db.prepare('SELECT count(*) FROM t').pluck().get();
      db.close();
      return rows;
    };
    write(2, false);
    const { file } = await save(context, repository, key, [source]);
    write(5, true);
    expect(count(path)).toBe(7);
    const before = copied('before');
    const wanted = { treeId: file.tree, paths: [source], file: undoFile(), deleteExtra: { roots: [namesOfPlace(source, 'linux')], excludes: [], leaveOut: leaveOutNothing } };
    await restoreInPlace(context, repository, key, { ...wanted, conflict: 'keep', file: join(folder.path, 'first.db') });
    expect(count(path)).toBe(7);
    const { done } = await restoreInPlace(context, repository, key, { ...wanted, conflict: 'replace' });
    expect(count(path)).toBe(2);
    expect(readdirSync(source).filter((name) => name.startsWith('results'))).toEqual(['results.db']);
    await undoRestore(context, repository, key, [source], done);
    expect(compareTrees(before, source)).toEqual([]);
    expect(count(path)).toBe(7);
  });

  it('does not follow a link that stands where a folder was, nor leave by hostile names', async () => {
    const outside = join(folder.path, 'outside');
    mkdirSync(outside);
    const writer = await HostileWriter.open(context, repository, key);
    const file = { content: [await writer.data(Buffer.from('evil'))], size: 4 };
    const inner = await writer.tree([rawNode('x', 'file', file)]);
    let tree = await writer.tree([rawNode('..', 'file', file), rawNode('../outside', 'dir', { subtree: inner }), rawNode('sub', 'dir', { subtree: inner }), rawNode('good', 'file', file)]);
    for (const name of namesOfPlace(source, 'linux').toReversed()) tree = await writer.tree([rawNode(name, 'dir', { subtree: tree })]);
    await writer.finish();
    symlinkSync(outside, join(source, 'sub'));
    const { report, done } = await restoreInPlace(context, repository, key, { treeId: tree, conflict: 'replace', paths: [source], file: undoFile(), deleteExtra: { roots: [namesOfPlace(source, 'linux')], excludes: [], leaveOut: leaveOutNothing } });
    expect(report.skippedCount).toBe(3);
    expect(content('good')).toBe('evil');
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(folder.path).sort()).toEqual(['outside', 'repository', 'source', 'undo.db']);
    await undoRestore(context, repository, key, [source], done);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(source).sort()).toEqual(['mine', 'one', 'sub', 'three', 'two']);
  });
});
