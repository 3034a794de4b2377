// When a job runs: the shape of a schedule, why one is refused, and a look at its next runs. The dialect is in docs/schedules.md; cron.ts reads it.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant } from './ids.ts';

/** How the two day fields meet when both are restricted: a day needs one of them (`or`, as in POSIX crontab) or both (`and`). */
export const DayMatch = z.enum(['or', 'and']);
export type DayMatch = z.infer<typeof DayMatch>;

/** The shape alone. Whether the text of an expression or zone can be used is for `checkSchedule` of the engine, which names the field. */
export const Schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cron'), expression: z.string().max(500), zone: z.string().max(100), dayMatch: DayMatch.default('or') }),
  /** Runs at `anchor` plus whole multiples of `everyMs`, in elapsed time: changes of the clocks do not move it. */
  z.strictObject({ kind: z.literal('interval'), everyMs: Count, anchor: Instant }),
  z.strictObject({ kind: z.literal('startup') }),
  z.strictObject({ kind: z.literal('manual') })
]);
export type Schedule = z.infer<typeof Schedule>;

export const CronFieldName = z.enum(['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek']);
export type CronFieldName = z.infer<typeof CronFieldName>;

/** What a refusal is about: the part of the schedule that a person must change. */
export const ScheduleField = z.enum([...CronFieldName.options, 'expression', 'zone', 'every']);
export type ScheduleField = z.infer<typeof ScheduleField>;

export const ScheduleReason = z.enum([
  /** Not five or six fields; `text` is how many there are. */
  'field-count',
  /** Begins with @ and is none of the six that are known. */
  'macro',
  /** `@startup`, `@reboot`: a schedule of its own kind. */
  'macro-startup',
  /** `@every 15m`: a schedule of its own kind. */
  'macro-every',
  /** Not a number or name that this field has: `min` to `max`. */
  'value',
  /** A list with nothing before or after a comma. */
  'empty',
  /** A range without an end, or with something in it that is no value. */
  'range',
  /** A step that is missing, zero or above `max`. */
  'step',
  /** `?` elsewhere than in a day field. */
  'question',
  /** `L`, `W` or `#` in a field that does not have it. */
  'special-elsewhere',
  /** `L`, `W` or `#` in a list, a range or with a step. */
  'special-alone',
  /** `L-n` with n outside 0 to 30. */
  'last-offset',
  /** `n#k` with k outside 1 to 5. */
  'nth',
  /** No day in the next 28 years fits. */
  'never',
  'zone-unknown',
  /** A fixed offset or an abbreviation, which knows no changes of the clocks. */
  'zone-fixed',
  /** An interval below a minute. */
  'every-short',
  /** An interval above a year. */
  'every-long'
]);
export type ScheduleReason = z.infer<typeof ScheduleReason>;

/** Why a schedule cannot be used. `text`: the piece it is about, as it was typed; `min` and `max`: what is allowed there. */
export const ScheduleRefusal = z.object({ field: ScheduleField, reason: ScheduleReason, text: z.string(), min: z.number().nullable(), max: z.number().nullable() });
export type ScheduleRefusal = z.infer<typeof ScheduleRefusal>;

/** What a person may not expect of a schedule that can be used. */
export const ScheduleWarning = z.discriminatedUnion('kind', [
  /** Both day fields are restricted. */
  z.object({ kind: z.literal('both-days'), dayMatch: DayMatch }),
  /** A step that does not divide its field begins anew at each turn: `values` is what it stands for. */
  z.object({ kind: z.literal('step-restarts'), field: CronFieldName, text: z.string(), values: z.array(z.number()) }),
  /** A day that some months do not have: no run in those. */
  z.object({ kind: z.literal('missing-day'), day: z.number() }),
  /** Runs may lie closer together than a job that starts a program may be. */
  z.object({ kind: z.literal('close-together'), gapMs: z.number(), leastMs: z.number() })
]);
export type ScheduleWarning = z.infer<typeof ScheduleWarning>;

/**
 * What a change of the clocks does to a run. `gap`: its time does not exist that day, it runs at the first moment after. `overlap-first`: its time
 * comes twice, it runs at the first. `overlap-both`: its time comes twice and it runs at both.
 */
export const OccurrenceNote = z.enum(['gap', 'overlap-first', 'overlap-both']);
export type OccurrenceNote = z.infer<typeof OccurrenceNote>;

export const Occurrence = z.object({
  at: Instant,
  /** What a clock in the schedule's zone shows, with its distance from UTC: `2025-03-09T03:00:00-04:00`. An interval, which has no zone, is in UTC. */
  local: z.string(),
  note: OccurrenceNote.nullable(),
  /** With `gap`: the time that does not exist, `2025-03-09T02:30:00`. */
  missing: z.string().nullable()
});
export type Occurrence = z.infer<typeof Occurrence>;

export const SchedulePreview = z.object({
  /** The runs after `from`, oldest first. Empty for `startup`, `manual` and what is refused. */
  occurrences: z.array(Occurrence),
  warnings: z.array(ScheduleWarning),
  refusal: ScheduleRefusal.nullable()
});
export type SchedulePreview = z.infer<typeof SchedulePreview>;

export const schedules = {
  /** The next `count` runs after `from` (default: now), or why the schedule cannot be used. Needs no home. */
  preview: procedure
    .route({ method: 'POST', path: '/schedules/preview' })
    .input(z.object({ schedule: Schedule, from: Instant.optional(), count: z.number().int().min(1).max(50).default(5) }))
    .output(SchedulePreview)
};
