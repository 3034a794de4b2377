// 11.2: so many failed runs in a row; the first success ends it.
import { eachJob, jobFields, ok } from './finding.ts';
import { endOf, failuresInARow } from './runs.ts';

const hourMs = 3_600_000;

export const failure = eachJob('failure', (job) => {
  const row = failuresInARow(job.runs);
  const [newest] = row;
  const oldest = row.at(-1);
  const threshold = job.definition.alerts.failureAfter ?? (job.scheduleGapMs !== null && job.scheduleGapMs <= hourMs ? 2 : 1);
  if (newest === undefined || oldest === undefined || row.length < threshold) return ok;
  const since = oldest.endedAt ?? oldest.createdAt;
  const lastGood = job.runs.find((run) => endOf(run) === 'succeeded');
  return {
    state: 'bad',
    severity: newest.cause === 'damage' ? 'critical' : 'warning',
    since,
    about: newest.id,
    facts: { code: 'failure', ...jobFields(job), runId: newest.id, inARow: row.length, threshold, since, lastGoodAt: lastGood?.endedAt ?? job.lastGoodAt, failure: newest.failure?.code ?? null, cause: newest.cause }
  };
});
