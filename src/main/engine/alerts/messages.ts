// 11.9 and 11.13: which groups are told now. Pure. A new group waits a minute for what belongs to it; changes are told every 15 minutes, and what goes on
// firing once a day.
import { groupOf, type AlertRow, type GroupRow } from './model.ts';

export const groupWaitMs = 60_000;
export const groupIntervalMs = 15 * 60_000;
export const repeatIntervalMs = 24 * 3_600_000;

export interface Planned {
  key: string;
  /** To be told as firing. */
  firing: AlertRow[];
  /** To be told as over, where it was told before. */
  resolved: AlertRow[];
  critical: boolean;
}

export interface PlanInput {
  /** Firing ones that nothing keeps quiet. */
  loud: readonly AlertRow[];
  /** Resolved ones whose end was not told yet. */
  over: readonly AlertRow[];
  groups: ReadonlyMap<string, GroupRow>;
  nowMs: number;
}

export function planMessages({ loud, over, groups, nowMs }: PlanInput): { planned: Planned[]; /** When there will be something to plan; undefined: nothing waits. */ nextMs: number | undefined } {
  const planned: Planned[] = [];
  let nextMs: number | undefined;
  const members = new Map<string, { loud: AlertRow[]; over: AlertRow[] }>();
  const memberOf = (row: AlertRow): { loud: AlertRow[]; over: AlertRow[] } => {
    const key = groupOf(row);
    const known = members.get(key) ?? { loud: [], over: [] };
    members.set(key, known);
    return known;
  };
  for (const row of loud) memberOf(row).loud.push(row);
  for (const row of over) memberOf(row).over.push(row);

  for (const [key, group] of members) {
    const fresh = group.loud.filter((row) => row.toldStep !== row.step);
    const ended = group.over.filter((row) => row.toldAt !== null);
    const repeats = group.loud.filter((row) => row.toldAt !== null && nowMs - row.toldAt >= repeatIntervalMs);
    const lastMs = groups.get(key)?.lastAt ?? Number.NEGATIVE_INFINITY;
    // A minute for what belongs to it, and for what is over at once.
    const settledMs = fresh.length === 0 ? nowMs : Math.min(...fresh.map((row) => row.openedAt ?? row.changedAt)) + groupWaitMs;
    const dueMs = fresh.length + ended.length === 0 ? undefined : Math.max(lastMs + groupIntervalMs, settledMs);
    if (repeats.length === 0 && (dueMs === undefined || dueMs > nowMs)) {
      if (dueMs !== undefined) nextMs = Math.min(nextMs ?? dueMs, dueMs);
      continue;
    }
    const firing = fresh.length > 0 || repeats.length > 0 ? group.loud : [];
    planned.push({ key, firing, resolved: ended, critical: [...firing, ...ended].some(({ severity }) => severity === 'critical') });
  }
  return { planned, nextMs };
}
