// A list of any length in the page's own flow, with rows that have controls of their own: only those where the eye is are there, and the one that has the focus.
// The virtual list's functions change with each render; nothing memoized is given them.
// The list itself is not worked with: it only hears where in it the focus is.
/* oxlint-disable react/incompatible-library, react-hooks/exhaustive-deps, jsx-a11y/no-noninteractive-element-interactions */
// The list only watches where the focus and the pointer are; the rows have the controls.
/* oxlint-disable jsx-a11y/no-noninteractive-element-interactions */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, type HTMLAttributes, type ReactNode } from 'react';
import styles from './VirtualRows.module.css';

interface VirtualRowsProps<T> extends Omit<HTMLAttributes<HTMLUListElement>, 'children'> {
  items: readonly T[];
  keyOf(item: T): string;
  /** Of a row, before it was seen. */
  estimate: number;
  row(item: T): ReactNode;
}

export function VirtualRows<T>({ items, keyOf, estimate, row, className, onFocus, onBlur, ...list }: VirtualRowsProps<T>): ReactNode {
  const self = useRef<HTMLUListElement>(null);
  const [above, setAbove] = useState(0);
  const [focused, setFocused] = useState<string>();
  const scroller = (): Element | null => self.current?.closest('main') ?? null;
  const at = items.findIndex((item) => keyOf(item) === focused);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: scroller,
    estimateSize: () => estimate,
    getItemKey: (index) => keyOf(items[index] as T),
    overscan: 8,
    scrollMargin: above,
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      return at === -1 || seen.includes(at) ? seen : [...seen, at].sort((a, b) => a - b);
    }
  });
  // What stands above the list may come and go with any render; it is only set when it has changed.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const outer = scroller();
    if (outer === null || self.current === null) return;
    const next = Math.round(self.current.getBoundingClientRect().top - outer.getBoundingClientRect().top + outer.scrollTop);
    if (next !== above) setAbove(next);
  });
  return (
    <ul
      {...list}
      ref={self}
      className={`plain-list ${styles.rows} ${className ?? ''}`}
      style={{ height: virtual.getTotalSize() }}
      onFocus={(event) => {
        setFocused(event.target.closest<HTMLElement>('[data-key]')?.dataset['key']);
        onFocus?.(event);
      }}
      onBlur={(event) => {
        setFocused(undefined);
        onBlur?.(event);
      }}
    >
      {virtual.getVirtualItems().map(({ index, start, key }) => (
        <li key={key} ref={virtual.measureElement} className={styles.row} data-index={index} data-key={key} aria-posinset={index + 1} aria-setsize={items.length} style={{ transform: `translateY(${start - above}px)` }}>
          {row(items[index] as T)}
        </li>
      ))}
    </ul>
  );
}
