// The wall times an expression names, on a clock that never changes. A wall time is milliseconds since 1970 as if the clock on the wall were UTC.
import type { Cron } from '../../../../contract/cron.ts';
import type { DayMatch } from '../../../../contract/schedule.ts';
import { countBits, createDays, dateOf, firstDay, lastDay, midnight, type DaysOf } from './days.ts';
import { Times } from './times.ts';

const dayMs = 86_400_000;
/** The calendar repeats after 28 years, but for centuries; what has no day by then is taken to have none. */
const searchMonths = 28 * 12 + 1;

export class WallTimes {
  readonly times: Times;
  readonly #days: DaysOf;
  #smallestGapMs: number | undefined;

  constructor(cron: Cron, dayMatch: DayMatch) {
    this.times = new Times(cron);
    this.#days = createDays(cron, dayMatch);
  }

  /** The first wall time at or after this one; null when none comes within 28 years. */
  atOrAfter(wallMs: number): number | null {
    const { year, month, day, inDayMs } = dateOf(wallMs);
    if (isIn(this.#days(year, month), day)) {
      const second = this.times.atOrAfter(Math.ceil(inDayMs / 1000));
      if (second >= 0) return midnight(year, month, day) + second * 1000;
    }
    for (let i = 0, from = day + 1; i < searchMonths; i++, from = 1) {
      const [y, m] = monthAfter(year, month, i);
      const found = firstDay(this.#days(y, m), from);
      if (found !== undefined) return midnight(y, m, found) + this.times.first * 1000;
    }
    return null;
  }

  /** The last wall time at or before this one; null when none was within 28 years. */
  atOrBefore(wallMs: number): number | null {
    const { year, month, day, inDayMs } = dateOf(wallMs);
    if (isIn(this.#days(year, month), day)) {
      const second = this.times.atOrBefore(Math.floor(inDayMs / 1000));
      if (second >= 0) return midnight(year, month, day) + second * 1000;
    }
    for (let i = 0, to = day - 1; i < searchMonths; i++, to = 31) {
      const [y, m] = monthAfter(year, month, -i);
      const found = lastDay(this.#days(y, m), to);
      if (found !== undefined) return midnight(y, m, found) + this.times.last * 1000;
    }
    return null;
  }

  /** How many there are from `fromMs` up to, but without, `toMs`. The work grows with months, not with what is counted. */
  countIn(fromMs: number, toMs: number): number {
    return toMs <= fromMs ? 0 : this.#countBefore(toMs, fromMs) - this.#countBefore(fromMs, fromMs);
  }

  /** How many lie before a wall time, from the beginning of the month of `originMs` on. */
  #countBefore(wallMs: number, originMs: number): number {
    const origin = dateOf(originMs);
    const { year, month, day, inDayMs } = dateOf(wallMs);
    const months = (year - origin.year) * 12 + month - origin.month;
    let days = 0;
    for (let i = 0; i < months; i++) days += countBits(this.#days(...monthAfter(origin.year, origin.month, i)));
    const bits = this.#days(year, month);
    days += countBits(bits & ((1 << day) - 1));
    return days * this.times.count + (isIn(bits, day) ? this.times.below(Math.ceil(inDayMs / 1000)) : 0);
  }

  /** The smallest distance between two of them, in milliseconds, were every day one of its days. */
  get smallestGapMs(): number {
    return (this.#smallestGapMs ??= this.#findGap());
  }

  #findGap(): number {
    let [gap, before] = [dayMs / 1000 - this.times.last + this.times.first, this.times.first];
    for (let next = this.times.atOrAfter(before + 1); next >= 0 && gap > 1; next = this.times.atOrAfter(before + 1)) {
      gap = Math.min(gap, next - before);
      before = next;
    }
    return gap * 1000;
  }
}

function isIn(bits: number, day: number): boolean {
  return (bits & (1 << day)) !== 0;
}

function monthAfter(year: number, month: number, by: number): [number, number] {
  const count = year * 12 + month - 1 + by;
  return [Math.floor(count / 12), (count % 12) + 1];
}
