// Plans and what their names, tags and paths must be (docs/decisions, "Plans, snapshots, repositories"). Pure.

import type { LeaveOut, PlanHooks } from '../../../contract/snapshots.ts';

/** A plan as it is kept in state.db. */
export interface PlanRow {
  id: string;
  name: string;
  title: string;
  repositoryId: string;
  paths: string[];
  excludes: string[];
  leaveOut: LeaveOut;
  hooks: PlanHooks;
  tags: string[];
  gentle: boolean;
  snapshotOnQuit: boolean;
  zone: string;
  createdAt: string;
  version: number;
}

/** A plan that was removed, as it was last. Its snapshots still name it. */
export interface RemovedPlan extends PlanRow {
  removedAt: string;
}

const planTagPrefix = 'varve-plan:';
/** A snapshot with files missing carries it. */
export const incompleteTag = 'varve-incomplete';

/** No policy removes a snapshot that carries it; restic respects it with `--keep-tag varve-pin`. */
export const pinTag = 'varve-pin';

/** What a restore in place touched, as it was before. No plan's, in no list but that of this tag. */
export const safetyTag = 'varve-safety';

export function safetyMark(restoreId: string): string {
  return `${safetyTag}:${restoreId}`;
}

export function isSafety(tags: readonly string[] | undefined): boolean {
  return tags?.includes(safetyTag) ?? false;
}

/** The tag by which every snapshot names its plan. */
export function planTag(planId: string): string {
  return planTagPrefix + planId;
}

export function planIdOf(tags: readonly string[] | undefined): string | undefined {
  return tags?.find((tag) => tag.startsWith(planTagPrefix))?.slice(planTagPrefix.length);
}

/** Tags of people may not look like Varve's own. */
export function isReservedTag(tag: string): boolean {
  return tag.startsWith('varve-');
}

/** Minutes east of UTC in an IANA zone at an instant. */
export function zoneOffsetMinutes(zone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(atMs);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((local - Math.floor(atMs / 1000) * 1000) / 60_000);
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
