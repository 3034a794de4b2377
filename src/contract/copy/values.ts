// Numbers, sizes, spans and moments as a language writes them (Intl). Pure: the present moment is a parameter.
import type { Language } from '../ids.ts';
import { dateText, numberFormat, relativeTimeFormat } from './intl.ts';

export function formatNumber(language: Language, value: number): string {
  return numberFormat(language).format(value);
}

export function formatPercent(language: Language, share: number): string {
  return numberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

const sizeUnits = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as drives are sold: 4.2 MB is 4,200,000 bytes. */
export function formatBytes(language: Language, bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < sizeUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  const number = numberFormat(language, { maximumFractionDigits: digits }).format(bytes < 0 ? -value : value);
  return `${number} ${sizeUnits[unit]}`;
}

/** A rate: bytes a second. */
export function formatRate(language: Language, bytesPerSecond: number): string {
  return `${formatBytes(language, bytesPerSecond)}/s`;
}

function unitText(language: Language, value: number, unit: string): string {
  return numberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(value);
}

/** A span in at most two units: `6 sec`, `4 min 10 sec`, `2 hr 5 min`. */
export function formatSpan(language: Language, seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return unitText(language, total, 'second');
  const steps: [string, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
  const first = steps.findIndex(([, size]) => total >= size);
  const [bigUnit, bigSize] = steps[first] ?? ['second', 1];
  const big = Math.floor(total / bigSize);
  const next = steps[first + 1];
  const small = next ? Math.floor((total - big * bigSize) / next[1]) : 0;
  return next && small > 0 ? `${unitText(language, big, bigUnit)} ${unitText(language, small, next[0])}` : unitText(language, big, bigUnit);
}

/** How long a piece of work took: `412 ms` under a second, else as a span. */
export function formatTook(language: Language, ms: number): string {
  return ms < 1000 ? unitText(language, Math.round(ms), 'millisecond') : formatSpan(language, ms / 1000);
}

/** `12 minutes ago`, `yesterday`, `há 3 dias`. Under 45 seconds it is "now". */
export function formatRelative(language: Language, at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const size = Math.abs(seconds);
  const words = relativeTimeFormat(language);
  if (size < 45) return words.format(0, 'second');
  if (size < 45 * 60) return words.format(Math.round(seconds / 60), 'minute');
  if (size < 22 * 3600) return words.format(Math.round(seconds / 3600), 'hour');
  if (size < 26 * 86_400) return words.format(Math.round(seconds / 86_400), 'day');
  if (size < 320 * 86_400) return words.format(Math.round(seconds / (30.44 * 86_400)), 'month');
  return words.format(Math.round(seconds / (365.25 * 86_400)), 'year');
}

/** The exact moment with its zone, for hover, focus and evidence. */
export function formatExact(language: Language, at: Date): string {
  return dateText(language, { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZoneName: 'short' }, at);
}

export function formatClock(language: Language, at: Date, withSeconds = true): string {
  return dateText(language, { hour: '2-digit', minute: '2-digit', ...(withSeconds ? { second: '2-digit' } : {}), hour12: false }, at);
}

/** `14 Nov` (`14 nov`) this year, `14 Nov 2025` before. */
export function formatDay(language: Language, at: Date, now: Date): string {
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
  if (at.getFullYear() !== now.getFullYear()) options.year = 'numeric';
  // "20 de nov." is right in a sentence and too long beside a picture.
  return dateText(language === 'en' ? 'en-GB' : language, options, at).replaceAll(' de ', ' ').replace('.', '');
}

/** `today 14:02`, `yesterday 09:10`, `tomorrow 08:00`, `Tue 17:40` within a week, `14 Nov 08:00` beyond. */
export function formatWhen(language: Language, at: Date, now: Date): string {
  const clock = formatClock(language, at, false);
  const midnight = (moment: Date): number => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (Math.abs(days) <= 1) return `${relativeTimeFormat(language).format(-days, 'day')} ${clock}`;
  if (Math.abs(days) < 7) return `${dateText(language, { weekday: 'short' }, at)} ${clock}`;
  return `${formatDay(language, at, now)} ${clock}`;
}
