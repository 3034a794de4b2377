// The core sample's geometry: one layer per snapshot (of a long history several in one), newest on top, thickness by the logarithm of what it added. Pure.
import type { Snapshot } from '../../contract/snapshots.ts';

/** What a layer is made of; a snapshot taken by a program that records no numbers is `unknown`. */
export type LayerKind = 'first' | 'new' | 'changed' | 'same' | 'unknown';

export interface Layer {
  /** The newest one in it. */
  snapshot: Snapshot;
  /** Its place in what was laid out. */
  index: number;
  /** Snapshots in it. */
  count: number;
  kind: LayerKind;
  tagged: boolean;
  pinned: boolean;
  /** With gaps, or not all of it came back when it was tested. */
  cracked: boolean;
  /** All that was tested of it came back. */
  tested: boolean;
  top: number;
  height: number;
}

const thinnest = 2;
const thickest = 64;
const grainBytes = 16_384;

/** The person's own tags; Varve's marks (`varve-…`) are not for reading. */
export function ownTags(snapshot: Snapshot): string[] {
  return snapshot.tags.filter((tag) => !tag.startsWith('varve-'));
}

/** No rule takes it away (the engine's mark; any restic respects it, too). */
export function isPinned(snapshot: Snapshot): boolean {
  return snapshot.tags.includes('varve-pin');
}

export function layerKind(snapshot: Snapshot): LayerKind {
  const { summary } = snapshot;
  if (snapshot.parent === null && summary !== null) return 'first';
  if (summary === null) return 'unknown';
  if (summary.filesNew === 0 && summary.filesChanged === 0) return 'same';
  return summary.filesNew >= summary.filesChanged ? 'new' : 'changed';
}

/** Relative thickness: doubling what was added thickens the layer by the same step. */
function weightOf(addedBytes: number): number {
  return thinnest + 2.6 * Math.log2(1 + addedBytes / grainBytes);
}

/** Of several in one layer what most of them are; of two as many the one nearer to the top. */
function kindOf(group: readonly Snapshot[]): LayerKind {
  const counts = new Map<LayerKind, number>();
  for (const snapshot of group) counts.set(layerKind(snapshot), (counts.get(layerKind(snapshot)) ?? 0) + 1);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

/**
 * Layers that fill `height` pixels at most; few snapshots make a short column rather than swollen layers. `perLayer`: so many snapshots that follow on each
 * other are one layer.
 */
export function layOut(snapshots: readonly Snapshot[], height: number, perLayer = 1): Layer[] {
  const groups = Array.from({ length: Math.ceil(snapshots.length / perLayer) }, (_, index) => snapshots.slice(index * perLayer, (index + 1) * perLayer));
  const weights = groups.map((group) => weightOf(group.reduce((total, { summary }) => total + (summary?.dataAdded ?? 0), 0)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scale = sum === 0 ? 1 : Math.min(height / sum, 2.2);
  const layers: Layer[] = [];
  let top = 0;
  groups.forEach((group, index) => {
    const [snapshot] = group;
    if (!snapshot) return;
    const thickness = Math.min(thickest, Math.max(thinnest, (weights[index] ?? thinnest) * scale));
    layers.push({ snapshot, index: index * perLayer, count: group.length, kind: kindOf(group), tagged: group.some((each) => ownTags(each).length > 0), pinned: group.some(isPinned), cracked: group.some(({ incomplete, tested }) => incomplete || tested?.ok === false), tested: group.some(({ tested }) => tested?.ok === true), top, height: thickness });
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
