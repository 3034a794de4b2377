// 10.5: in what the last run printed something had to be hidden. The next run that prints none ends it.
import { eachJob, jobFields, ok } from './finding.ts';

export const printsSecret = eachJob('prints_secret', (job) => {
  const last = job.runs.find(({ startedAt }) => startedAt !== null);
  if (last === undefined || !last.flags.includes('redacted')) return ok;
  return { state: 'bad', severity: 'info', about: last.id, facts: { code: 'prints_secret', ...jobFields(job), runId: last.id } };
});
