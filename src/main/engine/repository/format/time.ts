// Go's time.Time in JSON: RFC 3339 with up to nine digits of fraction. An instant is nanoseconds since 1970 (bigint) plus the offset
// it was recorded with; JavaScript's Date would lose both nanoseconds and offset.
import { DamagedError } from './damaged.ts';

export interface GoTime {
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  ns: bigint;
  /** Minutes east of UTC; 'Z' and 0 both print as `Z`. */
  offset: number | 'Z';
}

const nsPerSecond = 1_000_000_000n;
const secondsPerDay = 86_400;

/** Days from 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant's days_from_civil). */
function daysFromDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

const firstSecond = daysFromDate(0, 1, 1) * secondsPerDay;
const lastSecond = daysFromDate(10_000, 1, 1) * secondsPerDay - 1;

/** Go's unset time, 0001-01-01T00:00:00Z. */
export const zeroTime: GoTime = Object.freeze({ ns: BigInt(daysFromDate(1, 1, 1) * secondsPerDay) * nsPerSecond, offset: 'Z' });

export function isZeroTime(time: GoTime): boolean {
  return time.ns === zeroTime.ns;
}

/** A time in UTC. */
export function utcTime(ns: bigint): GoTime {
  return { ns, offset: 'Z' };
}

// Separators at their fixed places in `YYYY-MM-DDTHH:MM:SS`, then fraction and offset.
const frame = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,30})?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads RFC 3339 as Go does. Digits beyond nanoseconds are cut. Throws DamagedError. */
export function parseTime(text: unknown): GoTime {
  if (typeof text !== 'string' || !frame.test(text)) throw new DamagedError('not a time');
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
  const year = two(0) * 100 + two(2);
  const month = two(5);
  const day = two(8);
  const hour = two(11);
  const minute = two(14);
  const second = two(17);
  const end = text.length - (text.endsWith('Z') ? 1 : 6);
  const offset = end === text.length - 1 ? 'Z' : (text[end] === '-' ? -1 : 1) * (two(end + 1) * 60 + two(end + 4));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) throw new DamagedError('not a time');
  if (offset !== 'Z' && (two(end + 1) > 24 || two(end + 4) > 59)) throw new DamagedError('not a time');
  const seconds = daysFromDate(year, month, day) * secondsPerDay + hour * 3600 + minute * 60 + second - (offset === 'Z' ? 0 : offset * 60);
  const fraction = end > 20 ? Number(text.slice(20, Math.min(end, 29)).padEnd(9, '0')) : 0;
  return { ns: BigInt(seconds) * nsPerSecond + BigInt(fraction), offset: offset === 0 ? 0 : offset };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const pairs: readonly string[] = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));

/** The form Go writes: local time at the offset, trailing zeros of the fraction cut. Instants beyond the years 0000..9999 are clamped. */
export function formatTime(ns: bigint, offsetMinutes: number | 'Z'): string {
  const offset = offsetMinutes === 'Z' ? 0 : offsetMinutes;
  let fraction = Number(ns % nsPerSecond);
  let seconds = Number(ns / nsPerSecond) + offset * 60;
  if (fraction < 0) {
    fraction += 1e9;
    seconds -= 1;
  }
  if (seconds < firstSecond) {
    seconds = firstSecond;
    fraction = 0;
  } else if (seconds > lastSecond) {
    seconds = lastSecond;
    fraction = 999_999_999;
  }
  const days = Math.floor(seconds / secondsPerDay);
  const rest = seconds - days * secondsPerDay;
  const minutes = Math.floor(rest / 60);
  const clock = `${pairs[Math.floor(minutes / 60)]}:${pairs[minutes % 60]}:${pairs[rest % 60]}`;
  return `${formatDate(days)}T${clock}${formatFraction(fraction)}${formatOffset(offset)}`;
}

/** `YYYY-MM-DD` of a day counted from 1970-01-01 (H. Hinnant's civil_from_days). */
function formatDate(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pairs[Math.floor(year / 100)]}${pairs[year % 100]}-${pairs[month]}-${pairs[dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1]}`;
}

function formatFraction(nanoseconds: number): string {
  if (nanoseconds === 0) return '';
  let end = 10;
  const digits = String(1e9 + nanoseconds);
  while (digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return `.${digits.slice(1, end)}`;
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pairs[Math.floor(size / 60)]}:${pairs[size % 60]}`;
}

export function formatGoTime(time: GoTime): string {
  return formatTime(time.ns, time.offset);
}
