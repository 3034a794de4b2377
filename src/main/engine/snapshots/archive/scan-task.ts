// How much there is to save, counted beside the first snapshot of a plan so that its progress has an end. A second opinion only: what
// cannot be looked at is not counted, and nobody waits for it.
import { join } from 'node:path';
import { homeMarker, pathsOf } from '../../kit/paths.ts';
import type { DirEntry, Files, WorkerTask } from '../../ports.ts';
import type { LeaveOut } from '../../../../contract/snapshots.ts';
import { type FolderRules, LeavesOut } from './leave-out/leave-out.ts';
import { targetTree, type TargetFolder } from './targets.ts';

export interface ScanInput {
  paths: readonly string[];
  excludes: readonly string[];
  leaveOut: LeaveOut;
  /** Folders that are not entered, by device and inode. */
  skip: ReadonlySet<string>;
}

export interface ScanResult {
  files: number;
  bytes: number;
}

interface Waiting {
  path: string;
  names: string[];
  above: FolderRules | undefined;
  target: TargetFolder | undefined;
}

export const scanTask: WorkerTask = async (context, input): Promise<ScanResult> => {
  const { paths, excludes, leaveOut, skip } = input as ScanInput;
  const { files, closing } = context;
  const leavesOut = new LeavesOut(files, excludes, leaveOut);
  const total: ScanResult = { files: 0, bytes: 0 };
  const waiting: Waiting[] = [{ path: '', names: [], above: undefined, target: targetTree(paths, pathsOf(context.machine.platform)) }];
  for (let next = waiting.pop(), n = 0; next !== undefined && !closing.aborted; next = waiting.pop(), n++) {
    if (n % 50 === 0) await new Promise<void>((resolve) => setImmediate(resolve)); // hears that it may stop
    const { target } = next;
    if (target !== undefined && !target.whole) {
      for (const [name, child] of target.children) look(child.path, [...next.names, name], undefined, child);
      continue;
    }
    const folder = target?.path ?? next.path;
    const entries = list(files, folder);
    if (entries.some((entry) => entry.name === homeMarker && entry.type === 'file')) continue;
    const rules = leavesOut.empty ? undefined : leavesOut.folder(folder, next.names, entries, next.above);
    for (const { name, type } of entries) {
      const names = [...next.names, name];
      if (rules === undefined || leavesOut.byName(rules, names, name, type === 'dir') === undefined) look(join(folder, name), names, rules, undefined);
    }
  }
  return total;

  function look(path: string, names: string[], above: FolderRules | undefined, target: TargetFolder | undefined): void {
    try {
      const stat = files.lstat(path);
      if (stat !== undefined && above !== undefined && (leavesOut.byStat(above, stat) !== undefined || leavesOut.isElsewhere(above, stat))) return;
      if (stat?.type === 'file') {
        total.files += 1;
        total.bytes += stat.size;
      } else if (stat?.type === 'dir' && !skip.has(`${stat.device}:${stat.inode}`)) waiting.push({ path, names, above, target });
    } catch {
      // the snapshot itself will name it
    }
  }
};

function list(files: Files, path: string): DirEntry[] {
  try {
    return files.readdir(path);
  } catch {
    return [];
  }
}
