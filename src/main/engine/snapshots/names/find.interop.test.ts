// restic as judge: what `restic find` lists for names of files is what a search lists, snapshot for snapshot.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import { hasProgram, Seeded } from '../testing/make-tree.ts';
import { save } from '../testing/save-and-restore.ts';
import { taskHere } from '../testing/task-here.ts';
import { makeRepository, realContext, restic, temporaryFolder, type Context } from '../testing/workshop.ts';
import type { FindFacts, FindRequest } from './protocol.ts';
import { findTask } from './task.ts';

const missing = !hasProgram('restic');
if (missing) console.warn('find.interop: skipped, restic is not installed here');

describe.skipIf(missing)('a search, beside restic find', () => {
  let context: Context;
  let folder: ReturnType<typeof temporaryFolder>;
  let repository: string;
  let key: MasterKey;
  const trees: string[] = [];
  beforeAll(async () => {
    context = realContext();
    folder = temporaryFolder();
    repository = join(folder.path, 'repository');
    const source = join(folder.path, 'source');
    for (const path of [repository, source]) mkdirSync(path);
    key = await makeRepository(context, repository);
    const random = new Seeded('find');
    for (let i = 0; i < 4; i++) {
      const part = join(source, `Part-${i}`, 'deep');
      mkdirSync(part, { recursive: true });
      for (let file = 0; file < 25; file++) writeFileSync(join(part, `${random.pick(['File', 'note', 'x'])} ${file}.${random.pick(['txt', 'TXT', 'png'])}`), random.bytes(20));
      if (i === 2) rmSync(join(source, 'Part-0'), { recursive: true });
      if (i === 3) renameSync(join(source, 'Part-1'), join(source, 'moved'));
      trees.unshift((await save(context, repository, key, [source])).file.tree);
    }
  });
  afterAll(async () => {
    await context.workers.close();
    folder.remove();
  });

  it.each([['*.txt', false], ['File 1?.*', false], ['[Fx]* *.png', false], ['[^F]*.txt', false], ['nothing*', false], ['*.txt', true]])('finds the same files for %s (ignoring case: %s)', async (pattern, ignoreCase) => {
    const request: FindRequest = {
      places: [{ repositoryPath: repository, masterKey: key, indexCache: join(folder.path, 'index'), databasePath: join(folder.path, 'names.db') }],
      snapshots: trees.map((treeId) => ({ place: 0, treeId })),
      pattern, ignoreCase, type: 'file', limit: 10_000, holders: false, identity: lockIdentity(context.machine)
    };
    const { found } = await taskHere<FindFacts>(context, findTask, request);
    const listed = JSON.parse(restic(repository, ['find', '--json', ...(ignoreCase ? ['--ignore-case'] : []), pattern])) as { matches: { path: string; type: string }[] | null }[];
    const counts = new Map<string, number>();
    for (const { matches } of listed) for (const { path, type } of matches ?? []) if (type === 'file') counts.set(path, (counts.get(path) ?? 0) + 1);
    expect(found.map(({ path, snapshots }) => `${path} ${snapshots}`).sort()).toEqual([...counts].map(([path, count]) => `${path} ${count}`).sort());
    expect(found.length > 0).toBe(pattern !== 'nothing*');
  });
});
