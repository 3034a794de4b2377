// varve job list|show|versions|rm|pause|resume|pause-all|resume-all|next|limit|defaults; what defines, runs and looks back has files of its own
import type { Command } from 'commander';
import { formatExact, formatSpan, formatWhen } from '../../contract/copy/values.ts';
import type { Job, SchedulerState } from '../../contract/jobs.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import { addJobDefineCommands } from './job-define.ts';
import { addJobFileCommands } from './job-file.ts';
import { addJobGuardCommand } from './job-guard.ts';
import { addJobHistoryCommands } from './job-history.ts';
import { addJobPurgeCommand } from './job-purge.ts';
import { addJobRunCommands } from './job-run.ts';
import { describeExit, describeStanding, describeTimes, describeWork, exactOr, shortId, showFacts, showRuns } from './job-words.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import { momentOf } from './typed-values.ts';

const shownRuns = 5;

export function addJobCommands(program: Command, host: Host): void {
  const { words } = host;
  const { say, language } = words;
  const job = program.command('job').description(say('job'));
  job
    .command('list')
    .description(say('jobList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const jobs = await client.jobs.list({} as never);
        output.document(jobs);
        if (jobs.length === 0) return output.say(say('jobNone'));
        const now = new Date();
        return output.table(
          [say('colName'), say('colState'), say('colJobWhat'), say('colJobWhen'), say('colJobLast'), say('colJobNext')],
          jobs.map((one) => [one.definition.name, describeStanding(words, one), describeWork(words, one.definition).slice(0, 60), describeTimes(words, one.definition), one.lastRun === null ? say('never') : formatWhen(language, new Date(one.lastRun.endedAt ?? one.lastRun.createdAt), now), one.nextAt === null ? '-' : formatExact(language, new Date(one.nextAt))])
        );
      })
    );
  job
    .command('show <job>')
    .description(say('jobShow'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const one = await client.jobs.get({ job: name });
        output.document(one);
        if (output.json) return;
        showJob(output, one);
        const runs = await client.runs.list({ job: one.id, limit: shownRuns });
        if (runs.length > 0) {
          output.say('');
          showRuns(output, runs, false);
        }
      })
    );
  job
    .command('versions <job>')
    .description(say('jobVersions'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const versions = await client.jobs.versions({ job: name });
        output.document(versions);
        output.table([say('colJobVersion'), say('colTime'), say('colJobChangedBy'), say('colJobWhat'), say('colJobWhen')], versions.map(({ version, at, by, definition }) => [String(version), exactOr(words, at), by, describeWork(words, definition), describeTimes(words, definition)]));
      })
    );
  addJobDefineCommands(job, host);
  job
    .command('rm <job>')
    .description(say('jobRm'))
    .option('--yes', say('optionJobYes'))
    .action((name: string, options: { yes?: boolean }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const one = await client.jobs.get({ job: name });
        await makeSure(options.yes, output, { question: 'jobRmSure', needsYes: 'jobRmNeedsYes' }, { name: one.definition.name });
        await client.jobs.remove({ job: one.id });
        output.document({ id: one.id, name: one.definition.name });
        output.say(say('jobRemoved', { name: one.definition.name }));
      })
    );
  addJobRunCommands(job, host);
  job
    .command('pause <job>')
    .description(say('jobPause'))
    .option('--until <time>', say('optionJobUntil'))
    .option('--reason <text>', say('optionJobRunReason'))
    .addHelpText('after', examples(words, ['varve job pause nightly --until 3d --reason "the NAS is away"']))
    .action((name: string, options: { until?: string; reason?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const until = options.until === undefined ? undefined : momentOf(options.until, { option: '--until', nowMs: Date.now(), direction: 1, words });
        const one = await client.jobs.pause({ job: name, reason: options.reason ?? '', ...(until !== undefined && { until }) });
        output.document(one);
        output.say(until === undefined ? say('jobPaused', { name: one.definition.name }) : say('jobPausedUntil', { name: one.definition.name, at: exactOr(words, until) }));
      })
    );
  job
    .command('resume <job>')
    .description(say('jobResume'))
    .option('--catch-up', say('optionJobCatchUpOne'))
    .action((name: string, options: { catchUp?: boolean }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const one = await client.jobs.resume({ job: name, catchUp: options.catchUp === true });
        output.document(one);
        output.say(one.nextAt === null ? say('jobResumedManual', { name: one.definition.name }) : say('jobResumed', { name: one.definition.name, at: exactOr(words, one.nextAt) }));
      })
    );
  addJobHistoryCommands(job, host);
  addJobFileCommands(job, host);
  addJobGuardCommand(job, host);
  addJobPurgeCommand(job, host);
  job
    .command('pause-all')
    .description(say('jobPauseAll'))
    .requiredOption('--until <time>', say('optionJobUntil'))
    .option('--reason <text>', say('optionJobRunReason'))
    .addHelpText('after', examples(words, ['varve job pause-all --until 12h --reason "talk on the projector"']))
    .action((options: { until: string; reason?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const until = momentOf(options.until, { option: '--until', nowMs: Date.now(), direction: 1, words });
        output.document(await client.jobs.pauseAll({ until, reason: options.reason ?? '' }));
        output.say(say('jobAllPaused', { at: exactOr(words, until) }));
      })
    );
  job
    .command('resume-all')
    .description(say('jobResumeAll'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        output.document(await client.jobs.resumeAll({} as never));
        output.say(say('jobAllResumed'));
      })
    );
  job
    .command('next')
    .description(say('jobNext'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const state = await client.jobs.scheduler({} as never);
        output.document(state);
        if (!output.json) showScheduler(output, state);
      })
    );
  job
    .command('limit <number>')
    .description(say('jobLimit'))
    .action((most: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const state = await client.jobs.setMaxRunning({ most: wholeNumber('limit')(most) });
        output.document(state);
        output.say(say('jobLimitSet', { most: state.maxRunning }));
      })
    );
  job
    .command('defaults <plan>')
    .description(say('jobDefaults'))
    .option('--add', say('optionJobAddDefaults'))
    .addHelpText('after', examples(words, ['varve job defaults thesis', 'varve job defaults thesis --add']))
    .action((plan: string, options: { add?: boolean }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const definitions = await client.jobs.defaults({ plan });
        if (definitions.length === 0) output.say(say('jobNoDefaults', { name: plan }));
        if (options.add !== true) {
          output.document(definitions);
          if (definitions.length > 0) output.table([say('colName'), say('colJobWhat'), say('colJobWhen')], definitions.map((one) => [one.name, describeWork(words, one), describeTimes(words, one)]));
          return;
        }
        const added: Job[] = [];
        for (const definition of definitions) added.push(await client.jobs.add({ definition }));
        output.document(added);
        for (const { definition } of added) output.say(say('jobAdded', { name: definition.name, what: describeWork(words, definition), when: describeTimes(words, definition) }));
      })
    );
}

