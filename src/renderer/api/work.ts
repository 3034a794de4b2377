// One kind of long work on one repository, as a screen shows it: what runs now, and the last result, also after the strip at the foot has let it go and
// after the screen was left and opened again. It stays until another one is begun or a person puts it away.
import { useState } from 'react';
import type { TaskKind, TaskResult, TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { useEngine, useTasks } from './engine.tsx';
import { useStartTask } from './queries.ts';

type Result<K extends TaskKind> = Extract<TaskResult, { kind: K }>;

export interface Work<K extends TaskKind> {
  /** The newest of its kind on this repository, running or ended. */
  task: TaskState | undefined;
  running: boolean;
  result: Result<K> | undefined;
  /** It could not begin, or failed. */
  failure: unknown;
  begin(start: (client: VarveClient) => Promise<{ taskId: string }>): void;
  /** Puts what came of it away, on every screen. */
  dismiss(): void;
}

/** `fits`: tells a task of this kind and repository from others like it, once it has a result. */
export function useWork<K extends TaskKind>(kind: K, repository: string, fits: (result: Result<K>) => boolean = () => true): Work<K> {
  const { board } = useEngine();
  const start = useStartTask();
  const tasks = useTasks();
  const [mine, setMine] = useState<string>();
  const isResult = (task: TaskState): boolean => task.result?.kind !== kind || fits(task.result as Result<K>);
  const ours = [...tasks.values()].filter((each) => each.kind === kind && each.subject === repository && (each.id === mine || (mine === undefined && isResult(each)))).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  const task = ours[0];
  const running = task?.state === 'running';
  return {
    task,
    running: running || start.isPending,
    result: task?.result?.kind === kind ? (task.result as Result<K>) : undefined,
    failure: start.error ?? (task?.state === 'failed' ? task.error : undefined),
    begin: (call) => start.mutate(call, { onSuccess: setMine }),
    dismiss: () => {
      start.reset();
      // With those before it: an older result must not take its place.
      for (const { id, state } of ours) if (state !== 'running') board.dismiss(id);
    }
  };
}
