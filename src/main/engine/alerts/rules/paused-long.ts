// 9.4: a pause is easily forgotten: after two weeks it is said.
import { eachJob, jobFields, ok } from './finding.ts';

const limitMs = 14 * 86_400_000;

export const pausedLong = eachJob('paused_long', (job, { nowMs }) => {
  const { pausedSince: since, pausedUntil: until } = job;
  if (since === null || nowMs - Date.parse(since) < limitMs) return ok;
  return { state: 'bad', severity: 'info', since, facts: { code: 'paused_long', ...jobFields(job), since, until, limitMs } };
});
