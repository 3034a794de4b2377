// What a policy is, inside the engine: restic's rules, parsed.
import type { Span } from './span.ts';

/** A rule that keeps the newest snapshot of each period, up to a count. */
export const countRules = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type CountRule = (typeof countRules)[number];

/** A rule that does so without a count, within a time. */
export const spanRules = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type SpanRule = (typeof spanRules)[number];

export interface Policy {
  /** How many; -1 for all of them. A rule that is not there keeps nothing. */
  counts: Partial<Record<CountRule, number>>;
  /** Everything not older than this, counted from the newest snapshot. */
  within?: Span;
  withinPeriods: Partial<Record<SpanRule, Span>>;
  /** Lists of tags: a snapshot that has all tags of one of them is kept. The tag '' means a snapshot without tags. */
  tags: readonly (readonly string[])[];
}

/** True for a policy that no snapshot could fit. */
export function keepsNothing({ counts, within, withinPeriods, tags }: Policy): boolean {
  return within === undefined && tags.length === 0 && Object.values(counts).every((count) => count === 0) && Object.keys(withinPeriods).length === 0;
}
