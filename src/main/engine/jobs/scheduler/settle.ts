// What becomes of a run when a try of it has ended: the table of rule 4, retries (7.1), checks after the exit (6.4), and the facts a person reads first (6.6).
import type { JobDefinition, RunCheck } from '../../../../contract/jobs.ts';
import type { RunCause, RunFailure, RunState } from '../../../../contract/runs.ts';
import { errnoOf } from '../../kit/errors.ts';
import { retryDelayMs } from '../../kit/retry-delay.ts';
import type { Files } from '../../ports.ts';
import type { Outcome } from '../kinds/outcome.ts';
import type { JobRow, RunRow } from '../model.ts';

export interface Settled {
  to: RunState;
  cause: RunCause;
  detail: string | null;
  /** Of `retry_wait`: when. */
  dueAt: number | null;
}

export interface SettleInput {
  run: Pick<RunRow, 'state' | 'cause' | 'attempts' | 'test'>;
  definition: Pick<JobDefinition, 'retries'>;
  outcome: Outcome;
  nowMs: number;
  /** In [0, 1). */
  chance: number;
}

const endings: Readonly<Record<Outcome['state'], RunState>> = { succeeded: 'succeeded', partial: 'partial', failed: 'failed', stopped: 'stopped', timed_out: 'timed_out', unknown: 'unknown' };

/** Of a run that is `running` or `stopping`. */
export function settle({ run, definition, outcome, nowMs, chance }: SettleInput): Settled {
  const again = (): Settled | undefined => {
    if (run.test || run.attempts > definition.retries.most) return undefined;
    return { to: 'retry_wait', cause: outcome.cause, detail: outcome.detail, dueAt: nowMs + retryDelayMs(definition.retries, run.attempts, chance) };
  };
  // An exit before the first signal counts as its own result; otherwise the cause of stopping decides.
  if (run.state === 'stopping' && !outcome.byItself) {
    if (run.cause === 'timeout' || run.cause === 'idle') return (definition.retries.onTimeout ? again() : undefined) ?? { to: 'timed_out', cause: run.cause, detail: outcome.detail, dueAt: null };
    return { to: 'stopped', cause: run.cause ?? 'user', detail: outcome.detail, dueAt: null };
  }
  // Whoever wanted it to end does not want another try, even where it failed a moment before it was asked.
  if (outcome.state === 'failed' && outcome.retry && run.state === 'running') return again() ?? { to: 'failed', cause: outcome.cause, detail: outcome.detail, dueAt: null };
  return { to: endings[outcome.state], cause: outcome.cause, detail: outcome.detail, dueAt: null };
}

export interface CheckFacts {
  startedMs: number;
  endedMs: number;
  result: Outcome['result'];
  files: Pick<Files, 'stat'>;
}

/** Rule 6.4: what an exit without complaint still has to show. Returns the outcome as it is after the checks. */
export function applyChecks(outcome: Outcome, checks: readonly RunCheck[], facts: CheckFacts): Outcome {
  if (outcome.state !== 'succeeded' && outcome.state !== 'partial') return outcome;
  for (const severity of ['error', 'warn'] as const) {
    for (const check of checks) {
      const complaint = check.severity === severity ? complaintOf(check, facts) : undefined;
      if (complaint !== undefined) return { ...outcome, state: severity === 'error' ? 'failed' : 'partial', cause: 'check', detail: complaint, retry: false };
    }
  }
  return outcome;
}

/** In English; the console says it in the reader's language by its template. */
function complaintOf(check: RunCheck, { startedMs, endedMs, result, files }: CheckFacts): string | undefined {
  switch (check.kind) {
    case 'duration': {
      const seconds = (endedMs - startedMs) / 1000;
      return seconds < check.minSeconds ? `took only ${Math.round(seconds)} s; at least ${check.minSeconds} s are expected` : undefined;
    }
    case 'items': {
      const items = result?.items ?? null;
      if (items === null) return 'did not say how many items it handled';
      if (check.min !== null && items < check.min) return `handled ${items} items; at least ${check.min} are expected`;
      return check.max !== null && items > check.max ? `handled ${items} items; at most ${check.max} are expected` : undefined;
    }
    case 'file': {
      const stat = lookAt(files, check.path);
      if (stat === undefined) return `the file ${check.path} is not there`;
      return check.written && Number(stat.mtimeNs / 1_000_000n) < startedMs - 2_000 ? `the file ${check.path} was not written by this run` : undefined;
    }
    case 'audit': {
      const [local, remote] = [result?.metrics[check.local], result?.metrics[check.remote]];
      if (local === undefined || remote === undefined) return `did not say both ${check.local} and ${check.remote}`;
      return Math.abs(local - remote) / Math.max(local, remote, 1) > 0.05 ? `${check.local} is ${local}, ${check.remote} is ${remote}: more than 5 % apart` : undefined;
    }
  }
}

function lookAt(files: Pick<Files, 'stat'>, path: string): ReturnType<Files['stat']> {
  try {
    return files.stat(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined; // what cannot be looked at is not there for this purpose
  }
}

/** Rule 6.6: built when a run has failed. */
export function failureOf(outcome: Pick<Outcome, 'code' | 'data' | 'lastLine'>, detail: string | null, job: Pick<JobRow, 'lastGoodAt' | 'failingSince' | 'failures'> | undefined, nowMs: number): RunFailure {
  return {
    code: outcome.code,
    ...(outcome.data !== undefined && { data: outcome.data }),
    detail: detail ?? '',
    lastLine: outcome.lastLine,
    since: new Date(job?.failingSince ?? nowMs).toISOString(),
    lastGoodAt: job?.lastGoodAt === null || job === undefined ? null : new Date(job.lastGoodAt).toISOString(),
    inARow: (job?.failures ?? 0) + 1
  };
}
