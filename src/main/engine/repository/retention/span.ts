// Lengths of time as restic's `--keep-within` takes them: `1y5m7d2h`. Years and months are those of the calendar, so a span has no length of
// its own, only an end counted back from an instant (as Go's AddDate does it: 31 March less one month is 3 March).
import type { GoTime } from '../format/time.ts';
import { dayMs, localClock } from './calendar.ts';

export interface Span {
  years: number;
  months: number;
  days: number;
  hours: number;
}

const units = { y: 'years', m: 'months', d: 'days', h: 'hours' } as const;

/** undefined for what is no span, for a unit named twice, and for one of no length. */
export function parseSpan(text: string): Span | undefined {
  if (!/^(?:\d{1,6}[ymdh]){1,4}$/.test(text)) return undefined;
  const span: Span = { years: 0, months: 0, days: 0, hours: 0 };
  const seen = new Set<string>();
  for (const [, digits, unit] of text.matchAll(/(\d+)([ymdh])/g)) {
    if (seen.has(unit as string)) return undefined;
    seen.add(unit as string);
    span[units[unit as keyof typeof units]] = Number(digits);
  }
  // Beyond this the calendar itself ends.
  if (span.years > 9999) return undefined;
  return Object.values(span).some((count) => count > 0) ? span : undefined;
}

/** `1y2m3d3h`, as restic writes it. */
export function formatSpan(span: Span): string {
  return Object.entries(units)
    .filter(([, name]) => span[name] > 0)
    .map(([letter, name]) => `${span[name]}${letter}`)
    .join('');
}

/** The instant (nanoseconds since 1970) that lies the span before `time`, counted on the clock of its own zone. */
export function before(time: GoTime, span: Span): bigint {
  const { days, ns } = localClock(time);
  const date = new Date(days * dayMs);
  date.setUTCFullYear(date.getUTCFullYear() - span.years, date.getUTCMonth() - span.months, date.getUTCDate() - span.days);
  const offset = time.offset === 'Z' ? 0 : time.offset;
  return BigInt(date.getTime()) * 1_000_000n + ns - BigInt(offset) * 60_000_000_000n - BigInt(span.hours) * 3_600_000_000_000n;
}
