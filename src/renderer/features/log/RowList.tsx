// The rows: any number of them, each reachable by scroll bar, wheel and keys, drawn only where the eye is.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import type { LogRow } from '../../../contract/review.ts';
import { listMove } from '../../ui/list-keys.ts';
import { useRoom } from '../../ui/room.ts';
import { useWords } from '../../ui/words.tsx';
import type { RowSource, RowsState } from './row-source.ts';
import { atTop, centred, inSight, moved, placed, rowsTop, rowTop, showing, tallness, type Place } from './row-window.ts';
import styles from './Log.module.css';

export const rowHeight = 28;
const moreRows = 12;
const settleMs = 160;

export interface RowListHandle {
  /** Puts the row into sight; `middle` for a jump. */
  show(index: number, where: 'near' | 'middle'): void;
  focus(): void;
}

interface RowListProps {
  source: RowSource;
  state: RowsState;
  active: number;
  chosen: number | undefined;
  letterKeys: boolean;
  onActive(index: number): void;
  onOpen(index: number): void;
  onLeave(): void;
  draw(row: LogRow): ReactNode;
  ref?: Ref<RowListHandle>;
}

export function RowList({ source, state, active, chosen, letterKeys, onActive, onOpen, onLeave, draw, ref }: RowListProps): ReactNode {
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement | null>(null);
  const [measure, room] = useRoom<HTMLDivElement>();
  const [place, setPlace] = useState<Place>(atTop);
  const geometry = useMemo(() => ({ count: state.total, rowHeight, viewport: room.height }), [state.total, room.height]);
  const waiting = useRef<{ index: number; where: 'near' | 'middle' }>(undefined);

  /** Puts the bar where the place says, and takes the rest from where the browser really put it. */
  const put = (wanted: Place): void => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = wanted.scrollTop;
    setPlace({ scrollTop: element.scrollTop, base: rowsTop(wanted) - element.scrollTop });
  };
  const show = (index: number, where: 'near' | 'middle'): void => {
    if (room.height === 0 || index >= state.total) waiting.current = { index, where };
    else put(where === 'near' ? showing(geometry, place, index) : centred(geometry, index));
  };
  useImperativeHandle(ref, () => ({ show, focus: () => scroller.current?.focus() }));

  useLayoutEffect(() => {
    const wish = waiting.current;
    if (!wish || room.height === 0 || wish.index >= state.total) return;
    waiting.current = undefined;
    put(centred(geometry, wish.index));
  });

  const { first, last } = inSight(geometry, place, moreRows);
  useEffect(() => source.want(first, last), [source, first, last]);
  // After a while of small movements the bar goes where the rows are; the rows stay.
  useEffect(() => {
    const timer = setTimeout(() => {
      const settled = placed(geometry, rowsTop(place));
      if (Math.abs(settled.scrollTop - place.scrollTop) > 1) put(settled);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [geometry, place]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key.length === 1 && !letterKeys)) return;
    const move = listMove(event.key, active, state.total, Math.max(1, Math.floor(room.height / rowHeight) - 1));
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    if (move.kind === 'to') {
      onActive(move.index);
      show(move.index, 'near');
    } else if (move.kind === 'open') onOpen(active);
    else onLeave();
  };

  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k);
  return (
    <div
      ref={(element) => {
        scroller.current = element;
        measure(element);
      }}
      className={styles.list}
      role="listbox"
      tabIndex={0}
      aria-label={t('log.list')}
      aria-activedescendant={active >= first && active <= last ? `entry-${active}` : undefined}
      aria-busy={!state.complete}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        setPlace((before) => (before.scrollTop === scrollTop ? before : moved(geometry, before, scrollTop)));
      }}
      data-testid="log-list"
    >
      <div style={{ height: tallness(geometry), position: 'relative' }} role="presentation">
        {indexes.map((index) => {
          const row = source.row(index);
          return (
            <div
              key={index}
              id={`entry-${index}`}
              role="option"
              aria-selected={row !== undefined && row.seq === chosen}
              aria-posinset={index + 1}
              aria-setsize={state.total}
              aria-busy={row === undefined}
              aria-label={row === undefined ? t('review.rowLoading') : undefined}
              className={styles.row}
              data-active={index === active || undefined}
              data-seq={row?.seq}
              data-action={row?.entry?.action}
              style={{ transform: `translateY(${rowTop(geometry, place, index)}px)`, height: rowHeight }}
              onClick={() => onOpen(index)}
            >
              {row === undefined ? <span className={styles.skeleton} aria-hidden="true" /> : draw(row)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
