// The safety snapshot of a restore in place: exactly what will be touched, as it is now. It is read anew, every byte, and whole or not made at all: where
// something cannot be kept, nothing is touched. It belongs to no plan (its tag says of what restore it is), so that no plan's list, `latest`, rule or next
// snapshot takes it for one of the plan's.
import { dirname } from 'node:path';
import { fail } from '../../kit/errors.ts';
import type { SaveInput } from '../archive/protocol.ts';
import { saveSnapshot, type SaveOptions } from '../archive/save.ts';
import { writesContent, type Decisions } from './decide.ts';
import { safetyMark, safetyTag } from '../model.ts';
import type { RestoreRequest, SafetyMade } from './protocol.ts';

const shownPaths = 100;

/** Paths of what exists and will not be as it was, folders without what is in them. */
export function touchedBy({ folders, files, others, sides, extras }: Decisions): string[] {
  const touched = new Set<string>();
  const there = new Set(folders.filter(({ action, item }) => action !== 'new' && item.own).map(({ path }) => path));
  /** A folder's time moves when something in it comes or goes. */
  const touchFolder = (path: string): void => {
    if (there.has(dirname(path))) touched.add(dirname(path));
  };
  for (const { path, action, finish } of folders) {
    if (action === 'new') touchFolder(path);
    else if (finish) touched.add(path);
  }
  for (const { path, action } of [...files, ...others]) {
    if (action === 'replace' || action === 'metadata') touched.add(path);
    if (writesContent(action)) touchFolder(path);
  }
  for (const { path } of [...sides, ...extras]) touched.add(path).add(dirname(path));
  return [...touched];
}

/** `entries`: what is touched; undefined when that is nothing. */
export async function takeSafetySnapshot(context: Parameters<typeof saveSnapshot>[0], request: RestoreRequest, entries: readonly string[], options: SaveOptions): Promise<SafetyMade | undefined> {
  if (entries.length === 0 || request.safety === undefined) return undefined;
  const { repositoryPath, masterKey, indexCache, identity } = request;
  const input: SaveInput = {
    repositoryPath,
    masterKey,
    indexCache,
    identity,
    paths: entries,
    // The last one is no place: so no list of the same host and folders, restic's included, takes it for the plan's.
    shownPaths: [...entries.slice(0, shownPaths), `/${safetyTag}`],
    entries: true,
    // It may be the only copy that is left, and what the repository says it has already may be damaged.
    proven: true,
    excludes: [],
    leaveOut: { caseless: [], gitignore: false, caches: false, ifPresent: [], largerThan: null, oneFileSystem: false },
    tags: [safetyTag, safetyMark(request.safety.restore)],
    timeNs: context.clock.nowNs(),
    offsetMinutes: request.safety.offsetMinutes,
    hostname: context.machine.hostname,
    username: context.machine.username,
    programVersion: request.safety.programVersion
  };
  const { snapshotId, file, gaps } = await saveSnapshot(context, input, options);
  const [gap] = gaps;
  if (gap !== undefined) fail('NOT_READABLE', `${gap.path} cannot be kept before it is replaced: ${gap.reason}`, { path: gap.path, reason: gap.reason });
  return { snapshotId, treeId: file.tree };
}
