// Every so many milliseconds since an anchor, in elapsed time: no wall clock is asked.
import type { Timetable } from './timetable.ts';

/** The first run is the anchor itself. */
export function intervalTimetable(everyMs: number, anchorMs: number): Timetable {
  const runAt = (k: number): number => anchorMs + k * everyMs;
  const next = (fromMs: number): number => runAt(Math.max(0, Math.floor((fromMs - anchorMs) / everyMs) + 1));
  const before = (toMs: number): number => Math.ceil((toMs - anchorMs) / everyMs) - 1;
  return {
    next,
    prev: (toMs) => (before(toMs) < 0 ? null : runAt(before(toMs))),
    count: (afterMs, uptoMs) => Math.max(0, Math.floor((uptoMs - next(afterMs)) / everyMs) + 1),
    noteAt: () => ({ note: null, missingWallMs: null }),
    offsetAt: () => 0,
    smallestGapMs: everyMs
  };
}
