// Time limits of what no keeper of a process watches (rule 5.6): Varve's own work, in time that the computer was awake, and what is done elsewhere.
import type { JobStore } from '../definitions/store.ts';
import type { RunRow } from '../model.ts';
import type { RunStore } from '../runs/store.ts';
import type { Worker } from './worker.ts';

/** A look counts at most so much: what is more, the computer slept. */
const mostGapMs = 60_000;

export interface TimeLimitsDeps {
  jobs: Pick<JobStore, 'definition'>;
  runs: Pick<RunStore, 'run' | 'live'>;
  worker: Pick<Worker, 'ownActive' | 'stop'>;
  /** Of a run that is done elsewhere and said nothing in its time. */
  timedOut(run: RunRow): void;
}

/** Returns a look at all of them, to be had every few seconds while there are any. */
export function createTimeLimits({ jobs, runs, worker, timedOut }: TimeLimitsDeps): (nowMs: number) => void {
  const active = new Map<string, { activeMs: number; lastMs: number }>();
  return (nowMs) => {
    const seen = new Set<string>();
    for (const { run, definition, sinceMs } of worker.ownActive()) {
      seen.add(run.id);
      const before = active.get(run.id) ?? { activeMs: 0, lastMs: sinceMs };
      const activeMs = before.activeMs + Math.min(Math.max(nowMs - before.lastMs, 0), mostGapMs);
      active.set(run.id, { activeMs, lastMs: nowMs });
      if (definition.timeoutSeconds > 0 && activeMs > definition.timeoutSeconds * 1000 && runs.run(run.id)?.state === 'running') worker.stop(run.id, { cause: 'timeout', force: false });
    }
    for (const id of active.keys()) if (!seen.has(id)) active.delete(id);
    for (const run of runs.live()) {
      if (run.workKind !== 'external' || run.state !== 'running') continue;
      const limitMs = (jobs.definition(run.definitionHash)?.timeoutSeconds ?? 0) * 1000;
      if (limitMs > 0 && nowMs - (run.startedAt ?? run.createdAt) > limitMs) timedOut(run);
    }
  };
}
