// Varve's own work as a try: it lives and ends with this process.
import { carryOut, type OwnWorkDeps } from './own-work.ts';
import type { Executor, Started, Try } from './executor.ts';
import { outcomeOfError, type Outcome } from './outcome.ts';

export interface OwnExecutorDeps extends OwnWorkDeps {
  /** Of the boot this is; undefined where the platform does not tell. */
  bootId(): string | undefined;
  pid: number;
  /** The task that does the work, for whoever looks at the run. */
  onTask(runId: string, attempt: number, taskId: string): void;
}

export function createOwnExecutor(deps: OwnExecutorDeps): Executor {
  return {
    start: async ({ run, attempt, definition }: Try) => {
      const { work } = definition;
      if (work.kind === 'command' || work.kind === 'external') throw new Error(`${work.kind} is no work of our own`);
      const abort = new AbortController();
      const startedMs = deps.clock.monotonicMs();
      const ended = carryOut(deps, work, { signal: abort.signal, actor: run.by, onTask: (taskId) => deps.onTask(run.id, attempt, taskId) })
        .catch(outcomeOfError)
        .then((end): Outcome => ({ ...end, activeMs: Math.round(deps.clock.monotonicMs() - startedMs), byItself: end.state !== 'stopped' }));
      const started: Started = { identity: { kind: 'engine', pid: deps.pid, bootId: deps.bootId() ?? null }, ended, stop: () => abort.abort(), release: () => undefined, endsWithUs: true };
      return { kind: 'started', started };
    },
    // Whoever did it held the home, and we hold it now.
    find: async (_what, identity) => {
      const { bootId } = (identity ?? {}) as { bootId?: string | null };
      if (identity === null) return { kind: 'gone', cause: 'crash_at_start' };
      return { kind: 'gone', cause: bootId !== null && bootId !== undefined && bootId !== deps.bootId() ? 'power_loss' : 'crash' };
    }
  };
}

