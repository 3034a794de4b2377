// One metric over all snapshots as a line, with its numbers in words; the table below tells every point.
import type { ReactNode } from 'react';
import { formatMetric } from '../../../contract/copy/metrics.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { SnapshotMetrics } from '../../../contract/metrics.ts';
import { useWords } from '../../ui/words.tsx';
import { drawChart } from '../../ui/chart.ts';
import styles from './Metrics.module.css';

const [width, height] = [320, 90];
/** More dots than this would be a line anyway. */
const mostDots = 120;

export function numberOf(metrics: SnapshotMetrics['metrics'], name: string): number | null {
  const value = metrics !== null && Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  return typeof value === 'number' ? value : null;
}

export function MetricChart({ name, snapshots }: { name: string; snapshots: readonly SnapshotMetrics[] }): ReactNode {
  const { t, language } = useWords();
  const chart = drawChart(snapshots.map(({ in: seen, metrics }) => ({ at: Date.parse(seen.at), value: numberOf(metrics, name) })), width, height);
  if (chart === undefined) return null;
  const valueAt = (index: number | undefined): string => formatMetric(language, index === undefined ? undefined : (numberOf(snapshots[index]?.metrics ?? null, name) ?? undefined));
  const shown = visibleText(name, true);
  const [min, max] = [formatMetric(language, chart.min), formatMetric(language, chart.max)];
  const label = t('metrics.chart', { name: shown, first: valueAt(chart.dots[0]?.index), last: valueAt(chart.dots.at(-1)?.index), count: chart.dots.length, min, max });
  return (
    <figure className={`card ${styles.chart}`} data-testid="metric-chart">
      <figcaption>
        <span className="ellipsis" title={shown}>
          {shown}
        </span>
        <strong className="num">{valueAt(chart.dots.at(-1)?.index)}</strong>
      </figcaption>
      <div className={styles.plot}>
        <span className={`muted num ${styles.top}`} aria-hidden>
          {max}
        </span>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {chart.lines.map((line) => (
            <path key={line} d={line} className={styles.line} />
          ))}
          {chart.dots.length <= mostDots &&
            chart.dots.map(({ x, y, index }) => (
              <path key={index} d={`M${x} ${y}h0`} className={styles.dot}>
                <title>{`${formatExact(language, new Date(snapshots[index]?.in.at ?? 0))}: ${valueAt(index)}`}</title>
              </path>
            ))}
        </svg>
        <span className={`muted num ${styles.bottom}`} aria-hidden>
          {min === max ? '' : min}
        </span>
      </div>
    </figure>
  );
}
