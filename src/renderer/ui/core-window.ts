// Which snapshots of a long history a core sample shows: a stretch of them, newest first, that can be zoomed and moved. Pure.

export interface CoreWindow {
  from: number;
  count: number;
}

/** More could neither be told apart nor drawn quickly. */
const mostLayers = 500;
/** Layers of several snapshots each: so many that each can still be hit. */
const mostGroups = 240;
const fewestSnapshots = 2;

/** Snapshots in one layer, when so many are drawn. */
export function perLayer(count: number): number {
  return count <= mostLayers ? 1 : Math.ceil(count / mostGroups);
}

export function fitted({ from, count }: CoreWindow, total: number): CoreWindow {
  const bounded = Math.max(Math.min(fewestSnapshots, total), Math.min(total, Math.round(count)));
  return { from: Math.max(0, Math.min(total - bounded, Math.round(from))), count: bounded };
}

export function whole(total: number): CoreWindow {
  return { from: 0, count: total };
}

/** `by`: snapshots, greater than 0 into the past. */
export function travelled(window: CoreWindow, total: number, by: number): CoreWindow {
  return fitted({ ...window, from: window.from + by }, total);
}

/** `factor` under 1 shows fewer, in thicker layers; the one at `around` stays where it is. */
export function zoomed(window: CoreWindow, total: number, around: number, factor: number): CoreWindow {
  const { count } = fitted({ ...window, count: window.count * factor }, total);
  const share = (around - window.from) / window.count;
  return fitted({ from: around - share * count, count }, total);
}

/** Moved as little as it takes to show the one at `index`. */
export function including(window: CoreWindow, total: number, index: number): CoreWindow {
  if (index < window.from) return fitted({ ...window, from: index }, total);
  return index >= window.from + window.count ? fitted({ ...window, from: index - window.count + 1 }, total) : window;
}

/** The layer at a height of the column; the nearest one outside. */
export function layerAt(layers: readonly { top: number; height: number }[], y: number): number {
  const index = layers.findIndex(({ top, height }) => y < top + height);
  return index < 0 ? layers.length - 1 : index;
}
