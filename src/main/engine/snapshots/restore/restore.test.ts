// Restores: what is in the way, what must never happen, and what a damaged or hostile repository may not do.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leaveOutNothing } from '../../../../contract/snapshots.ts';
import type { Files } from '../../ports.ts';
import { sha256Hex, type MasterKey } from '../../repository/index.ts';
import { HostileWriter, rawNode } from '../testing/hostile.ts';
import { Seeded, writeSparse } from '../testing/make-tree.ts';
import { preview, restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let repository: string;
let target: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  repository = join(folder.path, 'repository');
  target = join(folder.path, 'target');
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

/** Everything below a folder, with content. */
function everything(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => {
      const full = join(path, entry.name);
      if (entry.isDirectory()) return everything(full).map((line) => `${entry.name}/${line}`);
      return [entry.isSymbolicLink() ? `${entry.name} -> ${readlinkSync(full)}` : `${entry.name}: ${readFileSync(full, 'latin1').slice(0, 40)}`];
    })
    .sort();
}

describe('a restore over existing files', () => {
  let treeId: string;

  beforeEach(async () => {
    const writer = await HostileWriter.open(context, repository, key);
    const content = [await writer.data(Buffer.from('saved'))];
    treeId = await writer.tree([rawNode('a.txt', 'file', { content, size: 5 }), rawNode('link', 'symlink', { linktarget: 'saved' }), rawNode('same.txt', 'file', { content, size: 5 })]);
    await writer.finish();
    mkdirSync(target);
    writeFileSync(join(target, 'a.txt'), 'mine!');
    writeFileSync(join(target, 'same.txt'), 'saved');
    symlinkSync('mine', join(target, 'link'));
  });

  it('keeps what is there when nothing else is asked for', async () => {
    expect(await restore(context, repository, key, { treeId, target })).toMatchObject({ kept: 2, files: 1, identical: 1, replaced: 0, beside: 0, bytes: 0 });
    expect(everything(target)).toEqual(['a.txt: mine!', 'link -> mine', 'same.txt: saved']);
  });

  it('replaces what differs, and leaves alone what is identical', async () => {
    const before = lstatSync(join(target, 'same.txt'), { bigint: true });
    expect(await restore(context, repository, key, { treeId, target, conflict: 'replace' })).toMatchObject({ kept: 0, replaced: 2, files: 2, identical: 2 });
    expect(everything(target)).toEqual(['a.txt: saved', 'link -> saved', 'same.txt: saved']);
    expect(lstatSync(join(target, 'same.txt'), { bigint: true }).ino).toBe(before.ino);
  });

  it('replaces only what is older', async () => {
    expect(await restore(context, repository, key, { treeId, target, conflict: 'newer' })).toMatchObject({ kept: 2, replaced: 0 });
    utimesSync(join(target, 'a.txt'), 1000, 1000);
    expect(await restore(context, repository, key, { treeId, target, conflict: 'newer' })).toMatchObject({ kept: 1, replaced: 1 });
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('saved');
  });

  it('puts files beside under a name that says so, the same one again, and never onto another file', async () => {
    writeFileSync(join(target, 'a (snapshot 2026-11-21).txt'), 'somebody else’s');
    expect(await restore(context, repository, key, { treeId, target, conflict: 'both' })).toMatchObject({ beside: 2 });
    expect(await restore(context, repository, key, { treeId, target, conflict: 'both' })).toMatchObject({ beside: 0, files: 2, bytes: 0 });
    expect(everything(target)).toEqual([
      'a (snapshot 2026-11-21 2).txt: saved',
      'a (snapshot 2026-11-21).txt: somebody else\u00e2\u0080\u0099s',
      'a.txt: mine!',
      'link (snapshot 2026-11-21) -> saved',
      'link -> mine',
      'same.txt: saved'
    ]);
  });

  it('does for single files what was chosen for them, and refuses a choice about what is not restored', async () => {
    const choices = [{ path: '/a.txt', conflict: 'replace' as const }, { path: '/link', conflict: 'both' as const }];
    expect(await restore(context, repository, key, { treeId, target, choices })).toMatchObject({ replaced: 1, beside: 1, kept: 0 });
    expect(everything(target)).toEqual(['a.txt: saved', 'link (snapshot 2026-11-21) -> saved', 'link -> mine', 'same.txt: saved']);
    await expect(restore(context, repository, key, { treeId, target, choices: [{ path: '/other', conflict: 'keep' }] })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { kind: 'path', name: '/other' } });
  });

  it('gives back the mode only where that is wanted', async () => {
    chmodSync(join(target, 'a.txt'), 0o640);
    const report = await restore(context, repository, key, { treeId, target, conflict: 'replace', modes: false });
    expect(report.replaced).toBe(2);
    expect(lstatSync(join(target, 'a.txt')).mode & 0o777).toBe(0o640);
    const fresh = join(folder.path, 'fresh');
    await restore(context, repository, key, { treeId, target: fresh, modes: false });
    expect(lstatSync(join(fresh, 'a.txt')).mode & 0o777).toBe(0o644);
  });

  it('carries out exactly a preview, or nothing once anything that is touched has changed', async () => {
    const { token } = await preview(context, repository, key, { treeId, target, conflict: 'replace' });
    writeFileSync(join(target, 'a.txt'), 'newer');
    await expect(restore(context, repository, key, { treeId, target, conflict: 'replace', token })).rejects.toMatchObject({ code: 'PREVIEW_OUTDATED' });
    expect(everything(target)).toEqual(['a.txt: newer', 'link -> mine', 'same.txt: saved']);
    const again = await preview(context, repository, key, { treeId, target, conflict: 'replace' });
    await expect(restore(context, repository, key, { treeId, target, conflict: 'both', token: again.token })).rejects.toMatchObject({ code: 'PREVIEW_OUTDATED' });
    expect(await restore(context, repository, key, { treeId, target, conflict: 'replace', token: again.token })).toMatchObject({ replaced: 2 });
  });

  it('leaves alone what changes between the decision and the writing', async () => {
    const files: Files = {
      ...context.files,
      fsync: (fd) => {
        context.files.fsync(fd);
        writeFileSync(join(target, 'a.txt'), 'written meanwhile');
      }
    };
    const report = await restore({ ...context, files }, repository, key, { treeId, target, conflict: 'replace' });
    expect(report.skipped).toEqual([{ path: '/a.txt', reason: 'was changed while the restore ran, and is left as it is' }]);
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('written meanwhile');
  });

  it('is shown beforehand, one line for each', async () => {
    const shown = await preview(context, repository, key, { treeId, target, conflict: 'replace' });
    expect(shown).toMatchObject({ newFiles: 0, identicalFiles: 1, replacedFiles: 1, newBytes: 5 });
    expect(shown.conflicts).toEqual([
      { path: '/a.txt', action: 'replace' },
      { path: '/same.txt', action: 'metadata' }, // its time is another
      { path: '/link', action: 'replace' }
    ]);
    expect(everything(target)).toEqual(['a.txt: mine!', 'link -> mine', 'same.txt: saved']);
  });

  it('never puts a file in the place of a folder', async () => {
    const writer = await HostileWriter.open(context, repository, key);
    const tree = await writer.tree([rawNode('dir', 'file', { content: [await writer.data(Buffer.from('x'))], size: 1 })]);
    await writer.finish();
    mkdirSync(join(target, 'dir'));
    writeFileSync(join(target, 'dir', 'precious'), 'p');
    expect(await restore(context, repository, key, { treeId: tree, target, conflict: 'replace' })).toMatchObject({ files: 0, skipped: [{ path: '/dir', reason: 'EISDIR' }] });
    expect(readFileSync(join(target, 'dir', 'precious'), 'utf8')).toBe('p');
  });
});

