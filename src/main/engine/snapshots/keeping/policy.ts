// A policy as people write it (the contract's), checked and parsed into the one that decides. Pure.
import type { RetentionPolicy } from '../../../../contract/retention.ts';
import { fail } from '../../kit/errors.ts';
import { keepsNothing, parseSpan, type Policy } from '../../repository/index.ts';

/** BAD_INPUT for a policy that keeps nothing or whose lengths of time are none: it would remove everything, which nobody means. */
export function parsePolicy(written: RetentionPolicy): Policy {
  const policy: Policy = {
    counts: pick({ last: written.keepLast, hourly: written.keepHourly, daily: written.keepDaily, weekly: written.keepWeekly, monthly: written.keepMonthly, yearly: written.keepYearly }),
    withinPeriods: pick({
      hourly: spanOf(written.keepWithinHourly),
      daily: spanOf(written.keepWithinDaily),
      weekly: spanOf(written.keepWithinWeekly),
      monthly: spanOf(written.keepWithinMonthly),
      yearly: spanOf(written.keepWithinYearly)
    }),
    tags: written.keepTags ?? []
  };
  const within = spanOf(written.keepWithin);
  if (within) policy.within = within;
  if (keepsNothing(policy)) fail('BAD_INPUT', 'a policy that keeps nothing', { field: 'policy', reason: 'keeps nothing; name at least one rule, for example 7 daily snapshots' });
  return policy;
}

function spanOf(text: string | undefined): ReturnType<typeof parseSpan> {
  if (text === undefined) return undefined;
  return parseSpan(text) ?? fail('BAD_INPUT', `${text} is no span`, { field: 'policy', reason: `"${text}" is not a length of time; write for example 1y6m or 7d12h` });
}

function pick<V>(members: Record<string, V | undefined>): Record<string, V> {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, V] => member[1] !== undefined));
}

/** The policy without rules that say nothing, in a fixed order: two that mean the same look the same. */
export function tidyPolicy(written: RetentionPolicy): RetentionPolicy {
  const members = Object.entries(written).filter(([, value]) => value !== undefined && value !== 0 && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1))) as RetentionPolicy;
}
