// Every metric of every snapshot, as virtual rows: what the charts show, to be read.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import { formatMetric } from '../../../contract/copy/metrics.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { MetricTable as Table } from '../../../contract/metrics.ts';
import { useWords } from '../../ui/words.tsx';
import styles from './Metrics.module.css';

const rowHeight = 26;
const mostColumns = 50;

export function MetricTable({ table }: { table: Table }): ReactNode {
  const { t, language } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const newestFirst = [...table.snapshots].reverse();
  const names = table.names.slice(0, mostColumns);
  const virtual = useVirtualizer({ count: newestFirst.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 20 });
  const columns = { gridTemplateColumns: `90px 230px repeat(${names.length}, minmax(110px, 1fr))`, minWidth: 320 + names.length * 110 };
  return (
    <div ref={scroller} className={`card ${styles.scroll}`} tabIndex={0} role="region" aria-label={t('metrics.table')} data-testid="metric-table">
      <div role="table" aria-label={t('metrics.table')} aria-rowcount={newestFirst.length + 1}>
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row} style={columns}>
            {[t('metrics.snapshot'), t('metrics.time'), ...names.map(({ name }) => visibleText(name, true))].map((title, i) => (
              <span key={i} role="columnheader" className="ellipsis" title={title} data-right={(i > 1 && names[i - 2]?.numeric) || undefined}>
                {title}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const { in: seen, metrics } = newestFirst[index] as (typeof newestFirst)[number];
            return (
              <div key={seen.id} role="row" aria-rowindex={index + 2} className={`${styles.row} ${styles.floating}`} style={{ ...columns, height: rowHeight, transform: `translateY(${start}px)` }}>
                <span role="rowheader" className="mono">
                  {seen.shortId}
                </span>
                <span role="cell">{formatExact(language, new Date(seen.at))}</span>
                {names.map(({ name, numeric }) => {
                  const shown = metrics !== null && Object.hasOwn(metrics, name) ? visibleText(formatMetric(language, metrics[name]), true) : '';
                  return (
                    <span key={name} role="cell" className="ellipsis num" title={shown} data-right={numeric || undefined}>
                      {shown}
                    </span>
                  );
                })}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
