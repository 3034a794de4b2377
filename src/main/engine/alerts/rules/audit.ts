// 11.6: two counts that should agree differ by more than 5 %. Either one missing is unknown, and told when it is missing twice in a row.
import type { Run } from '../../../../contract/runs.ts';
import type { Facts, JobFact } from '../facts.ts';
import { jobFields, ok, unknown, type Finding, type Rule, type Verdict } from './finding.ts';
import { endOf } from './runs.ts';
import { valueOf } from './volume.ts';

const limit = 0.05;
/** Of these, what was counted is known, or should be. */
const ended: ReadonlySet<string> = new Set(['succeeded', 'partial']);

export const audit: Rule = ({ jobs }: Facts): Finding[] =>
  jobs.flatMap((job) =>
    job.definition.checks.flatMap((check) =>
      check.kind === 'audit'
        ? [{ code: 'audit' as const, labels: { rule: 'audit', job: job.id, counts: `${check.local}/${check.remote}`, ...(job.repository !== null && { repository: job.repository }) }, ...judge(job, check.local, check.remote) }]
        : []
    )
  );

function judge(job: JobFact, local: string, remote: string): Verdict {
  const counted = job.runs.filter((run) => ended.has(endOf(run)) || (endOf(run) === 'failed' && run.cause === 'check'));
  const [newest, before] = counted;
  if (newest === undefined) return ok;
  const compared = compare(newest, local, remote);
  const bad = (share: number | null): Verdict => ({ state: 'bad', severity: 'warning', about: newest.id, facts: { code: 'audit', ...jobFields(job), runId: newest.id, local, remote, localValue: compared.localValue, remoteValue: compared.remoteValue, share, limit } });
  if (compared.share !== null) return compared.share > limit ? bad(compared.share) : ok;
  return before !== undefined && compare(before, local, remote).share === null ? bad(null) : unknown;
}

function compare(run: Run, local: string, remote: string): { localValue: number | null; remoteValue: number | null; share: number | null } {
  const [localValue, remoteValue] = [valueOf(run, local) ?? null, valueOf(run, remote) ?? null];
  const share = localValue === null || remoteValue === null ? null : Math.abs(localValue - remoteValue) / Math.max(localValue, remoteValue, 1);
  return { localValue, remoteValue, share };
}
