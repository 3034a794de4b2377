// A history without the engine around it: its task in this thread, over trees that a test names. Only for tests.
import { join } from 'node:path';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import { namesOf } from '../browse/view.ts';
import type { HistoryFacts, HistoryRequest } from '../history/protocol.ts';
import { historyTask } from '../history/task.ts';
import { taskHere } from './task-here.ts';
import { temporaryFolder, type Context } from './workshop.ts';

export interface SnapshotOf {
  repository: string;
  key: MasterKey;
  treeId: string;
  incomplete?: boolean;
  paths?: readonly string[];
}

/** `snapshots`: newest first. */
export async function historyOf(context: Context, snapshots: readonly SnapshotOf[], path: string, options: { renames?: boolean; signal?: AbortSignal } = {}): Promise<HistoryFacts> {
  const folder = temporaryFolder();
  const paths = [...new Set(snapshots.map(({ repository }) => repository))];
  const request: HistoryRequest = {
    places: paths.map((repositoryPath, i) => ({ repositoryPath, masterKey: (snapshots.find(({ repository }) => repository === repositoryPath) as SnapshotOf).key, indexCache: join(folder.path, `index-${i}`) })),
    snapshots: snapshots.map(({ repository, treeId, incomplete = false, paths: of = [] }) => ({ place: paths.indexOf(repository), treeId, incomplete, paths: of })),
    names: namesOf(path),
    renames: options.renames ?? true,
    identity: lockIdentity(context.machine)
  };
  try {
    return await taskHere<HistoryFacts>(context, historyTask, request, options.signal);
  } finally {
    folder.remove();
  }
}
