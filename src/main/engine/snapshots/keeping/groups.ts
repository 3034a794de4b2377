// Which snapshots are judged together, and what the policy says of each. A plan's snapshots are one group wherever they were taken; those that
// no plan took are grouped by host and paths, as restic does. Pure.
import { sha256Hex } from '../../repository/index.ts';
import type { SnapshotFile } from '../../repository/index.ts';
import { decide, type Policy, type RetentionReason } from '../../repository/index.ts';
import { isSafety, pinTag, planIdOf } from '../model.ts';

export interface Listed {
  id: string;
  file: SnapshotFile;
}

export interface Group {
  planId: string | undefined;
  hostname: string;
  paths: readonly string[];
  snapshots: Listed[];
}

export interface Judged extends Omit<Group, 'snapshots'> {
  /** Newest first. */
  keep: { snapshot: Listed; reasons: RetentionReason[] }[];
  remove: Listed[];
}

/** Safety snapshots of restores are judged by no rule: they go when a person names them. `planId`: only this plan's, as one group; undefined: only those that carry no plan's tag, by host and paths. */
export function groupsOf(snapshots: readonly Listed[], planId: string | undefined): Group[] {
  const groups = new Map<string, Group>();
  // One order for those of the same time, so that the same repository is always judged the same.
  for (const snapshot of [...snapshots].sort((a, b) => (a.id < b.id ? 1 : -1))) {
    const { file } = snapshot;
    if (planIdOf(file.tags) !== planId || isSafety(file.tags)) continue;
    const hostname = file.hostname ?? '';
    const paths = [...file.paths].sort();
    const key = planId ?? JSON.stringify([hostname, paths]);
    const group = groups.get(key);
    if (group) group.snapshots.push(snapshot);
    else groups.set(key, { planId, hostname, paths, snapshots: [snapshot] });
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

export function judge({ snapshots, ...group }: Group, policy: Policy, nowNs: bigint): Judged {
  const decided = decide(
    snapshots.map((snapshot) => ({ snapshot, time: snapshot.file.time, tags: snapshot.file.tags })),
    policy,
    { nowNs, heldBy: ({ snapshot }) => (isHeld(snapshot.file, nowNs) ? pinTag : undefined) }
  );
  return {
    ...group,
    keep: decided.filter(({ reasons }) => reasons.length > 0).map(({ candidate, reasons }) => ({ snapshot: candidate.snapshot, reasons })),
    remove: decided.filter(({ reasons }) => reasons.length === 0).map(({ candidate }) => candidate.snapshot)
  };
}

/** Those a person named, as one group: all go, except what is held. */
export function judgeChosen(snapshots: readonly Listed[], nowNs: bigint): Judged {
  const held = (snapshot: Listed): boolean => isHeld(snapshot.file, nowNs);
  return {
    planId: undefined,
    hostname: '',
    paths: [],
    keep: snapshots.filter(held).map((snapshot) => ({ snapshot, reasons: [{ rule: 'held', by: pinTag }] })),
    remove: snapshots.filter((snapshot) => !held(snapshot))
  };
}

/** Pinned here, or marked by rustic: `"delete": "Never"`, or `{"After": time}` until that time. A mark that is not understood holds, too. */
export function isHeld(file: SnapshotFile, nowNs: bigint): boolean {
  if (file.tags?.includes(pinTag)) return true;
  const mark = file.extra?.['delete'];
  if (mark === undefined || mark === null || mark === 'NotSet') return false;
  const after = typeof mark === 'object' && 'After' in mark && typeof mark.After === 'string' ? Date.parse(mark.After) : Number.NaN;
  return Number.isNaN(after) || BigInt(after) * 1_000_000n > nowNs;
}

/** A name for exactly this outcome: what a person agreed to is what happens. */
export function tokenOf(repositoryId: string, groups: readonly Judged[]): string {
  const gone = groups.flatMap(({ remove }) => remove.map(({ id }) => id)).sort();
  return sha256Hex(Buffer.from(JSON.stringify(['forget', repositoryId, gone])));
}
