// Jobs and runs in words: what a job does, when, how a run stands.
import { formatExact, formatNumber, formatSpan } from '../../contract/copy/values.ts';
import type { Job, JobDefinition } from '../../contract/jobs.ts';
import type { Run, RunCause } from '../../contract/runs.ts';
import type { Output } from './output.ts';
import type { Words } from './words.ts';

export const shortId = (id: string): string => id.slice(0, 13);

export function exactOr(words: Words, instant: string | null, otherwise = '-'): string {
  return instant === null ? otherwise : formatExact(words.language, new Date(instant));
}

export function spanOf(words: Words, ms: number | null): string {
  return ms === null ? '-' : formatSpan(words.language, ms / 1000);
}

export function describeWork({ say }: Words, { work }: Pick<JobDefinition, 'work'>): string {
  switch (work.kind) {
    case 'snapshot':
    case 'forget':
    case 'drill':
    case 'watch':
      return say(`jobWork_${work.kind}`, { plan: work.plan });
    case 'check':
    case 'prune':
      return say(`jobWork_${work.kind}`, { repository: work.repository });
    case 'package':
      return work.plan === null ? say('jobWork_packageRecord') : say('jobWork_package', { plan: work.plan });
    case 'http':
      return say('jobWork_http', { method: work.method, url: work.url });
    case 'command':
      return say('jobWork_command', { program: work.argv.join(' ') });
    case 'verify-log':
    case 'external':
      return say(`jobWork_${work.kind}`);
  }
}

export function describeTimes({ say, language }: Words, { schedule }: Pick<JobDefinition, 'schedule'>): string {
  if (schedule.kind === 'cron') return say('jobWhen_cron', { expression: schedule.expression, zone: schedule.zone });
  if (schedule.kind === 'interval') return say('jobWhen_interval', { span: formatSpan(language, schedule.everyMs / 1000) });
  return say(`jobWhen_${schedule.kind}`);
}

/** Of a job, in a word or two. */
export function describeStanding({ say }: Words, job: Job): string {
  if (job.broken !== null) return say('jobState_broken');
  const [run] = job.active;
  if (run !== undefined) return say(`jobState_${run.state}`);
  if (job.paused !== null) return say('jobState_paused');
  return job.lastRun === null ? say('jobState_idle') : say(`jobState_${job.lastRun.state}`);
}

/** Why it did not end well, as far as anybody knows. */
export function describeFailure(output: Output, { failure, cause, state }: Run): string | undefined {
  const { reason } = output.words;
  if (failure !== null && failure.detail !== '') return reason(failure.detail);
  return cause === null || cause === 'exit' || state === 'succeeded' ? undefined : describeCause(output.words, cause);
}

export function describeCause({ say }: Words, cause: RunCause): string {
  return say(cause === 'too_many' ? 'jobCause_tooMany' : `jobCause_${cause}`);
}

export function describeExit({ exit }: Pick<Run, 'exit'>): string {
  return exit === null ? '-' : exit.code === null ? (exit.signal ?? '-') : String(exit.code);
}

/** Runs as a table, with the job's name where they are of several. */
export function showRuns(output: Output, runs: readonly Run[], withJob: boolean): void {
  const { say, language } = output.words;
  output.table(
    [say('colJobRun'), ...(withJob ? [say('colJobJob')] : []), say('colJobBegan'), say('colState'), say('colJobTook'), say('colJobTries'), say('colJobBy'), say('colJobCause')],
    runs.map((run) => [
      shortId(run.id), ...(withJob ? [run.jobName] : []), exactOr(output.words, run.startedAt ?? run.createdAt), say(`jobState_${run.reclassified?.as ?? run.state}`), spanOf(output.words, run.activeMs), formatNumber(language, run.attempts), say(`jobTrigger_${run.trigger}`),
      run.waitingFor === null ? (describeFailure(output, run) ?? '') : say(`jobWaits_${run.waitingFor}`)
    ]),
    { right: [withJob ? 5 : 4] }
  );
}

/** One fact a line, those that are not known left out. */
export function showFacts(output: Output, facts: readonly (readonly [string, string | null | undefined])[]): void {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null && fact[1] !== undefined && fact[1] !== '');
  const width = Math.max(...known.map(([name]) => name.length));
  for (const [name, value] of known) output.say(`${name.padEnd(width)}  ${value}`);
}
