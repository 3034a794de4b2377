// Which file may be another one that was moved and changed: by their names, and by the folders they lie in. Pure.
import type { Change } from '../../../contract/compare.ts';
import { fold } from '../../../contract/where.ts';

export type PairKind = 'added' | 'removed';

/** A file that is only new, or only gone: it may have its other half elsewhere. */
export function halfOf({ kind, before, after }: Pick<Change, 'kind' | 'before' | 'after'>): PairKind | undefined {
  if (kind === 'added' && after?.type === 'file') return 'added';
  return kind === 'removed' && before?.type === 'file' ? 'removed' : undefined;
}

/** From 0 (nothing in common) to 1 (the same path). The name counts most, then its ending, then the folder. */
export function likeness(a: string, b: string): number {
  const [one, other] = [partsOf(a), partsOf(b)];
  return (7 * dice(one.stem, other.stem) + (one.ending === other.ending ? 2 : 0) + dice(one.folder, other.folder)) / 10;
}

/** The likeliest first. */
export function ranked(of: string, candidates: readonly Change[]): Change[] {
  const likely = new Map(candidates.map((one) => [one, likeness(of, one.path)]));
  return candidates.toSorted((a, b) => (likely.get(b) ?? 0) - (likely.get(a) ?? 0) || (a.path < b.path ? -1 : 1));
}

/** With its dot; '' for none. */
export function endingOf(path: string): string {
  return /[^./](\.[^./]{1,16})$/.exec(path)?.[1] ?? '';
}

function partsOf(path: string): { folder: string; stem: string; ending: string } {
  const cut = path.lastIndexOf('/');
  const ending = endingOf(path);
  return { folder: fold(path.slice(0, cut)), stem: fold(path.slice(cut + 1, path.length - ending.length)), ending: fold(ending) };
}

/** Pairs of characters that both have, of all that they have. */
function dice(a: string, b: string): number {
  if (a === b) return 1;
  const pairs = (text: string): string[] => Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2));
  const left = new Map<string, number>();
  for (const pair of pairs(a)) left.set(pair, (left.get(pair) ?? 0) + 1);
  let common = 0;
  for (const pair of pairs(b)) {
    const count = left.get(pair) ?? 0;
    if (count === 0) continue;
    left.set(pair, count - 1);
    common += 1;
  }
  const all = Math.max(0, a.length - 1) + Math.max(0, b.length - 1);
  return all === 0 ? 0 : (2 * common) / all;
}
