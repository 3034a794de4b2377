// Long work as the page knows it. Tasks outlive the screen that started them; the status strip shows them all, and lets go of those that ended long before
// the screens do that show their results.
import type { TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { createCell, type Cell } from './cell.ts';

export type TaskTable = ReadonlyMap<string, TaskState>;

export interface TaskBoard {
  tasks: Cell<TaskTable>;
  /** Those that the strip has let go, by id. */
  said: Cell<ReadonlySet<string>>;
  take(task: TaskState): void;
  /** Follows one task until it has ended, also over a broken line; resolves with its last state. */
  follow(id: string): Promise<TaskState>;
  /** The strip has said it long enough; screens go on showing what came of it. */
  letGo(id: string): void;
  /** A person has seen what came of it: no screen shows it any more. */
  dismiss(id: string): void;
}

/** The engine keeps no more that have ended, either. */
const mostEnded = 200;

/** Without those that ended first, when there are too many. */
function trimTasks(table: TaskTable): TaskTable {
  const ended = [...table.values()].filter(({ state }) => state !== 'running').sort((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? ''));
  const surplus = new Set(ended.slice(0, Math.max(0, ended.length - mostEnded)).map(({ id }) => id));
  return surplus.size === 0 ? table : new Map([...table].filter(([id]) => !surplus.has(id)));
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
  const said = createCell<ReadonlySet<string>>(new Set());
  const dismissed = new Set<string>();
  const take = (task: TaskState): void => {
    if (!dismissed.has(task.id)) tasks.update((table) => trimTasks(mergeTask(table, task)));
  };

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
    said,
    take,
    follow: (id) => {
      const known = following.get(id);
      if (known) return known;
      const promise = followToEnd(id).finally(() => following.delete(id));
      following.set(id, promise);
      return promise;
    },
    letGo: (id) => said.update((ids) => new Set(ids).add(id)),
    dismiss: (id) => {
      dismissed.add(id);
      tasks.update((table) => new Map([...table].filter(([each]) => each !== id)));
    }
  };
}
