// A schedule's timetable.
import { parseCron } from '../../../../contract/cron.ts';
import { describeRefusal } from '../../../../contract/copy/schedule-refusal.ts';
import type { Schedule } from '../../../../contract/schedule.ts';
import { fail } from '../../kit/errors.ts';
import { checkSchedule } from './check.ts';
import { cronTimetable } from './cron-timetable.ts';
import { intervalTimetable } from './interval.ts';
import { noTimes, type Timetable } from './timetable.ts';
import { zoneNamed } from './zone.ts';

/** For a schedule that `checkSchedule` found nothing against; throws what parsing throws for any other. Costs little, but is worth keeping: it remembers a zone's changes. */
export function openSchedule(schedule: Schedule): Timetable {
  if (schedule.kind === 'cron') return cronTimetable(parseCron(schedule.expression), schedule.dayMatch, zoneNamed(schedule.zone));
  if (schedule.kind === 'interval') return intervalTimetable(schedule.everyMs, Date.parse(schedule.anchor));
  return noTimes;
}

/** Throws BAD_INPUT, which names the field (`minute`, `zone`) and what is allowed there. */
export function requireSchedule(schedule: Schedule, nowMs: number): void {
  const refusal = checkSchedule(schedule, nowMs);
  if (refusal) fail('BAD_INPUT', `the schedule is refused: ${refusal.field}, ${refusal.reason}`, { field: refusal.field, reason: describeRefusal('en', refusal) });
}
