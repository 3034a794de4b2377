// When a job runs by itself.
import * as z from 'zod';
import { Instant } from './ids.ts';

export const Schedule = z.discriminatedUnion('kind', [
  /** `dayMatch`: what holds when both day fields are restricted. */
  z.strictObject({ kind: z.literal('cron'), expression: z.string().min(1).max(300), zone: z.string().min(1).max(100), dayMatch: z.enum(['or', 'and']).default('or') }),
  /** In elapsed time from the anchor, at least a minute. */
  z.strictObject({ kind: z.literal('interval'), everyMs: z.number().int().min(60_000).max(366 * 86_400_000), anchor: Instant }),
  z.strictObject({ kind: z.literal('startup') }),
  z.strictObject({ kind: z.literal('manual') })
]);
export type Schedule = z.infer<typeof Schedule>;
