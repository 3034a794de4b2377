// What a language brings to say a schedule: pieces that schedule.ts puts together.

export type Unit = 'second' | 'minute' | 'hour' | 'day';

export interface Speech {
  and(items: readonly string[]): string;
  /** For days that need only fit one of two. */
  either(one: string, other: string): string;
  /** For days that need to fit both. */
  both(one: string, other: string): string;
  everyDay: string;
  /** `at 03:00 and 15:00`; times are `HH:MM` or `HH:MM:SS`. */
  at(times: readonly string[]): string;
  /** `every 15 minutes`, `every hour`. */
  every(unit: Unit, count: number): string;
  /** Beside `every hour`. */
  atMinute(minute: number): string;
  /** Beside `every 15 minutes`: both ends belong to it. */
  between(from: string, to: string): string;
  mondayToFriday: string;
  weekend: string;
  /** `every Monday`; `on Monday and Friday`. Sunday is 0. */
  onWeekdays(days: readonly number[]): string;
  /** `on the second Friday of the month`; null is the last. */
  onNth(weekday: number, nth: number | null): string;
  /** `on days 1 and 15 of the month`. */
  onDays(days: string, isOne: boolean): string;
  /** `on 1 January`. */
  onDate(day: number, month: number): string;
  /** The last day of the month, or some days before it; the weekday nearest to that. */
  onLast(before: number, weekday: boolean): string;
  nearest(day: number): string;
  /** `in January and July`. */
  inMonths(months: string): string;
  month(month: number): string;
  /** A field read out exactly: `minutes 0, 7 and 14`. */
  field(unit: Unit, values: string, count: number): string;
  run(from: string, to: string): string;
  startup: string;
  manual: string;
}

export function list(items: readonly string[], last: string): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')}${last}${items.at(-1)}`;
}
