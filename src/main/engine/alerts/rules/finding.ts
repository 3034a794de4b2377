// What a rule says of one subject. A rule is a pure function of facts: the same facts give the same findings.
import type { AlertCode, AlertFacts, Labels, Severity } from '../../../../contract/alerts.ts';
import type { Facts, JobFact } from '../facts.ts';

export interface Bad {
  state: 'bad';
  severity: Severity;
  facts: AlertFacts;
  /** Awake time for which it must hold before it is told. */
  forMs?: number;
  /** The condition is older than its being seen. */
  since?: string;
  /** The run it is about: resolved by hand, it opens again only with another one. */
  about?: string;
  /** When this changes the alert is told again, though it is the same one. */
  step?: string;
  /** Keeps this run out of what is usual. */
  unusualRun?: string;
}

/** `unknown`: there is no data, which is not ok. `learning`: not yet enough to know what is usual. */
export type Verdict = { state: 'ok' | 'unknown' | 'learning' } | Bad;

export type Finding = { code: AlertCode; labels: Labels } & Verdict;

/** `unknown`: nothing can be said of any subject now; what is open stays so. */
export type Rule = (facts: Facts) => Finding[] | 'unknown';

export const ok: Verdict = { state: 'ok' };
export const unknown: Verdict = { state: 'unknown' };
export const learning: Verdict = { state: 'learning' };

/** A rule that looks at each job by itself. */
export function eachJob(code: AlertCode, judge: (job: JobFact, facts: Facts) => Verdict): Rule {
  return (facts) => facts.jobs.map((job) => ({ code, labels: labelsOf(code, job), ...judge(job, facts) }));
}

function labelsOf(code: AlertCode, job: JobFact): Labels {
  return { rule: code, job: job.id, ...(job.repository !== null && { repository: job.repository }), ...(job.network && { host: 'network' }) };
}

export function jobFields({ id, name, title, definition }: JobFact): { jobId: string; jobName: string; jobTitle: string } {
  return { jobId: id, jobName: name, jobTitle: title === '' ? definition.name : title };
}
