// The two sides of a comparison in words.
import type { ComparedSide } from '../../../contract/compare.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { planTitle } from '../../ui/plan-title.ts';
import type { Words } from '../../ui/words.tsx';

export function snapshotTitle({ language, t }: Words, snapshot: Pick<Snapshot, 'at' | 'planId' | 'planName' | 'removedPlan'>): string {
  return `${planTitle({ t }, new Map(), snapshot)}, ${formatWhen(language, new Date(snapshot.at), new Date())}`;
}

export function sideTitle(words: Words, side: ComparedSide): string {
  return side.kind === 'live' ? words.t(side.trial ? 'compare.trial' : 'compare.now') : snapshotTitle(words, side.snapshot);
}

/** Changes of a trial's copy have paths below its folder; in the snapshot they stand below this one. */
export function topOf(to: ComparedSide): string {
  return to.kind === 'live' ? (to.trial?.path ?? '') : '';
}
