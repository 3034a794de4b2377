// Work that a person asks for on this page, one at a time: its progress, and what came of it or why not. Nothing of it is kept when the page is left.
import { useCallback, useRef, useState } from 'react';
import type { TaskKind, TaskResult, TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { useEngine, useTasks } from './engine.tsx';

export interface Asked<K extends TaskKind> {
  result: Extract<TaskResult, { kind: K }> | undefined;
  error: unknown;
  asking: boolean;
  task: TaskState | undefined;
  ask(start: (client: VarveClient) => Promise<{ taskId: string }>): void;
  /** What came of it does not fit any more. */
  forget(): void;
}

interface State<K extends TaskKind> {
  asking: boolean;
  taskId?: string;
  result?: Extract<TaskResult, { kind: K }>;
  error?: unknown;
}

export function useAsked<K extends TaskKind>(kind: K): Asked<K> {
  const { line, board } = useEngine();
  const tasks = useTasks();
  const [state, setState] = useState<State<K>>({ asking: false });
  const round = useRef(0);
  const ask = useCallback(
    (start: (client: VarveClient) => Promise<{ taskId: string }>) => {
      const mine = ++round.current;
      const set = (next: State<K>): void => {
        if (round.current === mine) setState(next);
      };
      const work = async (): Promise<void> => {
        const { taskId } = await start(line.client);
        set({ asking: true, taskId });
        const { result, error } = await board.follow(taskId);
        if (result?.kind === kind) set({ asking: false, result: result as Extract<TaskResult, { kind: K }> });
        else set({ asking: false, error: error ?? new Error(`${kind} ended without a result`) });
      };
      set({ asking: true });
      work().catch((error: unknown) => set({ asking: false, error }));
    },
    [line, board, kind]
  );
  const forget = useCallback(() => {
    round.current += 1;
    setState({ asking: false });
  }, []);
  const task = state.taskId === undefined ? undefined : tasks.get(state.taskId);
  return { result: state.result, error: state.error, asking: state.asking, task: state.asking && task?.state === 'running' ? task : undefined, ask, forget };
}
