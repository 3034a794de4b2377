// Trials, newest first, and the work on one of them: what runs now, and what came of the last that was seen.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { TaskState } from '../../../contract/events.ts';
import type { Trial } from '../../../contract/trials.ts';
import { useTasks } from '../../api/engine.tsx';
import { useClient } from '../../api/queries.ts';

export function useTrials(): UseQueryResult<Trial[]> {
  const client = useClient();
  return useQuery({ queryKey: ['restores', 'trials'], queryFn: ({ signal }) => client.trials.list({}, { signal }) });
}

function trialOf({ result }: TaskState): string | undefined {
  if (result?.kind === 'trial') return result.trial.id;
  if (result?.kind === 'promotion') return result.promotion.trial.id;
  return result?.kind === 'trial-run' ? result.run.trial.id : undefined;
}

/** The newest task of this trial. One that ended without a result is known where it was seen running. */
export function useTrialTask({ id, taskId }: Pick<Trial, 'id' | 'taskId'>): TaskState | undefined {
  const tasks = useTasks();
  const [seen, setSeen] = useState<readonly string[]>([id]); // the making of it has the trial's own id
  if (taskId !== null && !seen.includes(taskId)) setSeen([...seen, taskId]);
  return [...tasks.values()].filter((task) => seen.includes(task.id) || trialOf(task) === id).sort((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
}
