// Metrics side by side, and as CSV. Pure.
import type { Language } from '../ids.ts';
import type { Metrics, MetricTable, MetricValue } from '../metrics.ts';
import { numberFormat } from './intl.ts';

export interface MetricDelta {
  name: string;
  /** undefined: not there. */
  before: MetricValue | undefined;
  after: MetricValue | undefined;
  /** Of two numbers. */
  delta: number | null;
}

/** By name; those that are the same on both sides too, unless `changedOnly`. */
export function metricDeltas(before: Metrics | null, after: Metrics | null, changedOnly = false): MetricDelta[] {
  const [a, b] = [new Map(Object.entries(before ?? {})), new Map(Object.entries(after ?? {}))];
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  const deltas = names.map((name) => {
    const [was, is] = [a.get(name), b.get(name)];
    return { name, before: was, after: is, delta: typeof was === 'number' && typeof is === 'number' ? rounded(is - was, was, is) : null };
  });
  return changedOnly ? deltas.filter(({ before: was, after: is }) => was !== is) : deltas;
}

/** 0.3 - 0.1 is 0.2: digits beyond those of both numbers are the computer's own. */
function rounded(difference: number, a: number, b: number): number {
  const scale = Math.max(Math.abs(a), Math.abs(b), Math.abs(difference));
  if (scale === 0 || !Number.isFinite(difference)) return difference;
  const digits = 15 - Math.ceil(Math.log10(scale));
  return digits < 0 || digits > 100 ? difference : Number(difference.toFixed(digits));
}

export function formatMetric(language: Language, value: MetricValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatNumberValue(language, value) : String(value);
}

export function formatDelta(language: Language, delta: number | null): string {
  if (delta === null) return '';
  return `${delta > 0 ? '+' : delta < 0 ? '−' : '±'}${formatNumberValue(language, Math.abs(delta))}`;
}

function formatNumberValue(language: Language, value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return numberFormat(language, { notation: 'scientific', maximumSignificantDigits: 7 }).format(value);
  return numberFormat(language, { maximumSignificantDigits: 15 }).format(value);
}

/** RFC 4180, in UTF-8, for programs: numbers with a point. A text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function metricsCsv({ snapshots, names }: Pick<MetricTable, 'snapshots' | 'names'>): string {
  const columns = names.map(({ name }) => name);
  const head = ['snapshot', 'time', 'repository', ...columns];
  const rows = snapshots.map(({ in: seen, metrics }) => {
    const values = new Map(Object.entries(metrics ?? {}));
    return [seen.id, seen.at, seen.repositoryName, ...columns.map((name) => values.get(name) ?? '')];
  });
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: MetricValue): string {
  if (typeof value === 'number') return String(value);
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
