// Which days of a month an expression names, as a set of bits: bit d is day d.
import { restricts, type Cron } from '../../../../contract/cron.ts';
import type { DayMatch } from '../../../../contract/schedule.ts';

const dayMs = 86_400_000;
const allDays = 0xfffffffe;

/** The days of one month. `month` counts from 1. */
export type DaysOf = (year: number, month: number) => number;

/** Days are found once a month; the last 24 months are kept. */
export function createDays(cron: Cron, dayMatch: DayMatch): DaysOf {
  const kept = new Map<number, number>();
  const months = new Set(cron.month.values);
  return (year, month) => {
    if (!months.has(month)) return 0;
    const key = year * 12 + month;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= 24) kept.clear();
    const found = findDays(cron, dayMatch, year, month);
    kept.set(key, found);
    return found;
  };
}

function findDays(cron: Cron, dayMatch: DayMatch, year: number, month: number): number {
  const first = new Date(midnight(year, month, 1)).getUTCDay();
  const length = (midnight(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - midnight(year, month, 1)) / dayMs;
  const inMonth = length === 31 ? allDays : allDays & ((2 << length) - 1);
  const [byMonth, byWeek] = [byDayOfMonth(cron.dayOfMonth, length, first), byWeekday(cron.dayOfWeek, length, first)];
  const both = restricts(cron.dayOfMonth) && restricts(cron.dayOfWeek);
  return ((both && dayMatch === 'or' ? byMonth | byWeek : byMonth & byWeek) & inMonth) >>> 0;
}

function byDayOfMonth(field: Cron['dayOfMonth'], length: number, first: number): number {
  if (field.kind === 'list') return bitsOf(field.values);
  const day = field.kind === 'last' ? length - field.before : field.day;
  if (day < 1 || day > length) return 0;
  return 1 << (field.kind === 'nearest' || field.weekday ? nearestWeekday(day, length, first) : day);
}

/** Saturday: the Friday before; Sunday: the Monday after; but never out of the month. */
function nearestWeekday(day: number, length: number, first: number): number {
  const weekday = (first + day - 1) % 7;
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

function byWeekday(field: Cron['dayOfWeek'], length: number, first: number): number {
  if (field.kind === 'list') {
    let bits = 0;
    for (let day = 1; day <= length; day++) if (field.values.includes((first + day - 1) % 7)) bits |= 1 << day;
    return bits;
  }
  const earliest = 1 + ((field.weekday - first + 7) % 7);
  const day = field.nth === null ? earliest + 7 * Math.floor((length - earliest) / 7) : earliest + 7 * (field.nth - 1);
  return day > length ? 0 : 1 << day;
}

function bitsOf(values: readonly number[]): number {
  let bits = 0;
  for (const value of values) bits |= 1 << value;
  return bits;
}

/** How many days the bits name. */
export function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

/** The first day of `bits` that is `from` or later; undefined when there is none. */
export function firstDay(bits: number, from: number): number | undefined {
  const rest = from > 31 ? 0 : ((bits >>> 0) & (-1 << from)) >>> 0;
  return rest === 0 ? undefined : 31 - Math.clz32(rest & -rest);
}

/** The last day of `bits` that is `to` or earlier; undefined when there is none. */
export function lastDay(bits: number, to: number): number | undefined {
  const rest = to < 1 ? 0 : to >= 31 ? bits >>> 0 : ((bits >>> 0) & ((2 << to) - 1)) >>> 0;
  return rest === 0 ? undefined : 31 - Math.clz32(rest);
}

/** A day as a wall clock's midnight: milliseconds since 1970 as if the wall clock were UTC. */
export function midnight(year: number, month: number, day: number): number {
  // The calendar repeats after 400 years; of two-digit years Date.UTC makes those of the last century.
  return year >= 100 ? Date.UTC(year, month - 1, day) : Date.UTC(year + 400, month - 1, day) - 146_097 * dayMs;
}

/** The day a wall time lies in. */
export function dateOf(wallMs: number): { year: number; month: number; day: number; inDayMs: number } {
  const date = new Date(wallMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), inDayMs: wallMs - Math.floor(wallMs / dayMs) * dayMs };
}
