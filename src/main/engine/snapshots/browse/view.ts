// Snapshots and their entries as the contract shows them. Pure.
import type { Tested } from '../../../../contract/drills.ts';
import type { Snapshot, SnapshotSummary, TreeEntry } from '../../../../contract/snapshots.ts';
import { displayName } from '../../kit/names.ts';
import { formatGoTime, shortId, splitGoMode, type SnapshotFile, type TreeNode } from '../../repository/index.ts';
import { incompleteTag, planIdOf } from '../model.ts';

export interface KnownPlan {
  id: string;
  name: string;
  title: string;
  /** There when it was removed. */
  removedAt?: string;
}

export function snapshotView(repository: { id: string; name: string }, id: string, file: SnapshotFile, planOf: (id: string) => KnownPlan | undefined, noteOf: (lineage: string) => string | undefined = () => undefined, testedOf: (lineage: string) => Tested | undefined = () => undefined): Snapshot {
  const tested = testedOf(file.original ?? id);
  const note = noteOf(file.original ?? id);
  const planId = planIdOf(file.tags) ?? null;
  const plan = planId === null ? undefined : planOf(planId);
  return {
    id,
    lineage: file.original ?? id,
    shortId: shortId(id),
    repositoryId: repository.id,
    repositoryName: repository.name,
    planId,
    planName: plan?.name ?? null,
    ...(plan?.removedAt !== undefined && { removedPlan: { title: plan.title, at: plan.removedAt } }),
    time: formatGoTime(file.time),
    at: instantOf(file.time.ns),
    paths: [...file.paths],
    hostname: file.hostname ?? '',
    username: file.username ?? '',
    tags: [...(file.tags ?? [])],
    incomplete: file.tags?.includes(incompleteTag) ?? false,
    parent: file.parent ?? null,
    program: file.programVersion ?? '',
    ...(note !== undefined && { note }),
    ...(tested !== undefined && { tested }),
    summary: file.summary ? summaryView(file.summary) : null
  };
}

/** Outside the years 0 to 9999 the nearest instant inside: the contract's form has four digits. */
function instantOf(ns: bigint): string {
  const ms = Number(ns / 1_000_000n);
  return new Date(Math.min(253_402_300_799_999, Math.max(-62_167_219_200_000, ms))).toISOString();
}

function summaryView(summary: NonNullable<SnapshotFile['summary']>): SnapshotSummary {
  const { filesNew, filesChanged, filesUnmodified, dirsNew, dirsChanged, dirsUnmodified, dataBlobs, treeBlobs, dataAdded, dataAddedPacked } = summary;
  const clamp = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);
  return {
    filesNew: clamp(filesNew), filesChanged: clamp(filesChanged), filesUnmodified: clamp(filesUnmodified), dirsNew: clamp(dirsNew), dirsChanged: clamp(dirsChanged), dirsUnmodified: clamp(dirsUnmodified),
    dataBlobs: clamp(dataBlobs), treeBlobs: clamp(treeBlobs), dataAdded: clamp(dataAdded), dataAddedPacked: clamp(dataAddedPacked), totalFiles: clamp(summary.totalFilesProcessed), totalBytes: clamp(summary.totalBytesProcessed)
  };
}

export function entryView(folderPath: string, node: TreeNode): TreeEntry {
  return {
    name: node.name,
    label: displayName(node.name),
    path: folderPath === '/' ? `/${node.name}` : `${folderPath}/${node.name}`,
    type: node.type,
    sizeBytes: node.size ?? 0,
    modifiedAt: formatGoTime(node.mtime),
    mode: modeText(node),
    user: node.user ?? (node.uid === 0 ? '' : String(node.uid)),
    group: node.group ?? (node.gid === 0 ? '' : String(node.gid)),
    linkTarget: node.linkTarget ?? null
  };
}

const typeLetters: Record<TreeNode['type'], string> = { file: '-', dir: 'd', symlink: 'l', dev: 'b', chardev: 'c', fifo: 'p', socket: 's', irregular: '?' };

/** As `ls -l` shows it. */
export function modeText(node: Pick<TreeNode, 'type' | 'mode'>): string {
  const { permissions } = splitGoMode(node.mode);
  let text = typeLetters[node.type];
  for (const [shift, special, letter] of [[6, 0o4000, 's'], [3, 0o2000, 's'], [0, 0o1000, 't']] as const) {
    const bits = permissions >> shift;
    const executable = (bits & 1) !== 0;
    text += (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-');
    text += permissions & special ? (executable ? letter : letter.toUpperCase()) : executable ? 'x' : '-';
  }
  return text;
}

/** Names of a path inside a snapshot; `/` and '' are the top. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