describe('a hostile repository', () => {
  let writer: HostileWriter;
  let file: Record<string, unknown>;
  let outside: string;

  beforeEach(async () => {
    writer = await HostileWriter.open(context, repository, key);
    file = { content: [await writer.data(Buffer.from('evil'))], size: 4 };
    outside = join(folder.path, 'outside');
    mkdirSync(outside);
  });

  it('cannot leave the target by names', async () => {
    const inner = await writer.tree([rawNode('x', 'file', file)]);
    const names = ['..', '.', '../outside/x', '/etc/x', 'a/b', 'n\\x00l', 'x'.repeat(256)];
    const treeId = await writer.tree([...names.map((name) => rawNode(name, 'file', file)), rawNode('../outside', 'dir', { subtree: inner }), rawNode('good', 'file', file)]);
    await writer.finish();
    const report = await restore(context, repository, key, { treeId, target });
    expect(report).toMatchObject({ files: 1, skippedCount: names.length + 1 });
    expect(everything(target)).toEqual(['good: evil']);
    expect(everything(outside)).toEqual([]);
  });

  it('cannot reach through a link of its own, in whatever order', async () => {
    const below = await writer.tree([rawNode('x', 'file', file)]);
    const first = await writer.tree([rawNode('a', 'symlink', { linktarget: outside }), rawNode('b', 'dir', { subtree: below })]);
    const second = await writer.tree([rawNode('a', 'dir', { subtree: below }), rawNode('b', 'symlink', { linktarget: outside })]);
    const twice = await writer.tree([rawNode('a', 'symlink', { linktarget: outside }), rawNode('a', 'dir', { subtree: below })]);
    await writer.finish();
    await restore(context, repository, key, { treeId: first, target });
    const report = await restore(context, repository, key, { treeId: second, target, conflict: 'replace' });
    expect(report.skipped).toEqual(expect.arrayContaining([{ path: '/a', reason: 'ELOOP' }, { path: '/b', reason: 'EISDIR' }]));
    expect((await restore(context, repository, key, { treeId: twice, target, conflict: 'replace' })).skippedCount).toBe(1);
    expect(everything(outside)).toEqual([]);
  });

  it('cannot reach through a link that lies in the target', async () => {
    const below = await writer.tree([rawNode('x', 'file', file)]);
    const treeId = await writer.tree([rawNode('dir', 'dir', { subtree: below }), rawNode('file', 'file', file)]);
    await writer.finish();
    mkdirSync(target);
    symlinkSync(outside, join(target, 'dir'));
    symlinkSync(join(outside, 'made'), join(target, 'file'));
    const report = await restore(context, repository, key, { treeId, target, conflict: 'replace' });
    expect(report.skipped).toEqual([{ path: '/dir', reason: 'ELOOP' }]);
    expect(everything(outside)).toEqual([]);
    expect(lstatSync(join(target, 'file')).isFile()).toBe(true);
  });

  it('cannot reach through a link that is put in the way during the restore', async () => {
    const below = await writer.tree([rawNode('x', 'file', file)]);
    const treeId = await writer.tree([rawNode('dir', 'dir', { subtree: below })]);
    await writer.finish();
    const files: Files = {
      ...context.files,
      mkdir: (path, mode) => {
        if (path.endsWith('/dir')) symlinkSync(outside, path);
        else context.files.mkdir(path, mode);
      }
    };
    const report = await restore({ ...context, files }, repository, key, { treeId, target });
    expect(report).toMatchObject({ files: 0, skipped: [{ path: '/dir/x', reason: 'ELOOP' }] });
    expect(everything(outside)).toEqual([]);
  });

  it('cannot claim a size: what counts is what its chunks have', async () => {
    const treeId = await writer.tree([rawNode('big', 'file', { ...file, size: 2 ** 52 })]);
    await writer.finish();
    expect(await preview(context, repository, key, { treeId, target })).toMatchObject({ newBytes: 4, enoughSpace: true });
    expect(await restore(context, repository, key, { treeId, target })).toMatchObject({ files: 1, bytes: 4 });
  });

  it('names what is damaged and brings back the rest', async () => {
    const missing = 'f'.repeat(64);
    const treeId = await writer.tree([rawNode('bad', 'file', { content: [missing], size: 4 }), rawNode('good', 'file', file), rawNode('lost', 'dir', { subtree: missing }), rawNode('none', 'dir')]);
    await writer.finish();
    const report = await restore(context, repository, key, { treeId, target });
    expect(report.files).toBe(1);
    expect(report.skipped.map(({ path, reason }) => [path, reason.startsWith('damaged')])).toEqual([
      ['/lost', true],
      ['/none', true],
      ['/bad', true]
    ]);
  });

  it('cannot pass one content off as another, and is not believed where a true copy lies beside the false one', async () => {
    const truth = Buffer.from('the true content');
    const id = sha256Hex(truth);
    await writer.falseData(Buffer.from('a false content!'), id);
    const tree = await writer.tree([rawNode('file', 'file', { content: [id], size: truth.length })]);
    await writer.finish();
    const report = await restore(context, repository, key, { treeId: tree, target });
    expect(report).toMatchObject({ files: 0, skipped: [{ path: '/file' }] });
    expect(report.skipped[0]?.reason).toMatch(/^damaged: .*another content/);
    expect(readdirSync(target)).toEqual([]);
    const second = await HostileWriter.open(context, repository, key);
    await second.data(truth);
    await second.finish();
    expect(await restore(context, repository, key, { treeId: tree, target })).toMatchObject({ files: 1, identical: 1, skippedCount: 0 });
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('the true content');
  });

  it('multiplied into a bomb of folders is ended by the length of paths', async () => {
    let tree = await writer.tree([rawNode('x', 'file', file)]);
    for (let depth = 0; depth < 40; depth++) tree = await writer.tree([rawNode('a'.repeat(200), 'dir', { subtree: tree })]);
    await writer.finish();
    const report = await restore(context, repository, key, { treeId: tree, target });
    expect(report).toMatchObject({ files: 0, skipped: [{ reason: 'ENAMETOOLONG' }] });
  });
});

