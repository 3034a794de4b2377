// 5.2: a run was asked to stop and is still there after its grace and the kill.
import { eachJob, jobFields, ok } from './finding.ts';

export const stuck = eachJob('stuck', (job) => {
  const run = job.active.find(({ flags }) => flags.includes('stuck'));
  return run === undefined ? ok : { state: 'bad', severity: 'warning', about: run.id, facts: { code: 'stuck', ...jobFields(job), runId: run.id } };
});
