// A random share of what a restore has chosen: files by a hash of a seed and their path, so that the same seed chooses the same again, and the folders
// that lead to them. Never none. Pure.
import { createHash } from 'node:crypto';
import type { Item, Selection } from '../restore/select.ts';

export interface Sample {
  /** Of the files, by number; 1 is all of them. */
  share: number;
  seed: string;
}

/** Replaces the items of the selection. Returns how many files there were. */
export function takeSample(selection: Selection, { share, seed }: Sample): number {
  const files = selection.items.filter(({ node }) => node.type === 'file');
  if (share >= 1) return files.length;
  const lots = files.map((item) => ({ item, lot: lotOf(seed, item.path) }));
  const wanted = Math.min(files.length, Math.max(1, Math.round(files.length * share)));
  const kept = new Set<Item>();
  for (const { item } of lots.sort((a, b) => a.lot - b.lot).slice(0, wanted)) {
    kept.add(item);
    for (let folder = item.folder; folder !== undefined && !kept.has(folder); folder = folder.folder) kept.add(folder);
  }
  selection.items = selection.items.filter((item) => kept.has(item));
  return files.length;
}

/** 48 bits of it are an exact number. */
function lotOf(seed: string, path: string): number {
  return createHash('sha256').update(seed).update('\0').update(path).digest().readUIntBE(0, 6);
}
