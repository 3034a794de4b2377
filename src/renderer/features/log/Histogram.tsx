// The whole record over time as bars, what passes the filters marked in them. Drag across, or widen with Shift and arrows and press Enter, to
// see only that time; Escape or the cross takes it back.
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { LogHistogram } from '../../../contract/review.ts';
import { useNow, useWords } from '../../ui/words.tsx';
import { bucketAt, keyed, ordered, sharesOf, timesOf, type Stretch } from './brush.ts';
import styles from './Log.module.css';

interface HistogramProps {
  data: LogHistogram;
  since: string | undefined;
  until: string | undefined;
  /** Something else than time is filtered: what passes is marked. */
  filtered: boolean;
  onChoose(since: string | undefined, until: string | undefined): void;
}

export function Histogram({ data, since, until, filtered, onChoose }: HistogramProps): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Stretch>();
  const [cursor, setCursor] = useState<number>();
  const { buckets, from, to } = data;
  if (from === null || to === null) return null;
  const last = buckets.length - 1;
  const highest = buckets.reduce((most, bucket) => Math.max(most, bucket.total), 1);
  // A filter may let one in a thousand through: what passes is drawn by a scale of its own, or nothing of it could be seen.
  const mostMatched = buckets.reduce((most, bucket) => Math.max(most, bucket.matched), 1);
  const when = (at: string): string => formatWhen(language, new Date(at), now);
  const timed = since !== undefined || until !== undefined;
  const choose = (stretch: Stretch): void => {
    const times = timesOf(stretch, buckets, to);
    if (times) onChoose(times.since, times.until);
    setDrag(undefined);
  };

  const indexAt = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    return rect && rect.width > 0 ? bucketAt((event.clientX - rect.left) / rect.width, buckets.length) : 0;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const change = keyed(event.key, event.shiftKey, cursor ?? last, drag, buckets.length);
    if (change) {
      setCursor(change.cursor);
      setDrag(change.stretch);
    } else if (event.key === 'Enter' && (drag || cursor !== undefined)) choose(drag ?? { from: cursor ?? last, to: cursor ?? last });
    else if (event.key === 'Escape' && drag) setDrag(undefined);
    else if ((event.key === 'Escape' || event.key === 'Delete' || event.key === 'Backspace') && timed) onChoose(undefined, undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const dragged = drag && ordered(drag);
  const shares = dragged ? { left: dragged.from / buckets.length, width: (dragged.to - dragged.from + 1) / buckets.length } : sharesOf(since, until, from, to);
  const inside = (index: number): boolean => {
    const middle = (index + 0.5) / buckets.length;
    return !timed && !drag ? true : shares !== undefined && middle >= shares.left && middle <= shares.left + shares.width;
  };
  const current = cursor === undefined ? undefined : buckets[cursor];
  const label = (bucket: (typeof buckets)[number]): string => t('review.bar', { from: when(bucket.from), count: bucket.matched, total: bucket.total });
  const chosenText = timed ? t('review.chosenTime', { from: when(since ?? from), to: when(until ?? to) }) : t('log.histogramTotal', { count: data.matched, from: when(from), to: when(to) });

  return (
    <div className={`card ${styles.histogram}`} data-testid="histogram">
      <div
        ref={box}
        className={styles.bars}
        data-filtered={filtered || undefined}
        role="slider"
        tabIndex={0}
        aria-label={t('review.histogram')}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={cursor ?? last}
        aria-valuetext={dragged ? t('review.chosenTime', { from: when(buckets[dragged.from]?.from ?? from), to: when(buckets[dragged.to + 1]?.from ?? to) }) : current ? label(current) : chosenText}
        onKeyDown={onKeyDown}
        onBlur={() => setDrag(undefined)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setCursor(indexAt(event));
          setDrag({ from: indexAt(event), to: indexAt(event) });
        }}
        onPointerMove={(event) => {
          if (drag && event.buttons === 1) setDrag({ ...drag, to: indexAt(event) });
        }}
        onPointerUp={() => drag && choose(drag)}
        onPointerCancel={() => setDrag(undefined)}
      >
        {buckets.map((bucket, index) => (
          <i key={bucket.from} data-inside={inside(index) || undefined} data-cursor={index === cursor || undefined} title={label(bucket)}>
            <b style={{ height: share(bucket.total, highest) }} />
            {(filtered || timed || drag !== undefined) && <u style={{ height: share(bucket.matched, filtered ? mostMatched : highest) }} />}
          </i>
        ))}
        {shares && <span className={styles.brush} style={{ left: `${shares.left * 100}%`, width: `${shares.width * 100}%` }} aria-hidden="true" />}
      </div>
      <div className={styles.axis}>
        <span aria-hidden="true">{when(from)}</span>
        <span className={styles.chosenTime}>
          {timed && (
            <>
              <span data-testid="chosen-time">{chosenText}</span>
              <ActionIcon variant="subtle" color="gray" size={18} aria-label={t('review.clearTime')} title={t('review.clearTime')} onClick={() => onChoose(undefined, undefined)}>
                <IconX size={13} />
              </ActionIcon>
            </>
          )}
        </span>
        <span aria-hidden="true">{when(to)}</span>
      </div>
    </div>
  );
}

/** Even one entry among a million can be seen. */
function share(count: number, highest: number): string | number {
  return count === 0 ? 0 : `${Math.max(5, (count / highest) * 100)}%`;
}
