// A question that a task answers: asked once, and kept until it is asked again. Its progress is there for whoever shows the question, also after the screen
// was left and opened again. An answer that later snapshots may have changed is `old`; it stays on screen, and is asked for anew when the screen is opened.
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TaskKind, TaskResult, TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { useEngine, useTasks } from './engine.tsx';

export interface TaskAnswer<K extends TaskKind> {
  result: Extract<TaskResult, { kind: K }> | undefined;
  /** Why there is none. */
  error: unknown;
  /** While it is looked for. */
  asking: boolean;
  task: TaskState | undefined;
  old: boolean;
  again(): void;
}

/** `start: undefined`: nothing is asked yet. */
export function useTaskAnswer<K extends TaskKind>(kind: K, question: readonly unknown[], start: ((client: VarveClient) => Promise<{ taskId: string }>) | undefined): TaskAnswer<K> {
  const { line, board } = useEngine();
  const queries = useQueryClient();
  const tasks = useTasks();
  const taskKey = ['task-of', kind, ...question];
  const taskId = useQuery<string>({ queryKey: taskKey, queryFn: skipToken }).data;
  const answer = useQuery({
    queryKey: [kind, ...question],
    enabled: start !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async () => {
      if (start === undefined) throw new Error('nothing was asked');
      const started = await start(line.client);
      queries.setQueryData(taskKey, started.taskId);
      const ended = await board.follow(started.taskId);
      if (ended.result?.kind === kind) return ended.result as Extract<TaskResult, { kind: K }>;
      throw ended.error ?? new Error(`${kind} ended without a result`);
    }
  });
  const task = tasks.get(taskId ?? '');
  return {
    result: answer.data,
    error: answer.isFetching ? undefined : (answer.error ?? undefined),
    asking: answer.isFetching,
    task: answer.isFetching && task?.state === 'running' ? task : undefined,
    old: answer.isStale && answer.data !== undefined && !answer.isFetching,
    again: () => void answer.refetch()
  };
}
