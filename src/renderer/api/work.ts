// One kind of long work on one repository, as its card shows it: what runs now, and the last result, also after the strip at the foot has let it go
// and after the page was left and opened again.
import { useEffect, useState } from 'react';
import type { TaskKind, TaskResult, TaskState } from '../../../contract/events.ts';
import type { VarveClient } from '../../../contract/index.ts';
import { useTasks } from '../../api/engine.tsx';
import { useStartTask } from '../../api/queries.ts';

type Result<K extends TaskKind> = Extract<TaskResult, { kind: K }>;

export interface Work<K extends TaskKind> {
  /** The newest of its kind on this repository, running or ended. */
  task: TaskState | undefined;
  running: boolean;
  result: Result<K> | undefined;
  /** It could not begin, or failed. */
  failure: unknown;
  begin(start: (client: VarveClient) => Promise<{ taskId: string }>): void;
}

/** `fits`: tells a task of this kind and repository from others like it, once it has a result. */
export function useWork<K extends TaskKind>(kind: K, repository: string, fits: (result: Result<K>) => boolean = () => true): Work<K> {
  const start = useStartTask();
  const tasks = useTasks();
  const [mine, setMine] = useState<string>();
  const [kept, setKept] = useState<TaskState>();
  const isResult = (task: TaskState): boolean => task.result?.kind !== kind || fits(task.result as Result<K>);
  const newest = [...tasks.values()].filter((task) => task.kind === kind && task.subject === repository && (task.id === mine || (mine === undefined && isResult(task)))).sort((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
  useEffect(() => {
    if (newest) setKept(newest);
  }, [newest]);
  // What was taken for it while it ran, and then had another result, is not it.
  const task = newest ?? (kept && kept.state !== 'running' && !tasks.has(kept.id) ? kept : undefined);
  const running = task?.state === 'running';
  return {
    task,
    running: running || start.isPending,
    result: task?.result?.kind === kind ? (task.result as Result<K>) : undefined,
    failure: start.error ?? (task?.state === 'failed' ? task.error : undefined),
    begin: (call) => start.mutate(call, { onSuccess: setMine })
  };
}
