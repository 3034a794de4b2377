// What the plan of a snapshot is called, also when it was deleted since.
import { visibleText } from '../../contract/copy/text.ts';
import type { Snapshot } from '../../contract/snapshots.ts';
import type { Words } from './words.tsx';

/** `titles`: of the plans there are, by id. `unplanned` takes the place of a plan where there never was one that is known here. */
export function planTitle({ t }: Pick<Words, 't'>, titles: ReadonlyMap<string, string>, { planId, planName, removedPlan }: Pick<Snapshot, 'planId' | 'planName' | 'removedPlan'>, unplanned = t('snap.unplanned')): string {
  const title = visibleText((planId !== null && titles.get(planId)) || removedPlan?.title || planName || unplanned, true);
  return removedPlan ? t('snap.planDeleted', { plan: title }) : title;
}
