// Metrics of snapshots: which ones a question is true of, and each against those before it. Pure.
import type { Metrics, SnapshotMetrics } from '../../../contract/metrics.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';

/** By the snapshot's id. */
export type MetricsTable = ReadonlyMap<string, Metrics>;

export function metricsTable(told: readonly SnapshotMetrics[]): MetricsTable {
  return new Map(told.flatMap(({ in: { id }, metrics }) => (metrics === null ? [] : [[id, metrics] as const])));
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
  return Object.entries(metrics ?? {}).some(([each, value]) => {
    const known = each.toLowerCase();
    return (known === name || known.endsWith(`.${name}`)) && (test === undefined || (typeof value === 'number' && tests[test.sign](value, test.value)));
  });
}

export interface Series {
  name: string;
  /** Of what is no number. */
  text: string | undefined;
  /** Oldest first; the last one is the snapshot's own. */
  points: { at: string; value: number }[];
}

const mostPoints = 60;

/** The snapshot's metrics with those of the ones before it of the same plan. `snapshots`: newest first. */
export function seriesOf(snapshot: Snapshot, snapshots: readonly Snapshot[], table: MetricsTable): Series[] {
  const earlier = snapshots.filter(({ planId, repositoryId, at }) => planId === snapshot.planId && (planId !== null || repositoryId === snapshot.repositoryId) && at < snapshot.at).slice(0, mostPoints - 1);
  const line = [...earlier.toReversed(), snapshot];
  return Object.entries(table.get(snapshot.id) ?? {}).map(([name, own]) => ({
    name,
    text: typeof own === 'number' ? undefined : String(own ?? '–'),
    points: line.flatMap(({ id, at }) => {
      const value = table.get(id)?.[name];
      return typeof own === 'number' && typeof value === 'number' ? [{ at, value }] : [];
    })
  }));
}
