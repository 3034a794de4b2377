// What every kind of schedule answers. All times are milliseconds since 1970, in UTC.
import type { OccurrenceNote } from '../../../../contract/schedule.ts';

export interface Timetable {
  /** The first run strictly after `fromMs`; null when none comes (within 28 years). */
  next(fromMs: number): number | null;
  /** The last run strictly before `toMs`; null when there was none (within 28 years). `prev(t) < t <= next(prev(t))`, and equal where t is a run. */
  prev(toMs: number): number | null;
  /** How many runs lie in (afterMs, uptoMs]. Arithmetic: the work grows with months and with changes of the clocks, not with the runs. */
  count(afterMs: number, uptoMs: number): number;
  /** What a change of the clocks does to this run, and the wall time that does not exist where it was moved. */
  noteAt(runMs: number): { note: OccurrenceNote | null; missingWallMs: number | null };
  /** Local time minus UTC at this moment, in milliseconds. */
  offsetAt(atMs: number): number;
  /** The smallest distance two runs may have, in milliseconds, but for changes of the clocks; Infinity where there are no runs. */
  readonly smallestGapMs: number;
}

/** The runs in (afterMs, uptoMs], one at a time: whoever asks takes as many as are needed. */
export function* runsIn(timetable: Timetable, afterMs: number, uptoMs: number, order: 'oldest-first' | 'newest-first'): Generator<number, void, undefined> {
  if (order === 'oldest-first') {
    for (let run = timetable.next(afterMs); run !== null && run <= uptoMs; run = timetable.next(run)) yield run;
  } else {
    for (let run = timetable.prev(uptoMs + 1); run !== null && run > afterMs; run = timetable.prev(run)) yield run;
  }
}

/** For schedules that name no time: at start-up, by hand. */
export const noTimes: Timetable = {
  next: () => null,
  prev: () => null,
  count: () => 0,
  noteAt: () => ({ note: null, missingWallMs: null }),
  offsetAt: () => 0,
  smallestGapMs: Infinity
};
