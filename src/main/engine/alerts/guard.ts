// A look from outside, by the rules of the watch, while no Varve runs to watch: what is late, stale or failing, and that nobody looks at the clock. Reads
// state.db alone and writes nothing. What a person acknowledged or silenced is said all the same: whoever asks here has no screen to see it on.
import { readJobs } from '../jobs/index.ts';
import type { Database } from '../store/index.ts';
import type { Facts } from './facts.ts';
import { failure } from './rules/failure.ts';
import { lateStart } from './rules/late-start.ts';
import { schedulerStopped } from './rules/scheduler.ts';
import { stale } from './rules/stale.ts';
import type { AlertFacts } from '../../../contract/alerts.ts';

export type Complaint =
  /** Nobody looks at the clock: since when, null never. */
  | { kind: 'scheduler'; since: string | null }
  /** Its time passed and it did not begin. */
  | { kind: 'late'; job: string; at: string }
  /** No success for so long; since its beginning where it never had one. */
  | { kind: 'stale'; job: string; since: string; limitSeconds: number }
  /** Its last runs failed. */
  | { kind: 'failed'; job: string; since: string; runs: number };

/** Complaints, the scheduler's first. `nowMs`: milliseconds since 1970 UTC. */
export function guardJobs(db: Pick<Database, 'prepare'>, nowMs: number): Complaint[] {
  const { jobs, scheduled, lastTickAt, paused } = readJobs(db, nowMs);
  const scheduler = { scheduling: scheduled, lastTickAt, paused, quietMs: lastTickAt === null ? 0 : nowMs - Date.parse(lastTickAt) };
  const facts = (some: Facts['jobs']): Facts => ({ nowMs, watchedMs: Number.POSITIVE_INFINITY, jobs: some, scheduler, output: undefined, record: undefined, repositories: undefined, home: undefined, secrets: undefined, online: undefined, lowBytes: 0, fullBytes: 0, mark: () => undefined });
  const complaints = scheduled && lastTickAt === null ? [{ kind: 'scheduler' as const, since: null }] : complaintsOf([schedulerStopped], facts([]));
  if (paused) return complaints;
  for (const job of jobs) if (!job.paused) complaints.push(...complaintsOf([lateStart, stale, failure], facts([{ ...job, repository: null, network: false }])));
  return complaints;
}

function complaintsOf(rules: readonly (typeof lateStart)[], facts: Facts): Complaint[] {
  return rules.flatMap((rule) => {
    const found = rule(facts);
    return found === 'unknown' ? [] : found.flatMap((finding) => (finding.state === 'bad' ? (complaintOf(finding.facts) ?? []) : []));
  });
}

function complaintOf(facts: AlertFacts): Complaint | undefined {
  switch (facts.code) {
    case 'scheduler_stopped':
      return { kind: 'scheduler', since: facts.lastTickAt };
    case 'late_start':
      return { kind: 'late', job: facts.jobName, at: facts.plannedAt };
    case 'stale':
      return { kind: 'stale', job: facts.jobName, since: facts.since, limitSeconds: Math.round(facts.limitMs / 1000) };
    case 'failure':
      return { kind: 'failed', job: facts.jobName, since: facts.since, runs: facts.inARow };
    default:
      return undefined;
  }
}
