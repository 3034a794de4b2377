// Which snapshots of one group a policy keeps, and why: restic's own algorithm (restic-format "Retention"; its forget), so that the two tools
// decide alike. Pure: time comes in. Rules are joined by "or", one snapshot may use up the count of several. Buckets follow the clock of
// the zone each snapshot was recorded in. The oldest snapshot is kept, too, while a rule has something left, so that history begins early.
import type { GoTime } from '../format/time.ts';
import { periodOf, type Period } from './calendar.ts';
import { countRules, spanRules, type CountRule, type Policy, type SpanRule } from './policy.ts';
import { before, formatSpan, type Span } from './span.ts';

export interface Candidate {
  time: GoTime;
  tags?: readonly string[] | undefined;
}

/** Why a snapshot is kept. `oldest`: not as the newest of its period but as the first of all. */
export type Reason =
  | { rule: 'held'; by: string }
  | { rule: 'tags'; tags: readonly string[] }
  | { rule: 'within'; within: string }
  | { rule: CountRule; oldest: boolean }
  | { rule: `within-${SpanRule}`; within: string; oldest: boolean };

export interface Decision<C> {
  candidate: C;
  /** Empty: the policy does not keep it. */
  reasons: Reason[];
  /** What is left of each count after this snapshot. */
  left: Partial<Record<CountRule, number>>;
}

export interface DecideOptions<C> {
  nowNs: bigint;
  /** Names what holds a snapshot whatever the policy says (a pin); undefined where nothing does. */
  heldBy?: (candidate: C) => string | undefined;
}

const periods: Record<Exclude<CountRule, 'last'>, Period> = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' };

/** Newest first; those of the same time in the order they came. */
export function decide<C extends Candidate>(candidates: readonly C[], policy: Policy, { nowNs, heldBy }: DecideOptions<C>): Decision<C>[] {
  const sorted = [...candidates].sort((a, b) => (a.time.ns === b.time.ns ? 0 : a.time.ns < b.time.ns ? 1 : -1));
  const newest = sorted.find(({ time }) => time.ns < nowNs)?.time;
  const reaches = (time: GoTime, span: Span): boolean => newest === undefined || time.ns > before(newest, span);
  const left = { ...policy.counts };
  const lastOf = new Map<string, number>();

  /** Whether the snapshot opens a bucket of this rule, or is the oldest of all. */
  const open = (rule: string, bucket: number, isOldest: boolean): { oldest: boolean } | undefined => {
    const same = lastOf.get(rule) === bucket;
    if (same && !isOldest) return undefined;
    lastOf.set(rule, bucket);
    return { oldest: same };
  };

  return sorted.map((candidate, i) => {
    const { time } = candidate;
    const isOldest = i === sorted.length - 1;
    const reasons: Reason[] = [];
    const holder = heldBy?.(candidate);
    if (holder !== undefined) reasons.push({ rule: 'held', by: holder });
    for (const tags of policy.tags) if (hasTags(candidate, tags)) reasons.push({ rule: 'tags', tags });
    if (policy.within && reaches(time, policy.within)) reasons.push({ rule: 'within', within: formatSpan(policy.within) });
    for (const rule of countRules) {
      const count = left[rule] ?? 0;
      if (count === 0) continue;
      const opened = open(rule, rule === 'last' ? i : periodOf(time, periods[rule]), isOldest);
      if (!opened) continue;
      if (count > 0) left[rule] = count - 1;
      reasons.push({ rule, ...opened });
    }
    for (const rule of spanRules) {
      const span = policy.withinPeriods[rule];
      if (!span || !reaches(time, span)) continue;
      const opened = open(`within-${rule}`, periodOf(time, periods[rule]), isOldest);
      if (opened) reasons.push({ rule: `within-${rule}`, within: formatSpan(span), ...opened });
    }
    return { candidate, reasons, left: { ...left } };
  });
}

/** In the order they are written, as restic asks: '' fits a snapshot without tags and ends the question. */
function hasTags({ tags = [] }: Candidate, wanted: readonly string[]): boolean {
  for (const tag of wanted) {
    if (tag === '' && tags.length === 0) return true;
    if (!tags.includes(tag)) return false;
  }
  return true;
}
