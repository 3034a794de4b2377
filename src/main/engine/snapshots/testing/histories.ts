// A history without the engine around it: its task in this thread, over trees that a test names. Only for tests.
import { join } from 'node:path';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import { namesOf } from '../browse/view.ts';
import type { HistoryFacts, HistoryMessage, HistoryRequest } from '../history/protocol.ts';
import { historyTask } from '../history/task.ts';
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
  let facts: HistoryFacts | undefined;
  const listeners: ((message: unknown) => void)[] = [];
  const post = (message: unknown): void => {
    const said = message as HistoryMessage;
    if (said.kind === 'done') facts = said.facts;
    if (said.kind === 'lock' && said.written) for (const listener of listeners) listener({ kind: 'lock-noted', lockId: said.lockId });
  };
  const onMessage = (listener: (message: unknown) => void): (() => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  try {
    await historyTask({ ...context, volumes: undefined as never, post, onMessage, closing: options.signal ?? new AbortController().signal }, request);
  } finally {
    folder.remove();
  }
  if (facts === undefined) throw new Error('the history said nothing');
  return facts;
}
