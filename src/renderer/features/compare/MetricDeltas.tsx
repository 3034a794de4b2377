// What the programs of the plan told of both snapshots, side by side, and the way to all of them.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Comparison } from '../../../contract/compare.ts';
import { formatDelta, formatMetric, metricDeltas } from '../../../contract/copy/metrics.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { VarveClient } from '../../../contract/index.ts';
import type { Metrics } from '../../../contract/metrics.ts';
import { useClient } from '../../api/queries.ts';
import { useWords } from '../../ui/words.tsx';
import styles from './Compare.module.css';

/** undefined where one side is the folders as they are now, or neither carries any. */
export async function readBothMetrics(client: VarveClient, { from, to }: Pick<Comparison, 'from' | 'to'>): Promise<{ before: Metrics | null; after: Metrics | null } | undefined> {
  if (from.kind !== 'snapshot' || to.kind !== 'snapshot') return undefined;
  const [before, after] = await Promise.all([from, to].map(async ({ snapshot }) => (await client.metrics.of({ snapshot: snapshot.id })).metrics));
  return (before ?? null) === null && (after ?? null) === null ? undefined : { before: before ?? null, after: after ?? null };
}

export function MetricDeltas({ comparison }: { comparison: Comparison }): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const both = useQuery({ queryKey: ['metrics', 'both', comparison.id], queryFn: async () => (await readBothMetrics(client, comparison)) ?? null, staleTime: Number.POSITIVE_INFINITY });
  if (!both.data) return null;
  const deltas = metricDeltas(both.data.before, both.data.after);
  const changed = deltas.filter(({ before, after }) => before !== after);
  const plan = comparison.from.kind === 'snapshot' ? comparison.from.snapshot.planId : null;
  return (
    <details className={styles.metrics} data-testid="metric-deltas">
      <summary>{changed.length === 0 ? t('metrics.same') : t('metrics.changed', { count: changed.length })}</summary>
      <table className={styles.facts}>
        <thead>
          <tr>
            {(['metrics.name', 'compare.before', 'compare.after', 'metrics.delta'] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...changed, ...deltas.filter((each) => !changed.includes(each))].map(({ name, before, after, delta }) => (
            <tr key={name} data-differs={before !== after || undefined}>
              <th scope="row">{visibleText(name, true)}</th>
              <td className="num">{visibleText(formatMetric(language, before), true)}</td>
              <td className="num">{visibleText(formatMetric(language, after), true)}</td>
              <td className="num">{formatDelta(language, delta)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {plan !== null && <Link href={`/metrics/${plan}`}>{t('metrics.all')}</Link>}
    </details>
  );
}
