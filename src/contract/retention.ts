// What a person says about keeping: the rules of a policy, as restic's options of the same names.
import * as z from 'zod';
import { Tag } from './ids.ts';

/** How many of a kind; -1: all of them. */
const KeepCount = z.number().int().min(-1).max(1_000_000);
/** `1y5m7d2h`: years, months, days, hours. */
const Within = z.string().regex(/^(?:\d{1,6}[ymdh]){1,4}$/, 'must be a length of time, for example 1y6m or 7d12h');

export const RetentionPolicy = z.strictObject({
  keepLast: KeepCount.optional(),
  keepHourly: KeepCount.optional(),
  keepDaily: KeepCount.optional(),
  keepWeekly: KeepCount.optional(),
  keepMonthly: KeepCount.optional(),
  keepYearly: KeepCount.optional(),
  keepWithin: Within.optional(),
  keepWithinHourly: Within.optional(),
  keepWithinDaily: Within.optional(),
  keepWithinWeekly: Within.optional(),
  keepWithinMonthly: Within.optional(),
  keepWithinYearly: Within.optional(),
  /** Each list is one rule: a snapshot that has all of its tags is kept. */
  keepTags: z.array(z.array(Tag).min(1).max(10)).max(20).optional()
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;
