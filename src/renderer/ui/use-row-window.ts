// Rows of one height, any number of them, each reachable by scroll bar, wheel and keys, drawn only where the eye is (row-window.ts says where).
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type UIEvent } from 'react';
import { useRoom } from './room.ts';
import { atTop, centred, inSight, moved, placed, rowsTop, rowTop, showing, tallness, type Place } from './row-window.ts';

const moreRows = 12;
const settleMs = 160;
const restMs = 80;

export interface RowWindow {
  /** For the element that scrolls. */
  attach(element: HTMLDivElement | null): void;
  onScroll(event: UIEvent<HTMLDivElement>): void;
  /** Pixels; of the element inside that holds the rows. */
  height: number;
  /** Rows to draw, the last one included. */
  first: number;
  last: number;
  indexes: readonly number[];
  /** Pixels from the top of the element inside to the row. */
  topOf(index: number): number;
  /** Rows by which PageUp and PageDown move. */
  pageRows: number;
  /** Puts the row into sight, as soon as it is there; `middle` for a jump. */
  show(index: number, where: 'near' | 'middle'): void;
  toTop(): void;
  focus(): void;
}

export function useRowWindow(count: number, rowHeight: number): RowWindow {
  const scroller = useRef<HTMLDivElement | null>(null);
  const [measure, room] = useRoom<HTMLDivElement>();
  const [place, setPlace] = useState<Place>(atTop);
  const geometry = useMemo(() => ({ count, rowHeight, viewport: room.height }), [count, rowHeight, room.height]);
  const waiting = useRef<{ index: number; where: 'near' | 'middle' }>(undefined);

  const attach = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      measure(element);
    },
    [measure]
  );

  const toTop = useCallback(() => {
    waiting.current = undefined;
    if (scroller.current) scroller.current.scrollTop = 0;
    setPlace(atTop);
  }, []);
  const focus = useCallback(() => scroller.current?.focus(), []);

  /** Puts the bar where the place says, and takes the rest from where the browser really put it. */
  const put = (wanted: Place): void => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = wanted.scrollTop;
    setPlace({ scrollTop: element.scrollTop, base: rowsTop(wanted) - element.scrollTop });
  };
  const show = (index: number, where: 'near' | 'middle'): void => {
    if (room.height === 0 || index >= count) waiting.current = { index, where };
    else put(where === 'near' ? showing(geometry, place, index) : centred(geometry, index));
  };

  // What was asked for before it was there.
  useLayoutEffect(() => {
    const wish = waiting.current;
    if (!wish || room.height === 0 || wish.index >= count) return;
    waiting.current = undefined;
    put(wish.where === 'near' ? showing(geometry, place, wish.index) : centred(geometry, wish.index));
  });
  // After a while of small movements, and when there are fewer rows than before, the bar goes where the rows are; the rows stay.
  useEffect(() => {
    const timer = setTimeout(() => {
      const settled = placed(geometry, rowsTop(place));
      if (Math.abs(settled.scrollTop - place.scrollTop) > 1) put(settled);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [geometry, place]);

  const { first, last } = inSight(geometry, place, moreRows);
  const indexes = useMemo(() => Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k), [first, last]);
  return {
    attach,
    onScroll: (event) => {
      const { scrollTop } = event.currentTarget;
      setPlace((before) => (before.scrollTop === scrollTop ? before : moved(geometry, before, scrollTop)));
    },
    height: tallness(geometry),
    first,
    last,
    indexes,
    topOf: (index) => rowTop(geometry, place, index),
    pageRows: Math.max(1, Math.floor(room.height / rowHeight) - 1),
    show,
    toTop,
    focus
  };
}

/** The rows in sight, told of a few times a second at most: pages that are only passed by on the way to another place are not asked for. */
export function useRested(first: number, last: number): { first: number; last: number } {
  const [rested, setRested] = useState({ first, last });
  const latest = useRef(rested);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = { first, last };
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setRested(latest.current);
    }, restMs);
  }, [first, last]);
  useEffect(() => {
    const waiting = timer;
    return () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
    };
  }, []);
  return rested;
}
