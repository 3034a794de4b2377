// The size an element has right now, for pictures that must fit.
import { useCallback, useRef, useState } from 'react';

export interface Room {
  width: number;
  height: number;
}

/** A ref for the element, and its inner size in pixels (0 until it is on the page). */
export function useRoom<E extends HTMLElement>(): [(element: E | null) => void, Room] {
  const [room, setRoom] = useState<Room>({ width: 0, height: 0 });
  const observer = useRef<ResizeObserver | null>(null);
  const attach = useCallback((element: E | null) => {
    observer.current?.disconnect();
    if (element === null) return;
    const measure = (): void => setRoom((before) => (before.width === element.clientWidth && before.height === element.clientHeight ? before : { width: element.clientWidth, height: element.clientHeight }));
    observer.current = new ResizeObserver(measure);
    observer.current.observe(element);
    measure();
  }, []);
  return [attach, room];
}