describe('a restore', () => {
  it('finds a chunk whose stored bytes are damaged, names the file and leaves no half of it', async () => {
    const source = join(folder.path, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'large'), new Seeded('damage').bytes(3_000_000));
    const saved = await save(context, repository, key, [source]);
    const files: Files = {
      ...context.files,
      read: (fd, buffer, offset, length, position) => {
        const count = context.files.read(fd, buffer, offset, length, position);
        if (length > 600_000 && count > 600_000) buffer[offset + 500_000] = (buffer[offset + 500_000] as number) ^ 1;
        return count;
      }
    };
    const report = await restore({ ...context, files }, repository, key, { treeId: saved.file.tree, target });
    expect(report).toMatchObject({ files: 0, skippedCount: 1 });
    expect(report.skipped[0]?.reason).toMatch(/^damaged|^read back/);
    expect(readdirSync(join(target, source))).toEqual([]);
  });

  it('that does not fit says so before it writes anything', async () => {
    const source = join(folder.path, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'large'), new Seeded('space').bytes(1_000_000));
    const saved = await save(context, repository, key, [source]);
    const files: Files = { ...context.files, space: () => ({ freeBytes: 999_999, totalBytes: 10, fileSystem: 'ext4' }) };
    await expect(restore({ ...context, files }, repository, key, { treeId: saved.file.tree, target })).rejects.toMatchObject({ code: 'NO_SPACE', data: { neededBytes: 1_000_000, freeBytes: 999_999 } });
    expect(existsSync(target)).toBe(false);
  });

  it('on a disk that fills up ends with NO_SPACE and leaves no half file', async () => {
    const source = join(folder.path, 'source');
    mkdirSync(source);
    for (const name of ['a', 'b', 'c']) writeFileSync(join(source, name), new Seeded(name).bytes(100_000));
    const saved = await save(context, repository, key, [source]);
    let writes = 0;
    const files: Files = {
      ...context.files,
      write: (...all) => {
        if (all[3] >= 100_000 && ++writes === 2) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        context.files.write(...all);
      }
    };
    await expect(restore({ ...context, files }, repository, key, { treeId: saved.file.tree, target })).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(readdirSync(join(target, source))).toHaveLength(1);
  });

  it('that is cancelled leaves only whole files', async () => {
    const source = join(folder.path, 'source');
    mkdirSync(source);
    for (let i = 0; i < 5; i++) writeFileSync(join(source, String(i)), new Seeded(i).bytes(2_000_000));
    const saved = await save(context, repository, key, [source]);
    const cancel = new AbortController();
    let renames = 0;
    const files: Files = {
      ...context.files,
      renameNew: (from, to) => {
        context.files.renameNew(from, to);
        if (to.startsWith(target) && ++renames === 2) cancel.abort();
      }
    };
    await expect(restore({ ...context, files }, repository, key, { treeId: saved.file.tree, target }, cancel.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    const left = readdirSync(join(target, source));
    expect(left).toHaveLength(2);
    for (const name of left) expect(readFileSync(join(target, source, name)).equals(readFileSync(join(source, name)))).toBe(true);
  });

  it('notices bytes that the disk did not keep', async () => {
    const source = join(folder.path, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), 'abcdefgh');
    const saved = await save(context, repository, key, [source]);
    const files: Files = {
      ...context.files,
      write: (fd, buffer, offset, length, position) => context.files.write(fd, length === 8 ? Buffer.from('abcdefgX') : buffer, offset, length, position)
    };
    expect(await restore({ ...context, files }, repository, key, { treeId: saved.file.tree, target })).toMatchObject({ files: 0, identical: 0, skipped: [{ reason: 'read back different from what was written' }] });
    expect(readdirSync(join(target, source))).toEqual([]);
  });

  it('brings back only what is asked for, and none of what is not', async () => {
    const source = join(folder.path, 'source');
    mkdirSync(join(source, 'a', 'b'), { recursive: true });
    for (const name of ['a/1', 'a/b/2', '3']) writeFileSync(join(source, name), name);
    writeSparse(join(source, 'hole'), 5_000_000, []);
    const saved = await save(context, repository, key, [source]);
    await restore(context, repository, key, { treeId: saved.file.tree, target, include: [join(source, 'a'), join(source, '3')], exclude: [join(source, 'a', 'b')] });
    expect(everything(join(target, source))).toEqual(['3: 3', 'a/1: a/1']);
    await expect(restore(context, repository, key, { treeId: saved.file.tree, target, include: ['/nowhere'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('deleting what is extra', () => {
  it('spares what the plan leaves out, what was not chosen, other file systems, homes, and all that is outside the folders of the snapshot', async () => {
    const source = join(folder.path, 'source');
    for (const name of ['a', 'b', 'cache']) mkdirSync(join(source, name), { recursive: true });
    for (const name of ['a/1', 'b/2', 'cache/3']) writeFileSync(join(source, name), name);
    const saved = await save(context, repository, key, [source], { excludes: ['*.log'] });
    const top = join(target, source);
    await restore(context, repository, key, { treeId: saved.file.tree, target });
    mkdirSync(join(top, 'a', 'extra', 'deep'), { recursive: true });
    mkdirSync(join(top, 'home'));
    mkdirSync(join(top, 'logs'));
    for (const name of ['a/extra/deep/file', 'a/run.log', 'b/new', 'home/varve-home.json', 'home/log.db', 'logs/x.log', 'logs/gone', '../beside']) writeFileSync(join(top, name), name);
    symlinkSync('/etc', join(top, 'a', 'extra', 'link'));
    const deleteExtra = { roots: [source.split('/').slice(1)], excludes: ['*.log'], leaveOut: leaveOutNothing };
    const wanted = { treeId: saved.file.tree, target, exclude: [join(source, 'cache')], deleteExtra };
    const before = everything(target);
    expect(await preview(context, repository, key, wanted)).toMatchObject({ deletedEntries: 6, sparedEntries: 3 });
    expect(everything(target)).toEqual(before);
    expect(await restore(context, repository, key, wanted)).toMatchObject({ deleted: 6, skippedCount: 0 });
    expect(everything(top)).toEqual(['a/1: a/1', 'a/run.log: a/run.log', 'b/2: b/2', 'cache/3: cache/3', 'home/log.db: home/log.db', 'home/varve-home.json: home/varve-home.json', 'logs/x.log: logs/x.log']);
    expect(existsSync(join(top, '..', 'beside'))).toBe(true);
    expect(existsSync('/etc/passwd')).toBe(true);
    writeFileSync(join(top, 'b', 'again'), 'x');
    expect(await restore(context, repository, key, { ...wanted, include: [join(source, 'a')], exclude: [] })).toMatchObject({ deleted: 0 });
  });
});
