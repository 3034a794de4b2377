// What a comparison says: every kind of change, what moved, what only looks the same, and what a hostile repository would have it say.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaveOutNothing } from '../../../../contract/snapshots.ts';
import type { MasterKey } from '../../repository/index.ts';
import { ChangeKeeper } from './keep.ts';
import { compareTrees, linesOf, type ComparedTree } from '../testing/comparing.ts';
import { HostileWriter, rawNode } from '../testing/hostile.ts';
import { makeRandomTree, Seeded } from '../testing/make-tree.ts';
import { save, saveCarrying } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let repository: string;
let source: string;
let key: MasterKey;

beforeAll(async () => {
  context = realContext();
  folder = temporaryFolder();
  repository = join(folder.path, 'repository');
  source = join(folder.path, 'source');
  mkdirSync(repository);
  key = await makeRepository(context, repository);
});
afterAll(async () => {
  await context.workers.close();
  folder.remove();
});

const at = (...names: string[]): string => join(source, ...names);
const snapshot = async (): Promise<ComparedTree> => ({ repository, key, treeId: (await save(context, repository, key, [source])).file.tree });
const fresh = (): void => {
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source);
};
/** Paths below the source, so that lines are short. */
const short = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(source, ''));

describe('a comparison', () => {
  it('names what is new, gone, changed, of another kind, moved, and what only differs in its metadata', async () => {
    fresh();
    mkdirSync(at('kept'));
    mkdirSync(at('old', 'deep'), { recursive: true });
    for (const name of ['same', 'grows', 'touched', 'turns']) writeFileSync(at('kept', name), name);
    writeFileSync(at('old/deep/figure.png'), 'P'.repeat(5000));
    writeFileSync(at('old/gone.csv'), '1,2,3\n');
    writeFileSync(at('empty-a'), '');
    symlinkSync('kept', at('link'));
    const before = await snapshot();
    writeFileSync(at('kept/grows'), 'grows and grows');
    chmodSync(at('kept/touched'), 0o600);
    utimesSync(at('kept/touched'), 1_000, 1_000);
    unlinkSync(at('kept/turns'));
    mkdirSync(at('kept/turns'));
    writeFileSync(at('kept/turns/inside'), 'x');
    mkdirSync(at('new'));
    renameSync(at('old/deep/figure.png'), at('new/figure-1.png'));
    unlinkSync(at('old/gone.csv'));
    renameSync(at('empty-a'), at('empty-b'));
    unlinkSync(at('link'));
    symlinkSync('new', at('link'));
    const compared = await compareTrees(context, before, await snapshot());
    expect(short(linesOf(compared.list()))).toEqual([
      'removed /empty-a', 'added /empty-b', 'content /kept/grows', 'metadata /kept/touched mode,time', 'type /kept/turns', 'added /kept/turns/inside', 'content /link', 'added /new',
      'moved /new/figure-1.png /old/deep/figure.png', 'moved /old/deep/figure.png /new/figure-1.png', 'removed /old/gone.csv'
    ]);
    expect(compared.facts).toMatchObject({
      counts: { added: 2, removed: 2, content: 2, metadata: 1, type: 0, moved: 1, suspect: 0, bytesBefore: 5 + 6, bytesAfter: 15 + 1 },
      folders: { added: 1, removed: 0, metadata: 0 },
      gapCount: 0
    });
    // The tree: only folders on the way to a change, each with what lies below it.
    expect(compared.folder('/nowhere')).toBeUndefined();
    const top = compared.folder(source) ?? [];
    expect(short(top.map(({ kind, path, inside }) => `${kind} ${path} ${inside?.added ?? ''}`))).toEqual(['null /kept 1', 'added /new 0', 'null /old 0', 'removed /empty-a ', 'added /empty-b ', 'content /link ']);
    expect(top.find(({ path }) => path === at('old'))?.inside).toMatchObject({ removed: 1, moved: 0, bytesBefore: 6 });
    expect(compared.list({ kinds: ['removed'] }).map(({ path }) => path)).toEqual([at('empty-a'), at('old/gone.csv')]);
    expect(compared.list({ search: 'FIGURE', below: at('new') })).toHaveLength(1);
    expect(compared.list({ sort: 'growth', descending: true, limit: 1 }).map(({ path }) => path)).toEqual([at('kept/grows')]);
    expect(compared.facts.extensions).toContainEqual({ extension: 'csv', files: 1, bytesBefore: 6, bytesAfter: 0 });
    compared.remove();
  });

  it('is suspicious of bytes that changed while size and time did not', async () => {
    fresh();
    writeFileSync(at('data.bin'), 'aaaa');
    utimesSync(at('data.bin'), 5_000, 5_000);
    const before = await snapshot();
    writeFileSync(at('data.bin'), 'aaba');
    utimesSync(at('data.bin'), 5_000, 5_000);
    const compared = await compareTrees(context, before, await snapshot());
    expect([short(linesOf(compared.list())), compared.facts.counts.suspect]).toEqual([['content? /data.bin'], 1]);
    compared.remove();
  });

  it('says of the live folders what it would say of a snapshot taken now, and reads what was only touched', { timeout: 1_800_000 }, async () => {
    for (const seed of process.env['VARVE_LONG'] === '1' ? Array.from({ length: 40 }, (_, i) => `live ${i}`) : ['live 0']) {
      fresh();
      makeRandomTree(source, seed, 80);
      const before = await snapshot();
      const random = new Seeded(seed);
      makeRandomTree(at('more'), `${seed} again`, 20);
      writeFileSync(at('touched'), 'same');
      const middle = await snapshot();
      utimesSync(at('touched'), 7_000, 7_000);
      writeFileSync(at('grown'), random.bytes(200_000));
      renameSync(at('more'), at('renamed'));
      for (const from of [before, middle]) {
        const live = await compareTrees(context, from, { live: [source] });
        const taken = await compareTrees(context, from, await snapshot());
        expect(linesOf(live.list()), seed).toEqual(linesOf(taken.list()));
        expect(live.facts).toEqual(taken.facts);
        if (from === middle) expect(short(linesOf(live.list()))).toContain('metadata /touched time');
        live.remove();
        taken.remove();
      }
    }
  });

  it('leaves out of the live folders what the plan leaves out, and repositories', async () => {
    fresh();
    mkdirSync(at('inner'));
    writeFileSync(at('data'), 'aaaa');
    const before = await snapshot();
    writeFileSync(at('data'), 'abaa');
    writeFileSync(at('notes.tmp'), 'x');
    const { dev, ino } = statSync(at('inner'), { bigint: true });
    const live = { live: [source], excludes: ['*.tmp'], leaveOut: leaveOutNothing, skip: [`${dev}:${ino}`] };
    const compared = await compareTrees(context, before, live);
    expect(short(linesOf(compared.list()))).toEqual(['content /data', 'removed /inner']);
    compared.remove();
  });

  it('hides what Varve carries along, compares one folder with another, and tells nothing apart in equal trees', async () => {
    fresh();
    mkdirSync(at('v1'));
    mkdirSync(at('v2'));
    writeFileSync(at('v1/a'), 'one');
    writeFileSync(at('v2/a'), 'two!');
    const first: ComparedTree = { repository, key, treeId: (await saveCarrying(context, repository, key, [source], { checkpoint: 'C' })).file.tree };
    const second: ComparedTree = { repository, key, treeId: (await saveCarrying(context, repository, key, [source], { checkpoint: 'D', metrics: '{}' })).file.tree };
    const same = await compareTrees(context, first, second);
    expect([same.list(), same.facts.counts.added]).toEqual([[], 0]);
    same.remove();
    const folders = await compareTrees(context, { ...first, path: at('v1') }, { ...second, path: at('v2') });
    expect(linesOf(folders.list({ kinds: ['content'] }))).toEqual(['content /a']);
    folders.remove();
    await expect(compareTrees(context, { ...first, path: '/nowhere' }, second)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('compares two repositories that cut files at different places by their bytes', async () => {
    fresh();
    const random = new Seeded('places');
    writeFileSync(at('large'), random.bytes(5_000_000));
    writeFileSync(at('other'), random.bytes(3_000_000));
    const before = await snapshot();
    const elsewhere = join(folder.path, 'elsewhere');
    mkdirSync(elsewhere);
    const otherKey = await makeRepository(context, elsewhere);
    const changed = readFileSync(at('other'));
    changed[2_999_999] = (changed[2_999_999] as number) ^ 1;
    writeFileSync(at('other'), changed);
    const after: ComparedTree = { repository: elsewhere, key: otherKey, treeId: (await save(context, elsewhere, otherKey, [source])).file.tree };
    const compared = await compareTrees(context, before, after);
    expect(short(linesOf(compared.list()))).toEqual(['content /other']);
    compared.remove();
  });
});

describe('a comparison of hostile trees', () => {
  it('names what is damaged and goes on with the rest, whatever the names', async () => {
    const writer = await HostileWriter.open(context, repository, key);
    const content = [await writer.data(Buffer.from('x'))];
    const lost = '1'.repeat(64);
    const before = await writer.tree([rawNode('a', 'file', { content, size: 1 }), rawNode('lost', 'dir', { subtree: lost }), rawNode('once', 'file', { content, size: 1 })]);
    const after = await writer.tree([rawNode('../up', 'file', { content, size: 1 }), rawNode('a', 'file', { content: [], size: 0 }), rawNode('lost', 'dir', { subtree: '2'.repeat(64) })]);
    await writer.finish();
    const compared = await compareTrees(context, { repository, key, treeId: before }, { repository, key, treeId: after });
    expect(linesOf(compared.list())).toEqual(['moved /../up /once', 'content /a', 'moved /once /../up']);
    expect(compared.facts.gaps.map(({ path, reason }) => [path, reason.replace(/[12]{64}/, 'ID')])).toEqual([['/lost', expect.stringContaining('damaged: ')], ['/lost', expect.stringContaining('damaged: ')]]);
    compared.remove();
  });

  it('stops at a tree that multiplies beyond any file system', () => {
    const keeper = new ChangeKeeper(undefined as never, 3);
    const found = { no: 1, folder: 0, path: '/x', isFolder: false, kind: 'added' as const, parts: [], suspect: false, before: undefined, after: undefined };
    for (let i = 0; i < 3; i++) keeper.add(found);
    expect(() => keeper.add(found)).toThrow(expect.objectContaining({ code: 'REPOSITORY_DAMAGED' }));
  });
});
