// Rule 2.10: while a repository is written and the computer is on mains power, it does not fall asleep by itself. On battery it may: what was under way goes on
// after the sleep. The screen may go dark, and closing the lid is stronger than this.
import type { TaskState } from '../../contract/events.ts';

const writing: ReadonlySet<TaskState['kind']> = new Set(['snapshot', 'prune', 'copy', 'repair', 'forget', 'tag', 'promotion']);

export interface SleepBlockerDeps {
  /** Begins to hold; answers with what `stop` wants. */
  start(): number;
  stop(id: number): void;
  onBattery(): boolean;
}

export function createSleepBlocker({ start, stop, onBattery }: SleepBlockerDeps) {
  let held: number | undefined;
  let writes = false;

  const settle = (): void => {
    const wanted = writes && !onBattery();
    if (wanted && held === undefined) held = start();
    else if (!wanted && held !== undefined) {
      stop(held);
      held = undefined;
    }
  };
  return {
    /** What is running now. */
    update: (running: readonly Pick<TaskState, 'kind'>[]): void => {
      writes = running.some(({ kind }) => writing.has(kind));
      settle();
    },
    /** The computer went to mains power or to its battery. */
    powerChanged: settle
  };
}

export type SleepBlocker = ReturnType<typeof createSleepBlocker>;
