// Scrolling over any number of rows. Browsers cannot make an element tall enough for a million of them, so above a height the scroll bar stands
// for more than it is tall: near both ends one pixel of it is one pixel of rows, in between it is more. Small movements (wheel, keys) always
// move the rows by as much as the finger asked for; only a drag of the bar or a jump goes by its place. Pure.

/** All browsers lay this out exactly. */
const tallest = 8_000_000;
/** Near the ends, pixel for pixel. */
const exactEnds = 50_000;

export interface Geometry {
  count: number;
  rowHeight: number;
  viewport: number;
}

/** The rows are drawn `base` pixels higher than they would stand in a list as tall as they are. */
export interface Place {
  scrollTop: number;
  base: number;
}

export const atTop: Place = { scrollTop: 0, base: 0 };

const rowsTall = ({ count, rowHeight }: Geometry): number => count * rowHeight;

/** Height of the element that scrolls. */
export function tallness(geometry: Geometry): number {
  return Math.min(rowsTall(geometry), tallest);
}

function ends(geometry: Geometry): { rows: number; bar: number } {
  return { rows: Math.max(0, rowsTall(geometry) - geometry.viewport), bar: Math.max(0, tallness(geometry) - geometry.viewport) };
}

/** Where the bar stands when the rows are scrolled by `top`. */
function barAt(geometry: Geometry, top: number): number {
  const { rows, bar } = ends(geometry);
  if (rows <= bar || top <= exactEnds) return Math.min(top, bar);
  if (top >= rows - exactEnds) return bar - (rows - top);
  return exactEnds + ((top - exactEnds) / (rows - 2 * exactEnds)) * (bar - 2 * exactEnds);
}

/** By how much the rows are scrolled when the bar was put there. */
function rowsAt(geometry: Geometry, scrollTop: number): number {
  const { rows, bar } = ends(geometry);
  if (rows <= bar || scrollTop <= exactEnds) return Math.min(scrollTop, rows);
  if (scrollTop >= bar - exactEnds) return rows - (bar - scrollTop);
  return exactEnds + ((scrollTop - exactEnds) / (bar - 2 * exactEnds)) * (rows - 2 * exactEnds);
}

const bounded = (value: number, most: number): number => Math.max(0, Math.min(most, value));

export function rowsTop(place: Place): number {
  return place.scrollTop + place.base;
}

/** The bar was moved to `scrollTop` by whoever reads. */
export function moved(geometry: Geometry, before: Place, scrollTop: number): Place {
  const { rows, bar } = ends(geometry);
  const isStep = Math.abs(scrollTop - before.scrollTop) <= geometry.viewport * 2;
  const top = isStep && scrollTop > 0 && scrollTop < bar ? bounded(scrollTop + before.base, rows) : rowsAt(geometry, bounded(scrollTop, bar));
  return { scrollTop, base: top - scrollTop };
}

/** The place that shows the rows from `top` on; the bar goes where it belongs. Also for settling after a while of small movements. */
export function placed(geometry: Geometry, top: number): Place {
  const inside = bounded(top, ends(geometry).rows);
  const scrollTop = Math.round(barAt(geometry, inside));
  return { scrollTop, base: inside - scrollTop };
}

/** The place nearest to `before` at which the row is in sight. */
export function showing(geometry: Geometry, before: Place, index: number): Place {
  const top = rowsTop(before);
  const from = index * geometry.rowHeight;
  const to = from + geometry.rowHeight;
  if (from < top) return placed(geometry, from);
  if (to > top + geometry.viewport) return placed(geometry, to - geometry.viewport);
  return before;
}

/** The row in the middle. */
export function centred(geometry: Geometry, index: number): Place {
  return placed(geometry, index * geometry.rowHeight - (geometry.viewport - geometry.rowHeight) / 2);
}

/** Rows to draw, with `more` on each side; the last one included. Empty: last < first. */
export function inSight(geometry: Geometry, place: Place, more: number): { first: number; last: number } {
  const top = rowsTop(place);
  return {
    first: Math.max(0, Math.floor(top / geometry.rowHeight) - more),
    last: Math.min(geometry.count - 1, Math.floor((top + geometry.viewport) / geometry.rowHeight) + more)
  };
}

/** Where to draw a row inside the element that scrolls. */
export function rowTop(geometry: Geometry, place: Place, index: number): number {
  return index * geometry.rowHeight - place.base;
}
