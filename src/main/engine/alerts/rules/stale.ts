// 11.3: no success for too long. Judged only after runs that were missed had their chance: half an hour after the start. A paused job is left alone, and so is
// one that nothing starts by time, unless its definition asks for it.
import type { JobFact } from '../facts.ts';
import { eachJob, jobFields, ok, unknown } from './finding.ts';
import { endOf } from './runs.ts';

export const chanceMs = 30 * 60_000;
const dayMs = 86_400_000;
const usualMs = 7 * dayMs;

export const stale = eachJob('stale', (job, { nowMs, watchedMs }) => {
  const limitMs = staleAfterMs(job);
  if (job.paused || limitMs === null) return ok;
  const { partialIsSuccess } = job.definition.alerts;
  const good = job.runs.find((run) => endOf(run) === 'succeeded' || (partialIsSuccess && endOf(run) === 'partial'));
  const lastGoodAt = good?.endedAt ?? job.lastGoodAt;
  const since = lastGoodAt ?? job.createdAt;
  if (nowMs - Date.parse(since) <= limitMs) return ok;
  if (watchedMs < chanceMs) return unknown;
  return { state: 'bad', severity: 'warning', since, facts: { code: 'stale', ...jobFields(job), lastGoodAt, since, limitMs } };
});

/**
 * 7 days, or twice the gap of the schedule where that is shorter; a job that runs more seldom than that gets a quarter of its gap beyond it, or it would be
 * stale between any two runs. null: never.
 */
export function staleAfterMs({ definition, longestGapMs }: Pick<JobFact, 'definition' | 'longestGapMs'>): number | null {
  const { staleAfterSeconds, startGraceSeconds } = definition.alerts;
  if (staleAfterSeconds !== null) return staleAfterSeconds === 0 ? null : staleAfterSeconds * 1000;
  if (longestGapMs === null) return null;
  const graceMs = startGraceSeconds * 1000;
  const leastMs = longestGapMs + Math.max(Math.min(longestGapMs, dayMs), longestGapMs / 4) + graceMs;
  return Math.round(Math.max(Math.min(usualMs, 2 * longestGapMs + graceMs), leastMs));
}
