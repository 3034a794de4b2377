// What a program or standard input gave, as a file of the snapshot, judged by restic.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import Sqlite from 'better-sqlite3';
import type { MasterKey } from '../../repository/index.ts';
import { hasProgram, Seeded } from '../testing/make-tree.ts';
import { restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, restic, temporaryFolder, type Context } from '../testing/workshop.ts';

const withRestic = hasProgram('restic');
if (!withRestic) console.log('skipped: restic is not installed');

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
  writeFileSync(join(source, 'a.txt'), 'a');
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

describe.skipIf(!withRestic)('a stream', () => {
  it('is a file at the top that restic lists, prints and checks, beside the folders of the plan', async () => {
    const dump = new Seeded('dump').bytes(9_000_000).toString('base64');
    writeFileSync(join(folder.path, 'dump'), dump);
    writeFileSync(join(folder.path, 'nothing'), '');
    const first = await save(context, repository, key, [source], { streams: [{ name: 'lab.sql', path: join(folder.path, 'dump') }, { name: '\u00e9mpty', path: join(folder.path, 'nothing') }] });
    expect(first).toMatchObject({ gapCount: 0, summary: { totalFiles: 3, totalBytes: dump.length + 1 }, file: { paths: [source, '/lab.sql', '/\u00e9mpty'] } });
    expect(restic(repository, ['ls', first.snapshotId]).split('\n')).toEqual(expect.arrayContaining(['/lab.sql', '/\u00e9mpty', join(source, 'a.txt')]));
    expect(restic(repository, ['dump', first.snapshotId, '/lab.sql'])).toBe(dump);
    expect(restic(repository, ['dump', first.snapshotId, '/\u00e9mpty'])).toBe('');
    expect(restic(repository, ['check', '--read-data'])).toContain('no errors were found');
    const again = await save(context, repository, key, [source], { streams: [{ name: 'lab.sql', path: join(folder.path, 'dump') }] });
    expect(again).toMatchObject({ parentId: first.snapshotId, summary: { dataBlobs: 0, filesUnmodified: 1 } });
  });

  it('is kept byte for byte also when it is a database', async () => {
    const path = join(folder.path, 'stream.db');
    new Sqlite(path).exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)').close();
    const before = context.files.readFile(path, 1_000_000);
    const saved = await save(context, repository, key, [source], { databaseFolder: join(folder.path, 'copies'), streams: [{ name: 'x.db', path }] });
    const target = join(folder.path, 'restored');
    await restore(context, repository, key, { treeId: saved.file.tree, target });
    expect([saved.databases.copied, Buffer.from(context.files.readFile(join(target, 'x.db'), 1_000_000)).equals(Buffer.from(before))]).toEqual([0, true]);
  });

  it('does not take the name of a folder of the plan, and is no snapshot when it cannot be read', async () => {
    const top = source.split('/')[1] as string;
    writeFileSync(join(folder.path, 'dump'), 'x');
    await expect(save(context, repository, key, [source], { streams: [{ name: top, path: join(folder.path, 'dump') }] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(save(context, repository, key, [source], { streams: [{ name: 'x', path: join(folder.path, 'none') }] })).rejects.toMatchObject({ code: 'NOT_READABLE' });
    expect(restic(repository, ['snapshots', '--json']).trim()).toBe('[]');
  });
});
