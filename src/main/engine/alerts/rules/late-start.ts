// 11.4: its time has come and it does not begin. What waits for its drive, its turn among runs that were missed, or a pause is told elsewhere.
import { eachJob, jobFields, ok } from './finding.ts';

const excused: ReadonlySet<string | null> = new Set(['catch_up', 'paused', 'drive']);
/** After a sleep the scheduler needs a moment to see what it missed. */
const settleMs = 120_000;

export const lateStart = eachJob('late_start', (job, { nowMs, scheduler }) => {
  if (job.paused || scheduler.paused) return ok;
  const graceMs = job.definition.alerts.startGraceSeconds * 1000;
  const late = (at: string): boolean => nowMs - Date.parse(at) > graceMs;
  const queued = job.active.find((run) => run.state === 'queued' && !run.test && run.trigger !== 'manual' && !excused.has(run.waitingFor) && late(run.createdAt));
  const plannedAt = queued ? (queued.occurrence ?? queued.createdAt) : job.overdueAt !== null && job.active.length === 0 ? job.overdueAt : undefined;
  if (plannedAt === undefined) return ok;
  return { state: 'bad', severity: 'warning', forMs: settleMs, since: plannedAt, about: plannedAt, facts: { code: 'late_start', ...jobFields(job), plannedAt, graceMs, waitingFor: queued?.waitingFor ?? null } };
});
