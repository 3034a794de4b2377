// All differences inside a file as a table of virtual rows, each as high as what it holds. The region scrolls with the keys of any page.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import type { Inside } from '../../../../contract/inside.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { useWords } from '../../../ui/words.tsx';
import { useInsideRows } from './queries.ts';
import { columnsOf, RowCells } from './Row.tsx';
import styles from './Inside.module.css';

const usualHeight = 21;

export function RowList({ inside }: { inside: Inside }): ReactNode {
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: inside.rows, getScrollElement: () => scroller.current, estimateSize: () => usualHeight, overscan: 20 });
  const items = virtual.getVirtualItems();
  const { rowAt, error } = useInsideRows(inside.id, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  if (error !== undefined && error !== null) return <ErrorNotice error={error} />;
  return (
    <div ref={scroller} className={styles.scroll} tabIndex={0} role="region" aria-label={t('inside.rows', { count: inside.rows })} data-testid="inside-rows">
      <div role="table" aria-label={t('inside.title')} aria-rowcount={inside.rows + 1} className={styles.table} data-kind={inside.facts.kind}>
        <div role="rowgroup" className={styles.head}>
          <div role="row" aria-rowindex={1} className={styles.row}>
            {columnsOf(inside.facts.kind).map((name, i) => (
              <span key={i} role="columnheader" className={styles.cell}>
                {t(name)}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start, key }) => {
            const row = rowAt(index);
            return (
              <div key={key} ref={virtual.measureElement} data-index={index} role="row" aria-rowindex={index + 2} className={`${styles.row} ${styles.floating}`} style={{ transform: `translateY(${start}px)` }}>
                {row ? (
                  <RowCells row={row} />
                ) : (
                  <span role="cell" className={`${styles.cell} muted`}>
                    {t('inside.loading')}
                  </span>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
