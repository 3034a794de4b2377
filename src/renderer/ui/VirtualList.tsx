// A list of any length as a list box: one tab stop, rows only where the eye is, keys handled by the list. Enter or a click opens a row, Space or a click on
// what has `data-box` chooses it.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { useEffect, useId, useImperativeHandle, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { listMove } from './list-keys.ts';
import { useRowWindow } from './use-row-window.ts';
import styles from './VirtualList.module.css';

export interface VirtualListHandle {
  focus(): void;
}

interface VirtualListProps {
  count: number;
  rowHeight: number;
  label: string;
  /** Id of an element that says how the list is used. */
  describedBy?: string;
  testId: string;
  /** Class of a row: its columns. */
  rowClass: string | undefined;
  /** The row that is open. */
  opened: number | undefined;
  /** Which are chosen; not given: rows cannot be. */
  chosen?: ReadonlySet<number>;
  onOpen(index: number): void;
  onChoose?(index: number): void;
  onLeave?(): void;
  /** The last rows there are come into sight. */
  onEnd?(): void;
  row(index: number): ReactNode;
  /** What a row is about, for whoever looks for it in the page. */
  nameOf?(index: number): string;
  ref?: Ref<VirtualListHandle>;
}

export function VirtualList({ count, rowHeight, label, describedBy, testId, rowClass, opened, chosen, onOpen, onChoose, onLeave, onEnd, row, nameOf, ref }: VirtualListProps): ReactNode {
  const [active, setActive] = useState(opened ?? 0);
  const id = useId();
  const { attach, onScroll, height, indexes, topOf, pageRows, first, last, show, focus } = useRowWindow(count, rowHeight);
  useImperativeHandle(ref, () => ({ focus }));
  useEffect(() => {
    if (count > 0 && last >= count - 1) onEnd?.();
  }, [last, count, onEnd]);
  useEffect(() => setActive((before) => Math.max(0, Math.min(before, count - 1))), [count]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ') {
      event.preventDefault();
      return onChoose === undefined ? onOpen(active) : onChoose(active);
    }
    const move = listMove(event.key, active, count, pageRows);
    if (!move || (move.kind === 'leave' && onLeave === undefined)) return;
    event.preventDefault();
    if (move.kind === 'open') onOpen(active);
    else if (move.kind === 'leave') onLeave?.();
    else {
      setActive(move.index);
      show(move.index, 'near');
    }
  };
  return (
    <div ref={attach} className={styles.list} role="listbox" tabIndex={0} aria-label={label} aria-describedby={describedBy} aria-multiselectable={onChoose !== undefined || undefined} aria-activedescendant={active >= first && active <= last ? `${id}-${active}` : undefined} onKeyDown={onKeyDown} onScroll={onScroll} data-testid={testId}>
      <div style={{ height, position: 'relative' }} role="presentation">
        {indexes.map((index) => (
          <div
            key={index}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === opened}
            aria-checked={chosen && chosen.has(index)}
            aria-posinset={index + 1}
            aria-setsize={count}
            className={`${styles.row} ${rowClass ?? ''}`}
            data-active={index === active || undefined}
            data-name={nameOf?.(index)}
            style={{ transform: `translateY(${topOf(index)}px)`, height: rowHeight }}
            onClick={(event) => {
              setActive(index);
              if (onChoose !== undefined && event.target instanceof Element && event.target.closest('[data-box]')) onChoose(index);
              else onOpen(index);
            }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
