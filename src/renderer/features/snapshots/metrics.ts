// The numbers that a plan's programs said about its snapshots, as the record has them. Payloads are data: nothing is taken for granted. Pure.
import type { LogEntry } from '../../../contract/log.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';

export type Metrics = ReadonlyMap<string, number>;
/** By lineage, which stays when the tags change. */
export type MetricsTable = ReadonlyMap<string, Metrics>;

const deepest = 8;

/** Numbers at any depth, by their names with dots between: `train.loss`. */
export function numbersIn(value: unknown): Map<string, number> {
  const found = new Map<string, number>();
  const walk = (part: unknown, name: string, depth: number): void => {
    if (typeof part === 'number' && Number.isFinite(part)) found.set(name, part);
    else if (typeof part === 'object' && part !== null && !Array.isArray(part) && depth < deepest) for (const [key, inner] of Object.entries(part)) walk(inner, name === '' ? key : `${name}.${key}`, depth + 1);
  };
  walk(value, '', 0);
  found.delete('');
  return found;
}

export function metricsTable(entries: readonly LogEntry[]): MetricsTable {
  const table = new Map<string, Metrics>();
  for (const { payload } of entries) {
    const { snapshot, metrics } = (typeof payload === 'object' && payload !== null ? payload : {}) as { snapshot?: unknown; metrics?: unknown };
    const numbers = numbersIn(metrics);
    if (typeof snapshot === 'string' && numbers.size > 0) table.set(snapshot, numbers);
  }
  return table;
}

export interface MetricQuestion {
  /** As it is, or the last part of a name with dots; capitals make no difference. */
  name: string;
  /** Not there: the metric has only to be there. */
  test: { sign: '<' | '<=' | '>' | '>=' | '=' | '!='; value: number } | undefined;
}

/** `loss`, `loss < 0.5`, `acurácia >= 0,9`. null: nothing is asked; undefined: it cannot be understood. */
export function readMetricQuestion(text: string): MetricQuestion | null | undefined {
  const wanted = text.trim();
  if (wanted === '') return null;
  const [, name = '', sign, number] = /^([^<>=!]+?)\s*(?:(<=|>=|!=|<|>|=)\s*(.*))?$/.exec(wanted) ?? [];
  if (name === '') return undefined;
  if (sign === undefined) return { name: name.toLowerCase(), test: undefined };
  const value = Number((number ?? '').trim().replace(',', '.'));
  return (number ?? '').trim() === '' || !Number.isFinite(value) ? undefined : { name: name.toLowerCase(), test: { sign: sign as '<', value } };
}

const tests: Record<'<' | '<=' | '>' | '>=' | '=' | '!=', (a: number, b: number) => boolean> = { '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b, '=': (a, b) => a === b, '!=': (a, b) => a !== b };

export function fitsMetric(metrics: Metrics | undefined, { name, test }: MetricQuestion): boolean {
  for (const [each, value] of metrics ?? []) {
    const known = each.toLowerCase();
    if ((known === name || known.endsWith(`.${name}`)) && (test === undefined || tests[test.sign](value, test.value))) return true;
  }
  return false;
}

export interface Series {
  name: string;
  /** Oldest first; the last one is the snapshot's own. */
  points: { at: string; value: number }[];
}

const mostPoints = 60;

/** The snapshot's metrics with those of the ones before it of the same plan. `snapshots`: newest first. */
export function seriesOf(snapshot: Snapshot, snapshots: readonly Snapshot[], table: MetricsTable): Series[] {
  const earlier = snapshots.filter(({ planId, repositoryId, at }) => planId === snapshot.planId && (planId !== null || repositoryId === snapshot.repositoryId) && at < snapshot.at).slice(0, mostPoints - 1);
  const line = [...earlier.toReversed(), snapshot];
  return [...(table.get(snapshot.lineage) ?? [])].map(([name]) => ({
    name,
    points: line.flatMap(({ lineage, at }) => {
      const value = table.get(lineage)?.get(name);
      return value === undefined ? [] : [{ at, value }];
    })
  }));
}

/** Corners of a line in a box of `width` by `height` pixels with `pad` around; a level line in the middle when all values are equal. */
export function lineOf(values: readonly number[], width: number, height: number, pad: number): { x: number; y: number }[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = values.length > 1 ? (width - 2 * pad) / (values.length - 1) : 0;
  return values.map((value, index) => ({ x: values.length > 1 ? pad + index * step : width - pad, y: most === least ? height / 2 : height - pad - ((value - least) / (most - least)) * (height - 2 * pad) }));
}
