// What a monitoring system may read of an open home: numbers in base units and whether it does its work. Nothing here grows with the history, and no
// label names a run or a path.
import { exposition, histogram, type Family, type Sample } from './kit/exposition.ts';
import { toWire } from './kit/errors.ts';
import { durationSteps } from './jobs/index.ts';
import type { OpenHome } from './open-home.ts';

/** Why a home is not ready: what a service manager or a person should look at. Anybody may read it, so it names no path and no job. */
export interface Unready {
  what: 'home' | 'store' | 'record' | 'lease' | 'scheduler';
  detail: string;
}

/** A tick is at most 30 s apart; three of them missed are no chance. */
const mostTickAgeMs = 90_000;

type Measured = Pick<OpenHome, 'jobs' | 'alerts' | 'named' | 'outbox' | 'log'>;

/** In Prometheus' text format. */
export function measures(home: Measured, version: string): string {
  const jobs = home.jobs.facts.jobs();
  const nameOf = new Map(jobs.map(({ id, name }) => [id, name]));
  const { jobs: tallies, durations } = home.jobs.facts.tallies();
  const ofJob = ({ jobId, count }: (typeof tallies)[number], more: Record<string, string> = {}): Sample[] => {
    const job = nameOf.get(jobId);
    return job === undefined ? [] : [{ labels: { job, ...more }, value: count }];
  };
  const when = (label: string, name: string, at: string | null): Sample[] => (at === null ? [] : [{ labels: { [label]: name }, value: Date.parse(at) / 1000 }]);
  const firing = home.alerts.counts();
  const { at: verifiedAt } = home.log.verifyState();
  const families: Family[] = [
    { name: 'varve_build_info', type: 'gauge', help: 'The running version; always 1.', samples: [{ labels: { version }, value: 1 }] },
    { name: 'varve_job_runs_total', type: 'counter', help: 'Runs that ended, by how; tests left out.', samples: tallies.flatMap((tally) => (tally.what === 'missed-times' ? [] : ofJob(tally, { state: tally.what }))) },
    { name: 'varve_job_run_duration_seconds', type: 'histogram', help: 'How long runs took, while the computer was awake.', samples: histogram(durationSteps, durations.counts, durations.seconds) },
    { name: 'varve_job_last_success_timestamp_seconds', type: 'gauge', help: 'End of the last run that ended well.', samples: jobs.flatMap(({ name, lastGoodAt }) => when('job', name, lastGoodAt)) },
    { name: 'varve_job_next_run_timestamp_seconds', type: 'gauge', help: 'Next planned run; absent when none is planned.', samples: jobs.flatMap(({ name, nextAt }) => when('job', name, nextAt)) },
    { name: 'varve_job_missed_occurrences_total', type: 'counter', help: 'Times of the schedule that passed without a run at that time.', samples: tallies.flatMap((tally) => (tally.what === 'missed-times' ? ofJob(tally) : [])) },
    { name: 'varve_alerts_firing', type: 'gauge', help: 'Alerts that are firing.', samples: (['critical', 'warning', 'info'] as const).map((severity) => ({ labels: { severity }, value: firing[severity] })) },
    { name: 'varve_secret_expiry_timestamp_seconds', type: 'gauge', help: 'When a secret expires; absent when it does not.', samples: home.named.expiries().flatMap(({ name, expiresAt }) => when('secret', name, expiresAt)) },
    { name: 'varve_outbox_pending', type: 'gauge', help: 'Events that wait to be taken into the record.', samples: [{ value: home.outbox.waiting().count }] },
    { name: 'varve_log_last_verified_timestamp_seconds', type: 'gauge', help: 'When the record was last verified; absent before the first time.', samples: verifiedAt === null ? [] : [{ value: Date.parse(verifiedAt) / 1000 }] }
  ];
  return exposition(families);
}

/** What keeps an open home from doing its work; empty when nothing does. Writes to state.db once. */
export function unready({ jobs, outbox, db }: Pick<OpenHome, 'jobs' | 'outbox' | 'db'>, nowMs: number): Unready[] {
  const found: Unready[] = [];
  try {
    db.prepare('UPDATE scheduler SET last_tick_at = last_tick_at WHERE one = 1').run();
  } catch (error) {
    found.push({ what: 'store', detail: `state.db cannot be written: ${toWire(error).code}` });
  }
  const failure = outbox.failure();
  if (failure) found.push({ what: 'record', detail: `the record takes nothing: ${failure.code}` });
  const { scheduling, lastTickAt } = jobs.facts.schedulerState();
  const agoMs = lastTickAt === null ? Infinity : nowMs - Date.parse(lastTickAt);
  if (!scheduling) found.push({ what: 'scheduler', detail: 'the scheduler has not started' });
  else if (agoMs > mostTickAgeMs) found.push({ what: 'scheduler', detail: lastTickAt === null ? 'the scheduler has not ticked yet' : `the scheduler last ticked ${Math.round(agoMs / 1000)} s ago, at ${lastTickAt}` });
  return found;
}
