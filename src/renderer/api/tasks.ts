// Long work as the page knows it. Tasks outlive the screen that started them; the status strip shows them all.
import type { TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { createCell, type Cell } from './cell.ts';

export type TaskTable = ReadonlyMap<string, TaskState>;

export interface TaskBoard {
  tasks: Cell<TaskTable>;
  take(task: TaskState): void;
  /** Follows one task until it has ended, also over a broken line; resolves with its last state. */
  follow(id: string): Promise<TaskState>;
  dismiss(id: string): void;
}

/** An ended task never runs again: a late message must not revive it. */
export function mergeTask(table: TaskTable, task: TaskState): TaskTable {
  const known = table.get(task.id);
  if (known && known.state !== 'running' && task.state === 'running') return table;
  return new Map(table).set(task.id, task);
}

const retryMs = 1_000;

export function createTaskBoard(client: VarveClient): TaskBoard {
  const tasks = createCell<TaskTable>(new Map());
  const following = new Map<string, Promise<TaskState>>();
  const take = (task: TaskState): void => tasks.update((table) => mergeTask(table, task));

  async function followToEnd(id: string): Promise<TaskState> {
    for (;;) {
      const known = tasks.get().get(id);
      if (known && known.state !== 'running') return known;
      try {
        for await (const task of await client.system.tasks.watch({ id })) {
          take(task);
          if (task.state !== 'running') return task;
        }
      } catch (error) {
        // The line broke or the engine forgot the task. Only the second is final.
        if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOT_FOUND') throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  return {
    tasks,
    take,
    follow: (id) => {
      const known = following.get(id);
      if (known) return known;
      const promise = followToEnd(id).finally(() => following.delete(id));
      following.set(id, promise);
      return promise;
    },
    dismiss: (id) => tasks.update((table) => {
      const next = new Map(table);
      next.delete(id);
      return next;
    })
  };
}
