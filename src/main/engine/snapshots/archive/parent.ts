// The snapshot a new one is compared with, and the question whether a file is still the one it was. Pure.
import type { FileStat } from '../../ports.ts';
import type { SnapshotFile, TreeNode } from '../../repository/index.ts';
import { isSafety, planTag } from '../model.ts';

export interface ParentQuestion {
  planId: string;
  hostname: string;
  paths: readonly string[];
  timeNs: bigint;
}

/** The latest snapshot of the plan that is not in the future; else the latest with the same host and the same paths. */
export function chooseParent(snapshots: readonly { id: string; file: SnapshotFile }[], question: ParentQuestion): { id: string; file: SnapshotFile } | undefined {
  const past = snapshots.filter(({ file }) => file.time.ns <= question.timeNs && !isSafety(file.tags)).sort((a, b) => (a.file.time.ns === b.file.time.ns ? (a.id < b.id ? 1 : -1) : a.file.time.ns < b.file.time.ns ? 1 : -1));
  const wanted = new Set(question.paths);
  return (
    past.find(({ file }) => file.tags?.includes(planTag(question.planId))) ??
    past.find(({ file }) => file.hostname === question.hostname && file.paths.length === wanted.size && file.paths.every((path) => wanted.has(path)))
  );
}

/** True when the file need not be read: same size, times to the nanosecond and inode, and every chunk is there. */
export function isUnchanged(before: TreeNode | undefined, stat: FileStat, hasBlob: (id: string) => boolean): before is TreeNode & { content: readonly string[] } {
  return (
    before !== undefined &&
    before.type === 'file' &&
    stat.type === 'file' &&
    (before.size ?? 0) === stat.size &&
    before.mtime.ns === stat.mtimeNs &&
    before.ctime.ns === stat.ctimeNs &&
    (before.inode ?? 0n) === stat.inode &&
    Array.isArray(before.content) &&
    before.content.every(hasBlob)
  );
}
