// 3.2: three runs in a row were skipped because the one before them was still under way.
import { eachJob, jobFields, ok } from './finding.ts';

const threshold = 3;

export const overlap = eachJob('overlap', (job) => {
  const end = job.runs.findIndex((run) => run.state !== 'skipped' || run.cause !== 'overlap');
  const inARow = end < 0 ? job.runs.length : end;
  const [newest] = job.runs;
  if (inARow < threshold || newest === undefined) return ok;
  return { state: 'bad', severity: 'warning', about: newest.id, facts: { code: 'overlap', ...jobFields(job), runId: newest.id, inARow, threshold } };
});
