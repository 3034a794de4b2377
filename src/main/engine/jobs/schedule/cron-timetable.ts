// When an expression runs in a zone whose clocks change. Between two changes, wall time and UTC differ by one number, so all is arithmetic on
// wall times; what is special happens at a change:
//   gap       wall times [start, end) do not exist. If one of them, or `end`, is named: one run, at the change.
//   overlap   wall times [start, end) come twice. An expression with a spacing runs at both; any other at the first alone.
import { isSpaced, type Cron } from '../../../../contract/cron.ts';
import type { DayMatch } from '../../../../contract/schedule.ts';
import type { Timetable } from './timetable.ts';
import { WallTimes } from './wall.ts';
import { nearMs, type Change, type Zone } from './zone.ts';

export function cronTimetable(cron: Cron, dayMatch: DayMatch, zone: Zone): Timetable {
  return new CronTimetable(cron, dayMatch, zone);
}

class CronTimetable implements Timetable {
  readonly #wall: WallTimes;
  readonly #zone: Zone;
  readonly #spaced: boolean;

  constructor(cron: Cron, dayMatch: DayMatch, zone: Zone) {
    this.#wall = new WallTimes(cron, dayMatch);
    this.#zone = zone;
    this.#spaced = isSpaced(cron);
  }

  get smallestGapMs(): number {
    return this.#wall.smallestGapMs;
  }

  offsetAt(atMs: number): number {
    return this.#zone.offsetAt(atMs);
  }

  next(fromMs: number): number | null {
    const offset = this.#zone.offsetAt(fromMs);
    const from = Math.max(nextSecond(fromMs + offset), this.#firstWall(this.#lastChange(fromMs)));
    const wall = this.#wall.atOrAfter(from);
    const change = this.#zone.changesIn(fromMs, fromMs + nearMs)[0];
    if (wall !== null && wall < (change ? change.atMs + change.before : from + nearMs / 2)) return wall - offset;
    if (change && this.#spaced && isOverlap(change)) {
      const again = this.#wall.atOrAfter(change.atMs + change.after);
      if (again !== null && again < change.atMs + change.before) return again - change.after;
    }
    return wall === null ? null : this.#zone.utcOf(wall, 'first');
  }

  prev(toMs: number): number | null {
    const upto = toMs - 1;
    const offset = this.#zone.offsetAt(upto);
    const change = this.#lastChange(upto);
    const wall = this.#wall.atOrBefore(upto + offset);
    if (!change) return wall === null ? null : wall > upto + offset - nearMs / 2 ? wall - offset : this.#lastOf(wall);
    if (wall !== null && wall >= this.#firstWall(change)) return wall - offset;
    if (this.#movedTo(change) !== null) return change.atMs;
    const earlier = this.#wall.atOrBefore(change.atMs + change.before - 1);
    if (earlier === null) return null;
    return earlier > change.atMs + change.before - nearMs / 2 ? earlier - change.before : this.#lastOf(earlier);
  }

  count(afterMs: number, uptoMs: number): number {
    if (uptoMs <= afterMs) return 0;
    let [count, begin, offset, first] = [0, afterMs + 1, this.#zone.offsetAt(afterMs), this.#firstWall(this.#lastChange(afterMs))];
    for (const change of this.#zone.changesIn(afterMs, uptoMs)) {
      count += this.#wall.countIn(Math.max(begin + offset, first), change.atMs + offset);
      [begin, offset, first] = [change.atMs, change.after, this.#firstWall(change)];
      if (this.#movedTo(change) !== null) count++;
    }
    return count + this.#wall.countIn(Math.max(begin + offset, first), uptoMs + 1 + offset);
  }

  noteAt(runMs: number): ReturnType<Timetable['noteAt']> {
    const wall = runMs + this.#zone.offsetAt(runMs);
    const nothing = { note: null, missingWallMs: null };
    for (const change of this.#zone.changesIn(runMs - nearMs, runMs + nearMs)) {
      if (change.atMs === runMs) {
        const missing = this.#movedTo(change);
        if (missing !== null) return { note: 'gap', missingWallMs: missing };
      }
      if (isOverlap(change) && wall >= change.atMs + change.after && wall < change.atMs + change.before) return { note: this.#spaced ? 'overlap-both' : 'overlap-first', missingWallMs: null };
    }
    return nothing;
  }

  /** The last change at or before this moment that may still matter to wall times there. */
  #lastChange(atMs: number): Change | undefined {
    return this.#zone.changesIn(atMs - nearMs, atMs).at(-1);
  }

  /** The last run of a wall time that is far from where one stands. */
  #lastOf(wall: number): number {
    return this.#zone.utcOf(wall, this.#spaced ? 'last' : 'first');
  }

  /** Wall times after the change and before this one are no runs: they were already, in the first copy of the hour. */
  #firstWall(change: Change | undefined): number {
    if (!change) return -Infinity;
    return change.atMs + (isOverlap(change) && !this.#spaced ? change.before : change.after);
  }

  /** The first named wall time that a gap leaves out, when its end is not named itself: that run moves to the change. */
  #movedTo(change: Change): number | null {
    if (isOverlap(change)) return null;
    const [start, end] = [change.atMs + change.before, change.atMs + change.after];
    const missing = this.#wall.atOrAfter(start);
    return missing !== null && missing < end && this.#wall.atOrAfter(end) !== end ? missing : null;
  }
}

function isOverlap(change: Change): boolean {
  return change.after < change.before;
}

/** The first whole second after a moment. */
function nextSecond(ms: number): number {
  return (Math.floor(ms / 1000) + 1) * 1000;
}
