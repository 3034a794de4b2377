// Jobs whose work is done elsewhere, by cron or on another computer: what a ping tells becomes a run like any other, with its place in the history, the
// record and the alerts. Nothing is started here, so a run that told its start and never its end is given up by the job's time limit.
import type { EngineApi } from '../../../../contract/index.ts';
import { fail } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';
import type { JobRow, RunRow } from '../model.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { RunStore } from '../runs/store.ts';
import { viewRun } from '../runs/view.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { failureOf } from '../scheduler/settle.ts';

export interface ExternalDeps {
  clock: Pick<Clock, 'now'>;
  runs: RunStore;
  ledger: Ledger;
  scheduler: Pick<Scheduler, 'fresh'>;
  find(idOrName: string): JobRow;
  onFailed(run: RunRow): void;
}

export function createPing(deps: ExternalDeps): EngineApi['jobs']['ping'] {
  const { clock, runs, ledger, scheduler } = deps;

  const begin = (job: JobRow, by: string, reason: string): RunRow => {
    const at = clock.now();
    const queued = scheduler.fresh(job, 'queued', { trigger: 'api', by, reason });
    ledger.open(queued, { by });
    ledger.move(queued.id, 'starting', { by, patch: { attempts: 1, startedAt: at }, also: () => runs.putAttempt({ runId: queued.id, attempt: 1, startedAt: at, endedAt: null, identity: { kind: 'external' }, exit: null, cause: null, detail: null, output: null, taskId: null }) });
    return ledger.move(queued.id, 'running', { by });
  };

  const end = (job: JobRow, run: RunRow, by: string, code: number, message: string): RunRow => {
    const at = clock.now();
    const exit = { code, signal: null };
    const attempt = runs.attempt(run.id, run.attempts);
    const detail = message === '' ? (code === 0 ? null : `ended with ${code}`) : message;
    const ended = ledger.move(run.id, code === 0 ? 'succeeded' : 'failed', {
      cause: 'exit', by,
      patch: { exit, activeMs: Math.max(0, at - (run.startedAt ?? at)), ...(code !== 0 && { failure: failureOf({ code: null, lastLine: null }, detail, job, at) }) },
      facts: { exitCode: code, ...(detail !== null && { reason: detail }) },
      also: () => attempt && runs.putAttempt({ ...attempt, endedAt: at, exit, cause: 'exit', detail })
    });
    if (code !== 0) deps.onFailed(ended);
    return ended;
  };

  return async ({ job, what, exitCode, message }, { actor }) => {
    const row = deps.find(job);
    if (row.definition.work.kind !== 'external') fail('BAD_INPUT', `${row.name} is run here`, { field: 'job', reason: 'is run by Varve itself, which knows how its runs end' });
    const open = runs.live().find(({ jobId }) => jobId === row.id);
    if (what === 'end') return viewRun(end(row, open ?? begin(row, actor, ''), actor, exitCode, message), null);
    // It begins anew: the one before ended without a word.
    if (open !== undefined) {
      const lost = ledger.move(open.id, 'unknown', { cause: 'crash', recovering: true, patch: { failure: failureOf({ code: null, lastLine: null }, null, row, clock.now()) } });
      deps.onFailed(lost);
    }
    return viewRun(begin(deps.find(job), actor, message), null);
  };
}
