// What a start does with the runs that an earlier process left (rule 4.4), before anything is scheduled. Nothing here starts work; lost runs of idempotent jobs
// get one new run each (rule 4.5).
import type { RunCause } from '../../../../contract/runs.ts';
import { toWire } from '../../kit/errors.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { JobStore } from '../definitions/store.ts';
import type { Executor, Try } from '../kinds/executor.ts';
import { outcome as outcomeAs } from '../kinds/outcome.ts';
import type { JobDefinition } from '../../../../contract/jobs.ts';
import { runFields, runKey, type JobRow, type RunRow } from '../model.ts';
import { failureOf } from './settle.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { RunStore } from '../runs/store.ts';
import type { Enqueue } from './wanted.ts';
import type { Worker } from './worker.ts';

export interface RecoverDeps {
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  jobs: JobStore;
  runs: RunStore;
  ledger: Ledger;
  worker: Worker;
  executorFor(definition: JobDefinition): Executor;
  /** As the worker's. */
  onFailed(run: RunRow): void;
  onLost(run: RunRow): void;
}

/** Rule 9.3. */
const approvalMs = 7 * 86_400_000;

export async function recoverRuns(deps: RecoverDeps): Promise<void> {
  const { clock, logger, jobs, runs, ledger } = deps;
  for (const run of runs.live()) {
    // Done elsewhere: our end says nothing of its.
    if (run.workKind === 'external') continue;
    try {
      if (run.state === 'awaiting_approval') {
        if (clock.now() - run.createdAt > approvalMs) ledger.move(run.id, 'rejected', { cause: 'deadline' });
      } else if (run.state === 'starting' || run.state === 'running' || run.state === 'stopping') await recoverOne(deps, run, jobs.definition(run.definitionHash));
    } catch (error) {
      logger.error('what became of a run could not be found out', { ...runFields(run), reason: toWire(error).message });
    }
  }
}

async function recoverOne(deps: RecoverDeps, run: RunRow, definition: JobDefinition | undefined): Promise<void> {
  const { runs, ledger, worker } = deps;
  if (definition === undefined) return lose(deps, run, 'crash');
  const what: Try = { run, attempt: run.attempts, definition };
  const identity = runs.attempt(run.id, run.attempts)?.identity ?? null;
  const found = await deps.executorFor(definition).find(what, run.state === 'starting' ? null : identity);
  const asRunning = (facts: unknown): void => {
    // It began, and the process that should have written so did not live to do it.
    if (run.state !== 'starting') return;
    const row = runs.attempt(run.id, run.attempts);
    ledger.move(run.id, 'running', { also: () => row && runs.putAttempt({ ...row, identity: facts }) });
  };
  if (found.kind === 'alive') {
    asRunning(found.started.identity);
    worker.adopt(what, found.started);
    if (run.state === 'stopping') found.started.stop({ force: false });
  } else if (found.kind === 'ended') {
    asRunning(identity);
    worker.settleFound(what, found.outcome);
  } else if (found.kind === 'orphan') {
    asRunning(identity);
    ledger.touch(run.id, { flags: [...new Set([...run.flags, 'orphan' as const])] });
    // Nobody will know how it ends, but that it ended because it was asked to.
    worker.adopt(what, { identity, ended: found.ended.then(() => outcomeAs('unknown', 'orphan_ended', { byItself: false })), stop: found.stop, release: found.release, endsWithUs: false });
  } else lose(deps, run, found.cause);
}

function lose({ clock, jobs, runs, ledger, onFailed, onLost }: RecoverDeps, run: RunRow, cause: RunCause): void {
  ledger.move(run.id, 'unknown', {
    cause,
    recovering: true,
    patch: { failure: failureOf({ code: null, lastLine: null }, null, jobs.job(run.jobId), clock.now()) },
    also: () => {
      const row = runs.attempt(run.id, run.attempts);
      if (row) runs.putAttempt({ ...row, endedAt: clock.now(), cause });
      onFailed(run);
      onLost(run);
    }
  });
}

/** Rule 4.5: one new run of a job that may be run twice. Written in the transaction that gives the lost one up, so that it is there exactly once. */
export function runAgain(jobs: Pick<JobStore, 'job'>, enqueue: (job: JobRow, wanted: Enqueue) => unknown, run: RunRow): void {
  const job = jobs.job(run.jobId);
  if (job?.definition.idempotent === true && !run.test) enqueue(job, { trigger: 'recovery', key: runKey.recovery(run.id), otherRun: run.id, ...(run.occurrence !== null && { occurrence: run.occurrence }) });
}
