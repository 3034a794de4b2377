// The next runs of a schedule as a person is shown them.
import type { EngineApi } from '../../../../contract/index.ts';
import type { Occurrence, Schedule, SchedulePreview } from '../../../../contract/schedule.ts';
import type { Clock } from '../../ports.ts';
import { checkSchedule, warningsOf } from './check.ts';
import { openSchedule } from './open.ts';
import type { Timetable } from './timetable.ts';

export function createSchedulesApi(clock: Clock): EngineApi['schedules'] {
  return { preview: ({ schedule, from, count }) => previewSchedule(schedule, from === undefined ? clock.now() : Date.parse(from), count) };
}

/** The last millisecond that is written with four digits for the year. */
const lastMs = Date.UTC(10_000, 0, 1) - 1;

/** The `count` runs after `fromMs`, or why the schedule is refused. */
export function previewSchedule(schedule: Schedule, fromMs: number, count: number): SchedulePreview {
  const refusal = checkSchedule(schedule, fromMs);
  if (refusal) return { occurrences: [], warnings: [], refusal };
  const timetable = openSchedule(schedule);
  const occurrences: Occurrence[] = [];
  for (let run = timetable.next(fromMs); run !== null && run <= lastMs && occurrences.length < count; run = timetable.next(run)) occurrences.push(describeRun(timetable, run));
  return { occurrences, warnings: warningsOf(schedule, timetable), refusal: null };
}

/** One run with its local time and what a change of the clocks does to it. */
export function describeRun(timetable: Timetable, runMs: number): Occurrence {
  const { note, missingWallMs } = timetable.noteAt(runMs);
  return { at: new Date(runMs).toISOString(), local: localText(runMs, timetable.offsetAt(runMs)), note, missing: missingWallMs === null ? null : wallText(missingWallMs) };
}

function wallText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19);
}

/** `2025-03-09T03:00:00-04:00`. */
function localText(atMs: number, offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${wallText(atMs + offsetMs)}${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
