// The hands on a long core sample: dragging over layers zooms in on them, the wheel travels (with Ctrl it zooms), both only where there is anywhere to go.
import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import { fitted, including, layerAt, travelled, whole, zoomed, type CoreWindow } from './core-window.ts';
import type { Layer } from './strata.ts';

const wheelStepPx = 24;
const dragPx = 5;

interface Brush {
  /** Places among the drawn layers. */
  start: number;
  end: number;
}

export interface CoreHands {
  window: CoreWindow;
  /** Fewer are shown than there are. */
  partial: boolean;
  brush: Brush | undefined;
  setWindow(window: CoreWindow): void;
  reset(): void;
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(): void;
  /** Was the click the end of a drag? */
  wasDragged(): boolean;
}

/** `keep`: place of the snapshot that must be shown, when it becomes another one. The wheel is heard all over `picture`, of which `column` may be a small part. */
export function useCoreWindow(total: number, keep: number, picture: RefObject<HTMLDivElement | null>, column: RefObject<HTMLDivElement | null>, layersOf: RefObject<readonly Layer[]>): CoreHands {
  const [wanted, setWanted] = useState<CoreWindow>();
  const window = wanted === undefined ? whole(total) : fitted(wanted, total);
  const [brush, setBrush] = useState<Brush>();
  const pressed = useRef<{ y: number; dragged: boolean }>(undefined);
  const now = useRef({ window, total });
  useEffect(() => {
    now.current = { window, total };
  });
  useEffect(() => {
    const { window: shown, total: all } = now.current;
    if (keep < 0) return;
    const with_ = including(shown, all, keep);
    if (with_ !== shown) setWanted(with_);
  }, [keep]);

  const heightOf = (clientY: number): number => clientY - (column.current?.getBoundingClientRect().top ?? 0);
  const indexAt = (clientY: number): number => layerAt(layersOf.current, heightOf(clientY));

  const any = total > 0;
  useEffect(() => {
    const element = picture.current;
    if (!element) return;
    let rest = 0;
    const onWheel = (event: WheelEvent): void => {
      const { window: shown, total: all } = now.current;
      if (!event.ctrlKey && shown.count >= all) return;
      event.preventDefault();
      if (event.ctrlKey) {
        const around = shown.from + (layersOf.current[layerAt(layersOf.current, event.clientY - (column.current?.getBoundingClientRect().top ?? 0))]?.index ?? 0);
        return setWanted(zoomed(shown, all, around, event.deltaY > 0 ? 1.25 : 0.8));
      }
      rest += event.deltaMode === event.DOM_DELTA_LINE ? event.deltaY * wheelStepPx : event.deltaY;
      const steps = Math.trunc(rest / wheelStepPx);
      rest -= steps * wheelStepPx;
      // A notch goes on by a part of what is seen, so that zoomed out it is not slow.
      if (steps !== 0) setWanted(travelled(shown, all, Math.sign(steps) * Math.max(Math.abs(steps), Math.round((Math.abs(steps) * shown.count) / 40))));
    };
    // React's own listener could not keep the page from scrolling.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
    // The picture comes and goes with the first layer.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [picture, column, layersOf, any]);

  return {
    window,
    partial: window.count < total,
    brush,
    setWindow: (to) => setWanted(fitted(to, total)),
    reset: () => setWanted(undefined),
    onPointerDown: ({ button, clientY }) => {
      pressed.current = button === 0 ? { y: clientY, dragged: false } : undefined;
    },
    onPointerMove: (event) => {
      const press = pressed.current;
      if (!press || event.buttons !== 1 || (!press.dragged && Math.abs(event.clientY - press.y) < dragPx)) return;
      if (!press.dragged) event.currentTarget.setPointerCapture(event.pointerId);
      press.dragged = true;
      setBrush({ start: indexAt(press.y), end: indexAt(event.clientY) });
    },
    onPointerUp: () => {
      if (brush) {
        const [first, last] = [layersOf.current[Math.min(brush.start, brush.end)], layersOf.current[Math.max(brush.start, brush.end)]];
        if (first && last) setWanted(fitted({ from: window.from + first.index, count: last.index + last.count - first.index }, total));
      }
      setBrush(undefined);
    },
    wasDragged: () => {
      const dragged = pressed.current?.dragged === true;
      pressed.current = undefined;
      return dragged;
    }
  };
}
