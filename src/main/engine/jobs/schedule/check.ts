// Whether a schedule can be used, and what a person may not expect of it.
import { BadCron, parseCron, restricts, type Cron } from '../../../../contract/cron.ts';
import type { CronFieldName, DayMatch, Schedule, ScheduleField, ScheduleReason, ScheduleRefusal, ScheduleWarning } from '../../../../contract/schedule.ts';
import type { Timetable } from './timetable.ts';
import { WallTimes } from './wall.ts';
import { zoneProblem } from './zone.ts';

/** What runs by interval runs no more often than this. */
export const leastEveryMs = 60_000;
const mostEveryMs = 366 * 86_400_000;
/** A job that starts a program has at least this much between two runs. */
export const leastProgramGapMs = 10_000;

/** Why a schedule cannot be used, or null. `nowMs`: from when on a run must come (within 28 years). */
export function checkSchedule(schedule: Schedule, nowMs: number): ScheduleRefusal | null {
  if (schedule.kind === 'interval') {
    if (schedule.everyMs < leastEveryMs) return refusal('every', 'every-short', String(schedule.everyMs), leastEveryMs, mostEveryMs);
    return schedule.everyMs > mostEveryMs ? refusal('every', 'every-long', String(schedule.everyMs), leastEveryMs, mostEveryMs) : null;
  }
  if (schedule.kind !== 'cron') return null;
  const cron = readCron(schedule.expression);
  if ('refusal' in cron) return cron.refusal;
  const problem = zoneProblem(schedule.zone);
  if (problem !== undefined) return refusal('zone', `zone-${problem}`, schedule.zone);
  return new WallTimes(cron, schedule.dayMatch).atOrAfter(nowMs) === null ? refusal('expression', 'never', schedule.expression) : null;
}

function readCron(expression: string): Cron | { refusal: ScheduleRefusal } {
  try {
    return parseCron(expression);
  } catch (error) {
    if (error instanceof BadCron) return { refusal: error.refusal };
    throw error;
  }
}

function refusal(field: ScheduleField, reason: ScheduleReason, text: string, min: number | null = null, max: number | null = null): ScheduleRefusal {
  return { field, reason, text, min, max };
}

/** For a schedule that can be used, with its timetable. */
export function warningsOf(schedule: Schedule, timetable: Timetable): ScheduleWarning[] {
  const warnings = schedule.kind === 'cron' ? cronWarnings(parseCron(schedule.expression), schedule.dayMatch) : [];
  if (timetable.smallestGapMs < leastProgramGapMs) warnings.push({ kind: 'close-together', gapMs: timetable.smallestGapMs, leastMs: leastProgramGapMs });
  return warnings;
}

function cronWarnings(cron: Cron, dayMatch: DayMatch): ScheduleWarning[] {
  const warnings: ScheduleWarning[] = [];
  const both = restricts(cron.dayOfMonth) && restricts(cron.dayOfWeek);
  if (both) warnings.push({ kind: 'both-days', dayMatch });
  for (const field of Object.keys(turns) as (keyof typeof turns)[]) {
    const { kind, text, values, uneven } = stepOf(cron, field);
    if (kind === 'list' && uneven) warnings.push({ kind: 'step-restarts', field, text, values });
  }
  const days = cron.dayOfMonth.kind === 'nearest' ? [cron.dayOfMonth.day] : cron.dayOfMonth.kind === 'list' ? cron.dayOfMonth.values : [];
  const [day] = days;
  if (days.length === 1 && day !== undefined && day > 28 && (!both || dayMatch === 'and') && cron.month.values.some((month) => daysIn(month) < day)) warnings.push({ kind: 'missing-day', day });
  return warnings;
}

/** How many values a field goes through before it begins anew. A month's length differs: no step divides it. */
const turns = { second: 60, minute: 60, hour: 24, dayOfMonth: NaN, month: 12, dayOfWeek: 7 } satisfies Record<CronFieldName, number>;

function stepOf(cron: Cron, name: CronFieldName): { kind: string; text: string; values: number[]; uneven: boolean } {
  const field = cron[name];
  if (field.kind !== 'list') return { kind: field.kind, text: field.text, values: [], uneven: false };
  const uneven = field.parts.some(({ kind, step }) => (kind === 'all' || kind === 'from') && step > 1 && turns[name] % step !== 0);
  return { kind: field.kind, text: field.text, values: [...field.values], uneven };
}

function daysIn(month: number): number {
  return month === 2 ? 28 : [4, 6, 9, 11].includes(month) ? 30 : 31;
}
