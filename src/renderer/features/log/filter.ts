// The filter as the screen changes it: choosing and unchoosing values, times, and whether anything is chosen at all. Pure.
import type { LogFilter } from '../../../contract/log.ts';

export type Facet = 'category' | 'level' | 'action' | 'actor' | 'subject' | 'session';

/** Without what is not asked for. */
export function tidy(filter: LogFilter): LogFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)));
}

export function isFiltering(filter: LogFilter): boolean {
  return Object.keys(tidy(filter)).length > 0;
}

export function sameFilter(a: LogFilter, b: LogFilter): boolean {
  const text = (filter: LogFilter): string => JSON.stringify(Object.entries(tidy(filter)).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}

export function chosenIn(filter: LogFilter, facet: Facet): readonly string[] {
  return [filter[facet] ?? []].flat();
}

export function toggleIn(filter: LogFilter, facet: Facet, value: string): LogFilter {
  const before = chosenIn(filter, facet);
  const after = before.includes(value) ? before.filter((each) => each !== value) : [...before, value];
  return tidy({ ...filter, [facet]: after });
}

export function without(filter: LogFilter, ...keys: readonly (keyof LogFilter)[]): LogFilter {
  return tidy({ ...filter, ...Object.fromEntries(keys.map((key) => [key, undefined])) });
}

export const spans = { today: 1, week: 7, month: 30 } as const;
export type Span = keyof typeof spans;

/** Midnight that many days back, today counted. */
export function sinceDays(days: number, now: Date): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days - 1)).toISOString();
}

export function spanOf(filter: LogFilter, now: Date): Span | undefined {
  if (filter.until !== undefined || filter.since === undefined) return undefined;
  return (Object.keys(spans) as Span[]).find((span) => sinceDays(spans[span], now) === filter.since);
}

/** `2026-11-20T10:00` of a date field, in the reader's own time; undefined when it is not one. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The reverse, for a date field. */
export function localOf(instant: string | undefined): string {
  if (instant === undefined) return '';
  const at = new Date(instant);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What a person typed or pasted to go to an entry: its number, with or without marks, or a link to it. */
export function entryNumberIn(text: string): number | undefined {
  const digits = /(?:^|\/log\/)#?\s*([0-9][0-9.,\s\u00a0\u202f]*)$/.exec(text.trim())?.[1]?.replaceAll(/[^0-9]/g, '');
  if (digits === undefined || digits.length > 15) return undefined;
  return Number(digits);
}

/** A condition that finds entries with this very value at this place of their content. */
export function conditionFor(path: readonly (string | number)[], value: string | number | boolean | null): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(step) ? `.${step}` : `[${quoted(step)}]`));
  return `payload${steps.join('')} = ${typeof value === 'string' ? quoted(value) : String(value)}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
