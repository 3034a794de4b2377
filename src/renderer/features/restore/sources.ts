// Whose snapshots there are: of a plan, or of a repository where no plan is known, newest first.
import { useMemo } from 'react';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { usePlans, useSnapshots } from '../../api/queries.ts';
import { planTitle } from '../../ui/plan-title.ts';
import { useWords } from '../../ui/words.tsx';

export interface Source {
  /** A plan's id, or `repository:` and a repository's id. */
  id: string;
  label: string;
  /** The plan, where it is one that still is. */
  plan: { id: string; name: string } | undefined;
  /** For a folder of its own. */
  name: string;
  snapshots: Snapshot[];
}

export function sourceId({ planId, repositoryId }: Pick<Snapshot, 'planId' | 'repositoryId'>): string {
  return planId ?? `repository:${repositoryId}`;
}

export function useSources(): { sources: Source[] | undefined; error: unknown } {
  const { t } = useWords();
  const list = useSnapshots();
  const plans = usePlans().data;
  const sources = useMemo(() => {
    if (!list.data) return undefined;
    const titles = new Map(plans?.map((plan) => [plan.id, plan.title || plan.name]));
    const bySource = new Map<string, Source>();
    for (const snapshot of list.data.snapshots) {
      const id = sourceId(snapshot);
      const label = planTitle({ t }, titles, snapshot, `${snapshot.repositoryName} (${t('snap.unplanned')})`);
      const source = bySource.get(id) ?? { id, label, plan: plans?.find((plan) => plan.id === snapshot.planId), name: snapshot.planName ?? snapshot.repositoryName, snapshots: [] };
      source.snapshots.push(snapshot);
      bySource.set(id, source);
    }
    return [...bySource.values()];
  }, [list.data, plans, t]);
  return { sources, error: list.data ? undefined : list.error };
}
