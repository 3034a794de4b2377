// The core sample's geometry: one layer per snapshot, newest on top, thickness by the logarithm of what it added. Pure.
import type { Snapshot } from '../../contract/snapshots.ts';

/** What a layer is made of; a snapshot taken by a program that records no numbers is `unknown`. */
export type LayerKind = 'first' | 'new' | 'changed' | 'same' | 'unknown';

export interface Layer {
  snapshot: Snapshot;
  kind: LayerKind;
  top: number;
  height: number;
}

const thinnest = 2;
const thickest = 64;
const grainBytes = 16_384;

export function layerKind(snapshot: Snapshot): LayerKind {
  const { summary } = snapshot;
  if (snapshot.parent === null && summary !== null) return 'first';
  if (summary === null) return 'unknown';
  if (summary.filesNew === 0 && summary.filesChanged === 0) return 'same';
  return summary.filesNew >= summary.filesChanged ? 'new' : 'changed';
}

/** Relative thickness: doubling what was added thickens the layer by the same step. */
export function layerWeight(snapshot: Snapshot): number {
  const added = snapshot.summary?.dataAdded ?? 0;
  return thinnest + 2.6 * Math.log2(1 + added / grainBytes);
}

/** Layers that fill `height` pixels at most; few snapshots make a short column rather than swollen layers. */
export function layOut(snapshots: readonly Snapshot[], height: number): Layer[] {
  const weights = snapshots.map(layerWeight);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scale = sum === 0 ? 1 : Math.min(height / sum, 2.2);
  const layers: Layer[] = [];
  let top = 0;
  snapshots.forEach((snapshot, index) => {
    const thickness = Math.min(thickest, Math.max(thinnest, (weights[index] ?? thinnest) * scale));
    layers.push({ snapshot, kind: layerKind(snapshot), top, height: thickness });
    top += thickness;
  });
  return layers;
}

export interface DayMark {
  at: string;
  top: number;
  /** Where it is another one than above. */
  year: number | undefined;
}

/** Moments to write beside the column: at most one per `gap` pixels, only where the day changes. */
export function dayMarks(layers: readonly Layer[], gap: number, thisYear: number): DayMark[] {
  const marks: DayMark[] = [];
  let lastYear = thisYear;
  let lastDay = '';
  let lastTop = -Infinity;
  for (const layer of layers) {
    const day = new Date(layer.snapshot.at).toDateString();
    if (day !== lastDay && layer.top - lastTop >= gap) {
      const year = new Date(layer.snapshot.at).getFullYear();
      marks.push({ at: layer.snapshot.at, top: layer.top, year: year === lastYear ? undefined : year });
      lastYear = year;
      lastTop = layer.top;
    }
    lastDay = day;
  }
  return marks;
}
