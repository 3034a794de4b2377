// 11.4: a run that takes far longer than usual, or is over suspiciously soon: the fast, empty success. Usual: the median of the last 20 that succeeded,
// at least 8, without those that were unusual themselves.
import type { Run } from '../../../../contract/runs.ts';
import type { Facts, JobFact } from '../facts.ts';
import { eachJob, jobFields, learning, ok, type Verdict } from './finding.ts';
import { median, succeeded, tookMs } from './runs.ts';

const most = 20;
const least = 8;
const shortestUsualMs = 60_000;

interface Usual {
  medianMs: number;
  runs: number;
}

/** Of the runs before this one. */
function usualBefore(code: 'too_long' | 'too_short', job: JobFact, { nowMs, mark }: Facts, before: string | undefined): Usual | undefined {
  const good = succeeded(job.runs).filter(({ id }) => (before === undefined || id !== before) && mark(code, id) !== 'unusual');
  const times = good.slice(0, most).flatMap((run) => tookMs(run, nowMs) ?? []);
  return times.length < least ? undefined : { medianMs: median(times), runs: times.length };
}

function judge(code: 'too_long' | 'too_short', job: JobFact, facts: Facts, run: Run | undefined, limitOf: (usual: Usual) => number | undefined, isOver: (took: number, limit: number) => boolean): Verdict {
  if (!job.definition.alerts.duration || run === undefined || facts.mark(code, run.id) === 'expected') return ok;
  const took = tookMs(run, facts.nowMs);
  if (took === null) return ok;
  const usual = usualBefore(code, job, facts, run.id);
  if (usual === undefined) return learning;
  const limit = limitOf(usual);
  if (limit === undefined || !isOver(took, limit)) return ok;
  const numbers = { ...jobFields(job), runId: run.id, tookMs: Math.round(took), usualMs: Math.round(usual.medianMs), limitMs: Math.round(limit), runs: usual.runs };
  return { state: 'bad', severity: 'warning', about: run.id, unusualRun: run.id, facts: code === 'too_long' ? { code, ...numbers, running: run.endedAt === null } : { code, ...numbers } };
}

/** The one that runs now, else the last that succeeded. */
export const tooLong = eachJob('too_long', (job, facts) => {
  const running = job.active.find((run) => run.startedAt !== null && run.state !== 'retry_wait' && !run.test);
  return judge('too_long', job, facts, running ?? succeeded(job.runs)[0], ({ medianMs }) => Math.max(3 * medianMs, medianMs + 600_000), (took, limit) => took > limit);
});

export const tooShort = eachJob('too_short', (job, facts) =>
  judge('too_short', job, facts, succeeded(job.runs)[0], ({ medianMs }) => (medianMs < shortestUsualMs ? undefined : 0.2 * medianMs), (took, limit) => took < limit)
);
