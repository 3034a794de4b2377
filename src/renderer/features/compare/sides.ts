// The two sides of a comparison in words.
import type { ComparedSide } from '../../../contract/compare.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import type { Words } from '../../ui/words.tsx';

export function snapshotTitle({ language, t }: Words, { at, planName }: Pick<Snapshot, 'at' | 'planName'>): string {
  return `${planName ?? t('snap.unplanned')}, ${formatWhen(language, new Date(at), new Date())}`;
}

export function sideTitle(words: Words, side: ComparedSide): string {
  return side.kind === 'live' ? words.t('compare.now') : snapshotTitle(words, side.snapshot);
}
