// What a plan's programs said about the snapshot, each number against the ones before it: in words, and as a small line.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { useMemo, type ReactNode } from 'react';
import { formatDelta, formatMetric, metricDeltas } from '../../../contract/copy/metrics.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { useMetrics } from './known.ts';
import { drawChart } from '../../ui/chart.ts';
import { seriesOf } from './metrics.ts';
import styles from './Snapshots.module.css';

const width = 120;
const height = 26;

function Line({ points }: { points: readonly { at: string; value: number }[] }): ReactNode {
  const chart = drawChart(points.map(({ at, value }) => ({ at: Date.parse(at), value })), width, height);
  const last = chart?.dots.at(-1);
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className={styles.line}>
      {chart?.lines.map((line) => <path key={line} d={line} />)}
      {last && <circle cx={last.x} cy={last.y} r="2.8" />}
    </svg>
  );
}

export function MetricCharts({ snapshot, all }: { snapshot: Snapshot; all: readonly Snapshot[] }): ReactNode {
  const { t, language } = useWords();
  const { planId, planName } = snapshot;
  const { table, error } = useMetrics(planId !== null && planName !== null ? [planId] : []);
  const series = useMemo(() => (table === undefined ? [] : seriesOf(snapshot, all, table)), [snapshot, all, table]);
  if (error !== undefined) return <ErrorNotice error={error} compact />;
  if (series.length === 0) return null;
  const number = (value: number): string => formatMetric(language, value);
  const difference = (name: string, before: number, own: number): string => formatDelta(language, metricDeltas({ [name]: before }, { [name]: own })[0]?.delta ?? null);
  const numbers = series.filter(({ text }) => text === undefined);
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort().reverse();
  return (
    <section aria-labelledby="metrics" data-testid="metrics">
      <h3 id="metrics" className="heading">
        {t('metric.title')}
      </h3>
      <table className={styles.metrics}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('metric.name')}</th>
            <th scope="col">{t('metric.value')}</th>
            <th scope="col">{t('metric.change')}</th>
            <td>{t('metric.line')}</td>
          </tr>
        </thead>
        <tbody>
          {series.map(({ name, text, points }) => {
            const [before, own] = [points.at(-2), points.at(-1)];
            return (
              <tr key={name}>
                <th scope="row" className="mono">
                  {visibleText(name, true)}
                </th>
                <td className="num strong">{text === undefined ? own && number(own.value) : visibleText(text, true)}</td>
                <td className="num muted">{text !== undefined ? '' : own && before ? (own.value === before.value ? t('metric.same') : t('metric.since', { difference: difference(name, before.value, own.value) })) : t('metric.first')}</td>
                <td>{points.length > 1 && <Line points={points} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {times.length > 1 && (
        <details>
          <summary>{t('metric.all', { count: times.length })}</summary>
          <div className={styles.allMetrics} tabIndex={0} role="region" aria-label={t('metric.all', { count: times.length })}>
            <table className={styles.metrics}>
              <thead>
                <tr>
                  <th scope="col">{t('snap.colTime')}</th>
                  {numbers.map(({ name }) => (
                    <th key={name} scope="col" className="mono">
                      {visibleText(name, true)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {times.map((at) => (
                  <tr key={at}>
                    <th scope="row" className="num">
                      {formatExact(language, new Date(at))}
                    </th>
                    {numbers.map(({ name, points }) => {
                      const point = points.find((each) => each.at === at);
                      return (
                        <td key={name} className="num">
                          {point ? number(point.value) : '–'}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
}
