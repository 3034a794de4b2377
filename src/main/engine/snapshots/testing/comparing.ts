// A comparison without the engine around it: its task in this thread, and what it found as lines. Only for tests.
import { join } from 'node:path';
import { leaveOutNothing } from '../../../../contract/snapshots.ts';
import type { Change } from '../../../../contract/compare.ts';
import { lockIdentity, type MasterKey } from '../../repository/index.ts';
import { openDatabase } from '../../store/index.ts';
import type { LiveFolders } from '../compare/live-side.ts';
import type { CompareFacts, CompareMessage, CompareRequest } from '../compare/protocol.ts';
import { readFolder, readList, type ListInput } from '../compare/read.ts';
import { compareMigrations } from '../compare/schema.ts';
import { compareTask } from '../compare/task.ts';
import { temporaryFolder, type Context } from './workshop.ts';

export interface Compared {
  facts: CompareFacts;
  list(input?: Partial<ListInput>): Change[];
  folder(path: string): Change[] | undefined;
  remove(): void;
}

export interface ComparedTree {
  repository: string;
  key: MasterKey;
  treeId: string;
  path?: string;
}

const firstPage = { sort: 'path', descending: false, offset: 0, limit: 100_000 } as const;

export async function compareTrees(context: Context, from: ComparedTree, to: ComparedTree | { live: readonly string[] } & Partial<LiveFolders>, options: { exact?: boolean; signal?: AbortSignal } = {}): Promise<Compared> {
  const folder = temporaryFolder();
  const databasePath = join(folder.path, 'comparison.db');
  const sideOf = ({ repository, key, treeId, path = '/' }: ComparedTree): CompareRequest['from'] => ({ repositoryPath: repository, masterKey: key, indexCache: join(folder.path, 'index'), treeId, path });
  const request: CompareRequest = {
    from: sideOf(from),
    to: 'live' in to ? { live: { paths: to.live, excludes: to.excludes ?? [], leaveOut: to.leaveOut ?? leaveOutNothing, skip: to.skip ?? [] } } : sideOf(to),
    exact: options.exact ?? false,
    databasePath,
    identity: lockIdentity(context.machine)
  };
  let facts: CompareFacts | undefined;
  const listeners: ((message: unknown) => void)[] = [];
  const post = (message: unknown): void => {
    const said = message as CompareMessage;
    if (said.kind === 'done') facts = said.facts;
    if (said.kind === 'lock' && said.written) for (const listener of listeners) listener({ kind: 'lock-noted', lockId: said.lockId });
  };
  const onMessage = (listener: (message: unknown) => void): (() => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  await compareTask({ ...context, volumes: undefined as never, post, onMessage, closing: options.signal ?? new AbortController().signal }, request);
  if (facts === undefined) throw new Error('the comparison said nothing');
  const found = facts;
  const db = openDatabase({ path: databasePath, files: context.files, migrations: compareMigrations, kind: 'cache', readOnly: true });
  return {
    facts: found,
    list: (input = {}) => readList(db, { ...firstPage, ...input }).changes,
    folder: (path) => readFolder(db, path, firstPage)?.changes,
    remove: () => {
      db.close();
      folder.remove();
    }
  };
}

/** Each change on a line: its kind, a mark when suspect, the path, and where it came from or went. */
export function linesOf(changes: readonly Change[]): string[] {
  return changes.map(({ kind, suspect, path, other, parts }) => [`${kind ?? ''}${suspect ? '?' : ''}`, path, ...(other === null ? [] : [other]), ...(kind === 'metadata' ? [parts.join()] : [])].join(' '));
}
