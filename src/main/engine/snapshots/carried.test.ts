// What snapshots carry along in `/.varve/`: there for whoever asks, in nobody's way otherwise.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import type { Files } from '../ports.ts';
import { createLocalBackend, Repository, type TreeNode } from '../repository/index.ts';
import { createTestEngine, type TestEngine } from '../testing/index.ts';
import { leaveOutNothing } from '../../../contract/snapshots.ts';
import { LeavesOut } from './archive/leave-out/leave-out.ts';
import { FolderSaver, type FolderSaverDeps } from './archive/folder-saver.ts';
import { carriedName, carriedNode, isCarried } from './carried.ts';
import { restore, saveCarrying, save } from './testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from './testing/workshop.ts';
import { addRepository, takeSnapshot } from './testing/begin.ts';

describe('the folder that is carried along', () => {
  let context: Context;
  let folder: ReturnType<typeof temporaryFolder>;
  let source: string;
  let repository: string;
  let key: Awaited<ReturnType<typeof makeRepository>>;
  beforeAll(async () => {
    context = realContext();
    folder = temporaryFolder();
    source = join(folder.path, 'source');
    repository = join(folder.path, 'repository');
    mkdirSync(source);
    mkdirSync(repository);
    writeFileSync(join(source, 'a.txt'), 'one');
    key = await makeRepository(context, repository);
  });
  afterAll(async () => {
    await context.workers.close();
    folder.remove();
  });

  it('changes no count, and the same content makes the same tree', async () => {
    const plain = await save(context, repository, key, [source]);
    const first = await saveCarrying(context, repository, key, [source], { checkpoint: 'C', vkey: 'V' });
    const second = await saveCarrying(context, repository, key, [source], { vkey: 'V', checkpoint: 'C' });
    const other = await saveCarrying(context, repository, key, [source], { checkpoint: 'D', vkey: 'V' });
    const opened = await Repository.open({ backend: createLocalBackend({ files: context.files, random: context.random, path: repository }), masterKey: key, random: context.random, clock: context.clock });
    await opened.loadIndex();
    // Only the folder itself: others may write into the folders above the source meanwhile.
    const [none, one, same, different] = await Promise.all([plain, first, second, other].map(async ({ file }) => (await opened.loadTree(file.tree)).find(isCarried)));
    expect(none).toBeUndefined();
    expect(one).toMatchObject({ name: carriedName, subtree: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(same).toEqual(one);
    expect(different?.subtree).not.toBe(one?.subtree);
    expect((await opened.loadTree(one?.subtree ?? '')).map(({ name, size }) => [name, size])).toEqual([['checkpoint', 1], ['vkey', 1]]);
    for (const { summary, gapCount, file } of [first, second, other]) {
      expect(summary).toMatchObject({ totalFiles: 1, filesNew: 0, filesChanged: 0, filesUnmodified: 1, dirsNew: 0, totalBytes: 3 });
      expect([gapCount, file.paths]).toEqual([0, [source]]);
    }
    expect(second.summary).toMatchObject({ dataBlobs: 0 });
  });

  it('comes back from a restore only when it is asked for by name', async () => {
    const saved = await saveCarrying(context, repository, key, [source], { checkpoint: 'the note\n' });
    const everything = join(folder.path, 'everything');
    expect(await restore(context, repository, key, { treeId: saved.file.tree, target: everything })).toMatchObject({ files: 1, identical: 1 });
    expect(existsSync(join(everything, carriedName))).toBe(false);
    const only = join(folder.path, 'only');
    await restore(context, repository, key, { treeId: saved.file.tree, target: only, include: [`/${carriedName}/checkpoint`] });
    expect(readFileSync(join(only, carriedName, 'checkpoint'), 'utf8')).toBe('the note\n');
    expect(readdirSync(only)).toEqual([carriedName]);
  });

  it('gives way to a folder of that name that is the person’s own: their files are kept, nothing is carried, and that is said', async () => {
    const top = join(folder.path, 'top');
    mkdirSync(join(top, carriedName), { recursive: true });
    writeFileSync(join(top, carriedName, 'mine'), '');
    const trees = new Map<string, readonly TreeNode[]>();
    const deps = {
      files: context.files, clock: context.clock, data: { idle: async () => undefined } as unknown as FolderSaverDeps['data'], leavesOut: new LeavesOut(context.files, [], leaveOutNothing), signal: new AbortController().signal, skip: new Set<string>(),
      sizes: { minBytes: 524_288, maxBytes: 8_388_608, bits: 20 }, scanner: () => { throw new Error('nothing is read'); }, hasData: () => false, loadBefore: async () => undefined, saveBytes: async () => [], treesSettled: async () => undefined, zeroChunk: '', onProgress: () => undefined,
      saveTree: (nodes: readonly TreeNode[]) => {
        const id = `tree-${trees.size}`;
        trees.set(id, nodes);
        return id;
      }
    } satisfies FolderSaverDeps;
    const saver = new FolderSaver(deps);
    let asked = false;
    const tree = await saver.save({ path: top, whole: true, children: new Map() }, undefined, async () => {
      asked = true;
      return [{ name: 'checkpoint', bytes: Buffer.from('C') }];
    });
    const [own] = trees.get(tree) ?? [];
    expect(trees.get(own?.subtree ?? '')?.map(({ name }) => name)).toEqual(['mine']);
    expect([asked, [...saver.tally.degraded.keys()], saver.tally.gapCount]).toEqual([false, [`no checkpoint: /${carriedName} is taken`], 0]);
    // And it is not taken for ours when the snapshot is looked into.
    expect(own && isCarried(own)).toBe(false);
    expect(isCarried({ ...carriedNode(carriedName, 'dir'), subtree: 'x' } as TreeNode)).toBe(true);
    expect(isCarried(carriedNode('.varvex', 'dir'))).toBe(false);
    expect(isCarried(carriedNode(carriedName, 'file'))).toBe(false);
  });
});

describe('a repository elsewhere', () => {
  let test: TestEngine;
  let work: string;
  beforeAll(async () => {
    test = await createTestEngine();
    work = join(test.folder, 'work');
    mkdirSync(work);
    writeFileSync(join(work, 'a.txt'), 'one');
    await addRepository(test, 'safe', join(test.folder, 'repository'));
    await test.api.plans.add({ name: 'thesis', repository: 'safe', paths: [work], excludes: [], tags: [] }, test.context);
  });
  afterAll(() => test?.close());
  const take = async () => {
    const task = await takeSnapshot(test, 'thesis');
    if (task.result?.kind !== 'snapshot') throw new Error(JSON.stringify(task.error));
    return task.result.result.snapshot;
  };

  it('gets the record’s checkpoint with each snapshot, as of its end', async () => {
    const first = await take();
    const shown = await test.api.snapshots.tree({ snapshot: first.id, path: '/', offset: 0, limit: 100 }, test.context);
    expect([shown.entries.map(({ name }) => name), shown.total]).toEqual([[work.split('/')[1]], 1]);
    expect((await test.api.snapshots.tree({ snapshot: first.id, path: `/${carriedName}`, offset: 0, limit: 100 }, test.context)).entries.map(({ name }) => name)).toEqual(['checkpoint', 'plan', 'vkey']);
    const read = await test.api.snapshots.read({ snapshot: first.id, path: `/${carriedName}/checkpoint`, offset: 0, length: 4096 }, test.context);
    const note = Buffer.from(read.data, 'base64').toString('utf8');
    expect((await test.api.checkpoints.list({ limit: 100 }, test.context)).map((each) => each.note)).toContain(note);
    const { entries } = await test.api.log.list({ filter: { action: 'snapshot.started' }, limit: 1, order: 'newest' }, test.context);
    // It covers the entry that says this snapshot began.
    expect(Number(note.split('\n')[1])).toBeGreaterThan(entries[0]?.seq ?? Infinity);
  });

  it('is an anchor: its newest checkpoint fits, on the same drive it does not count as outside', async () => {
    await take();
    const carried = await test.api.anchors.inRepository({ repository: 'safe', limit: 10 }, test.context);
    expect(carried).toHaveLength(2);
    expect(carried[0]?.vkey).toBe((await test.api.checkpoints.keys({}, test.context))[0]?.vkey);
    const { anchors, looked } = await test.api.anchors.fromRepository({ repository: 'safe' }, test.context);
    expect(anchors).toMatchObject([{ kind: 'snapshot', outcome: 'fits', repository: 'safe', outside: false, note: carried[0]?.note }]);
    expect(looked).toBe(2);
    expect((await test.api.anchors.status({}, test.context)).newest).toBeNull();
  });

  it('exposes a record that was put back to an older copy', async () => {
    await test.engine.stop();
    const logPath = join(test.homePath, 'log.db');
    const copy = join(test.folder, 'older.db');
    copyFileSync(logPath, copy);
    const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
    const task = await takeSnapshot(again, 'thesis');
    expect(task.state).toBe('done');
    await again.engine.stop();
    for (const end of ['', '-wal', '-shm']) rmSync(`${logPath}${end}`, { force: true });
    copyFileSync(copy, logPath);
    const rolledBack = await createTestEngine({ folder: test.folder, keyring: test.keyring });
    try {
      const { anchors } = await rolledBack.api.anchors.fromRepository({ repository: 'safe' }, rolledBack.context);
      expect(anchors.map(({ outcome }) => outcome)).toEqual(['behind', 'fits']);
      // A snapshot of the record that was put back carries its checkpoint, which fits it: the older one must still be heard.
      await takeSnapshot(rolledBack, 'thesis');
      const again = await rolledBack.api.anchors.fromRepository({ repository: 'safe' }, rolledBack.context);
      expect(again.anchors.map(({ outcome }) => outcome)[0]).toBe('fits');
      expect(again.anchors.length).toBeGreaterThan(1);
      expect(again.anchors.slice(1).every(({ outcome }) => outcome !== 'fits')).toBe(true);
    } finally {
      await rolledBack.close();
      await again.close();
    }
  });

  it('no plan can hold a folder of that name at the top', async () => {
    const own = `/${carriedName}`;
    const files = createNodeFiles();
    const lstat: Files['lstat'] = (path) => (path.startsWith(own) ? files.lstat('/') : files.lstat(path));
    const engine = await createTestEngine({ ports: { files: { ...files, lstat, realpath: (path) => (path.startsWith(own) ? path : files.realpath(path)) } } });
    try {
      await engine.api.repositories.add({ name: 'safe', path: join(engine.folder, 'r'), mode: 'create', password: { kind: 'value', password: 'secret' } }, engine.context);
      for (const path of [own, `${own}/below`]) await expect(engine.api.plans.add({ name: 'own', repository: 'safe', paths: [path], excludes: [], tags: [] }, engine.context), path).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'paths' } });
      await expect(engine.api.plans.add({ name: 'own', repository: 'safe', paths: [`${own}x`], excludes: [], tags: [] }, engine.context)).resolves.toBeDefined();
    } finally {
      await engine.close();
    }
  });
});
