// The rows: any number of them, each reachable by scroll bar, wheel and keys, drawn only where the eye is.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { useEffect, useImperativeHandle, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import type { LogRow } from '../../../contract/review.ts';
import { listMove } from '../../ui/list-keys.ts';
import { useRowWindow } from '../../ui/use-row-window.ts';
import { useWords } from '../../ui/words.tsx';
import type { RowSource, RowsState } from './row-source.ts';
import styles from './Log.module.css';

export const rowHeight = 28;

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
  const { attach, onScroll, height, indexes, topOf, pageRows, first, last, show, focus } = useRowWindow(state.total, rowHeight);
  useImperativeHandle(ref, () => ({ show, focus }));
  useEffect(() => source.want(first, last), [source, first, last]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key.length === 1 && !letterKeys)) return;
    const move = listMove(event.key, active, state.total, pageRows);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    if (move.kind === 'to') {
      onActive(move.index);
      show(move.index, 'near');
    } else if (move.kind === 'open') onOpen(active);
    else onLeave();
  };

  return (
    <div
      ref={attach}
      className={styles.list}
      role="listbox"
      tabIndex={0}
      aria-label={t('log.list')}
      aria-activedescendant={active >= first && active <= last ? `entry-${active}` : undefined}
      aria-busy={!state.complete}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
      data-testid="log-list"
    >
      <div style={{ height: height, position: 'relative' }} role="presentation">
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
              style={{ transform: `translateY(${topOf(index)}px)`, height: rowHeight }}
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
