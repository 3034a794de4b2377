// What forgetting would do, snapshot by snapshot: kept and why, or gone. Newest first.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, type ReactNode } from 'react';
import { describeKeepReason } from '../../contract/copy/keeping.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { formatExact, formatWhen } from '../../contract/copy/values.ts';
import type { ForgetPreview } from '../../contract/keeping.ts';
import { keepRows } from './keep-rows.ts';
import { Shape } from './Shape.tsx';
import { ownTags } from './CoreSample.tsx';
import { useNow, useWords } from './words.tsx';
import styles from './KeepPreview.module.css';

const rowHeight = 28;

/** `shown`: rows that fit without scrolling. */
export function KeepPreview({ preview, shown = 8 }: { preview: ForgetPreview; shown?: number }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const rows = useMemo(() => keepRows(preview.groups), [preview]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12, initialRect: { width: 400, height: shown * rowHeight } });
  return (
    <div className={styles.keep}>
      <p className="strong" role="status" data-testid="keep-sentence">
        {preview.removeCount === 0 ? t('keep.nothingGoes', { count: preview.keepCount }) : `${t('keep.stay', { count: preview.keepCount })} ${t('keep.go', { count: preview.removeCount })}`}
      </p>
      {rows.length > 0 && (
        <div ref={scroller} className={styles.list} style={{ maxHeight: shown * rowHeight }} tabIndex={0} role="list" aria-label={t('keep.list')} data-testid="keep-list">
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
            {virtual.getVirtualItems().map(({ index, start }) => {
              const row = rows[index];
              if (!row) return null;
              const at = new Date(row.snapshot.at);
              return (
                <div key={row.snapshot.id} ref={virtual.measureElement} data-index={index} role="listitem" aria-posinset={index + 1} aria-setsize={rows.length} className={styles.row} data-goes={row.reasons === null || undefined} style={{ position: 'absolute', top: 0, left: 0, right: 0, minHeight: rowHeight, transform: `translateY(${start}px)` }}>
                  <Shape tone={row.reasons === null ? 'bad' : 'good'} size={13} />
                  <span className="num ellipsis" title={formatExact(language, at)}>
                    {formatWhen(language, at, now)}
                  </span>
                  <span>{row.reasons === null ? <b className="strong">{t('keep.goes')}</b> : t('keep.because', { reasons: visibleText(row.reasons.map((reason) => describeKeepReason(language, reason)).join(', '), true) })}</span>
                  <span className={`muted ${styles.tags}`}>{visibleText(ownTags(row.snapshot).join(', '), true)}</span>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}
