// The folders of a plan as they are now, seen as the tree of a snapshot: the same names from the top down, without what the plan leaves out.
import { errnoOf } from '../../kit/errors.ts';
import { homeMarker, pathsOf } from '../../kit/paths.ts';
import type { WorkerContext } from '../../ports.ts';
import type { LeaveOut } from '../../../../contract/snapshots.ts';
import { LeavesOut, type FolderRules } from '../archive/leave-out/leave-out.ts';
import { nodeOf } from '../archive/nodes.ts';
import { targetTree, type TargetFolder } from '../archive/targets.ts';
import { readLive, type Folder, type OnGap, type Side, type SideNode } from './sides.ts';

export interface LiveFolders {
  paths: readonly string[];
  excludes: readonly string[];
  leaveOut: LeaveOut;
  /** Never entered: repositories, by device and inode (`DEVICE:INODE`). */
  skip: readonly string[];
  /** Only this folder, as if it were the top; `names`: where it lies in the snapshot. */
  only?: { path: string; names: readonly string[] };
}

type Context = Pick<WorkerContext, 'files' | 'machine'>;

export function liveSide({ files, machine }: Context, { paths, excludes, leaveOut, skip, only }: LiveFolders, onGap: OnGap): Side {
  const system = pathsOf(machine.platform);
  const leavesOut = new LeavesOut(files, excludes, leaveOut);
  const skipped = new Set(skip);

  const attempt = <R>(path: string, work: () => R): R | undefined => {
    try {
      return work();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      onGap(path, errno);
      return undefined;
    }
  };

  const look = (path: string, name: string, rules: FolderRules | undefined, names: readonly string[], target: TargetFolder | undefined): SideNode[] => {
    const unseen = [{ name, node: undefined, folder: undefined }];
    const stat = attempt(path, () => ({ found: files.lstat(path) }));
    if (stat === undefined) return unseen;
    const { found } = stat;
    if (found === undefined || found.type === 'socket' || (rules !== undefined && leavesOut.byStat(rules, found) !== undefined)) return [];
    if (found.type === 'dir' && skipped.has(`${found.device}:${found.inode}`)) return [];
    const node = attempt(path, () => nodeOf(files, path, name, found, () => undefined));
    if (node === undefined) return unseen;
    if (found.type !== 'dir') return [{ name, node, folder: undefined, ...(found.type === 'file' && { livePath: path }) }];
    const elsewhere = rules !== undefined && leavesOut.isElsewhere(rules, found);
    return [{ name, node, folder: elsewhere ? emptyFolder : folderOf(path, names, rules, target) }];
  };

  const folderOf = (path: string, names: readonly string[], above: FolderRules | undefined, target: TargetFolder | undefined): Folder => ({
    list: async () => {
      if (target !== undefined && !target.whole) return [...target.children].flatMap(([name, below]) => look(below.path, name, undefined, [...names, name], below));
      const entries = attempt(path, () => files.readdir(path));
      if (entries === undefined) return undefined;
      if (entries.some(({ name, type }) => name === homeMarker && type === 'file')) return [];
      const rules = leavesOut.empty ? undefined : leavesOut.folder(path, names, entries, above);
      return entries.flatMap(({ name, type }) => {
        const below = [...names, name];
        return rules !== undefined && leavesOut.byName(rules, below, name, type === 'dir') !== undefined ? [] : look(system.join(path, name), name, rules, below, undefined);
      });
    }
  });

  const top = targetTree(paths, system);
  return {
    top: only === undefined ? folderOf(top.path, [], undefined, top) : folderOf(only.path, only.names, undefined, undefined),
    read: ({ livePath }) => (livePath === undefined ? nothing() : readLive(files, livePath))
  };
}

const emptyFolder: Folder = { list: async () => [] };

async function* nothing(): AsyncIterable<Uint8Array> {
  // no content
}