function showJob(output: Output, one: Job): void {
  const { words } = output;
  const { say, language } = words;
  const { definition, broken, paused, lastRun } = one;
  const limit = definition.timeoutSeconds === 0 ? '-' : formatSpan(language, definition.timeoutSeconds);
  output.say(definition.title === '' ? definition.name : `${definition.name}: ${definition.title}`);
  showFacts(output, [
    [say('jobFact_what'), describeWork(words, definition)],
    [say('jobFact_when'), describeTimes(words, definition)],
    [say('jobFact_next'), exactOr(words, one.nextAt)],
    [say('jobFact_last'), lastRun === null ? say('never') : `${say(`jobState_${lastRun.state}`)}, ${exactOr(words, lastRun.endedAt ?? lastRun.createdAt)}${lastRun.exit === null ? '' : ` (${describeExit(lastRun)})`}, ${shortId(lastRun.id)}`],
    [say('jobFact_good'), exactOr(words, one.lastGoodAt, say('never'))],
    [say('jobFact_failures'), one.failures === 0 ? null : String(one.failures)],
    [say('jobFact_paused'), paused === null ? null : `${paused.reason}${paused.until === null ? '' : ` (${exactOr(words, paused.until)})`}` || '✓'],
    [say('jobFact_broken'), broken === null ? null : say(`jobBroken_${broken.kind}`, { name: broken.name })],
    [say('jobFact_catchUp'), definition.catchUp.policy],
    [say('jobFact_overlap'), definition.overlap.policy],
    [say('jobFact_retries'), String(definition.retries.most)],
    [say('jobFact_timeout'), limit],
    [say('jobFact_version'), String(one.version)],
    [say('jobFact_file'), one.fromFile ? say('jobInFile') : null]
  ]);
}

function showScheduler(output: Output, state: SchedulerState): void {
  const { words } = output;
  const { say, language } = words;
  output.say(state.scheduling && state.lastTickAt !== null ? say('jobScheduling', { at: formatWhen(language, new Date(state.lastTickAt), new Date()) }) : say('jobNotScheduling'));
  if (state.paused?.until !== null && state.paused !== null) output.say(say('jobAllPausedState', { at: exactOr(words, state.paused.until), reason: state.paused.reason }));
  if (state.active.length > 0) {
    output.say(say('jobRunning', { count: state.active.length, most: state.maxRunning }));
    showRuns(output, state.active, true);
  }
  if (state.next.length === 0) return output.say(say('jobNothingNext'));
  return output.table([say('colJobNext'), say('colJobJob')], state.next.map(({ at, name }) => [formatExact(language, new Date(at)), name]));
}
