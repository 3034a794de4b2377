// What a start does with the runs that an earlier process left (rule 4.4), before anything is scheduled. Nothing here starts work; lost runs of idempotent jobs
// get one new run each (rule 4.5).
import type { RunCause } from '../../../../contract/runs.ts';
import { toWire } from '../../kit/errors.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { JobStore } from '../definitions/store.ts';
import type { Executor, Try } from '../kinds/executor.ts';
import type { JobDefinition } from '../../../../contract/jobs.ts';
import { runKey, type JobRow, type RunRow } from '../model.ts';
import { failureOf } from './settle.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { RunStore } from '../runs/store.ts';
import type { Enqueue } from './scheduler.ts';
import type { Worker } from './worker.ts';

export interface RecoverDeps {
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  jobs: JobStore;
  runs: RunStore;
  ledger: Ledger;
  worker: Worker;
  executorFor(definition: JobDefinition): Executor;
  enqueue(job: JobRow, wanted: Enqueue): unknown;
  onFailed(run: RunRow): void;
}

/** Rule 9.3. */
const approvalMs = 7 * 86_400_000;

export async function recoverRuns(deps: RecoverDeps): Promise<void> {
  const { clock, logger, jobs, runs, ledger } = deps;
  for (const run of runs.live()) {
    try {
      if (run.state === 'awaiting_approval') {
        if (clock.now() - run.createdAt > approvalMs) ledger.move(run.id, 'rejected', { cause: 'deadline' });
      } else if (run.state === 'starting' || run.state === 'running' || run.state === 'stopping') await recoverOne(deps, run, jobs.definition(run.definitionHash));
    } catch (error) {
      logger.error('what became of a run could not be found out', { run: run.id, reason: toWire(error).message });
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
    void found.ended.then(() => lose(deps, run, 'orphan_ended')).catch((error: unknown) => deps.logger.error('the end of a run could not be written', { run: run.id, reason: toWire(error).message }));
  } else lose(deps, run, found.cause);
}

function lose(deps: RecoverDeps, run: RunRow, cause: RunCause): void {
  const { clock, jobs, runs, ledger } = deps;
  const job = jobs.job(run.jobId);
  const lost = ledger.move(run.id, 'unknown', {
    cause,
    recovering: true,
    patch: { failure: failureOf({ code: null, lastLine: null }, null, job, clock.now()) },
    also: () => {
      const row = runs.attempt(run.id, run.attempts);
      if (row) runs.putAttempt({ ...row, endedAt: clock.now(), cause });
    }
  });
  deps.onFailed(lost);
  if (job?.definition.idempotent === true && !run.test) deps.enqueue(job, { trigger: 'recovery', key: runKey.recovery(run.id), otherRun: run.id, ...(run.occurrence !== null && { occurrence: run.occurrence }) });
}
