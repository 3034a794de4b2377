// varve job history|result|output|note|reclassify|stats
import type { Command } from 'commander';
import { visibleText } from '../../contract/copy/text.ts';
import { formatNumber } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import { RunState, type Attempt, type Run, type Usual } from '../../contract/runs.ts';
import { withoutColours } from '../engine/jobs/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, examples, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { runNamed } from './job-find.ts';
import { showRows } from './job-follow.ts';
import { describeCause, describeExit, describeFailure, exactOr, shortId, showFacts, showRuns, spanOf } from './job-words.ts';
import type { Output } from './output.ts';
import { momentOf } from './typed-values.ts';

interface HistoryOptions {
  state?: string[];
  since?: string;
  before?: string;
  limit?: number;
}

interface OutputOptions {
  attempt?: number;
  follow?: boolean;
  search?: string;
  tail?: number;
}

const usualLimit = 30;
const pageRows = 2_000;

export function addJobHistoryCommands(job: Command, host: Host): void {
  const { words } = host;
  const { say, language } = words;
  job
    .command('history [job]')
    .description(say('jobHistory'))
    .option('--state <state>', say('optionJobState'), collect)
    .option('--since <time>', say('optionJobSince'))
    .option('--before <run>', say('optionJobBefore'))
    .option('--limit <number>', say('optionJobLimit'), wholeNumber('--limit'))
    .addHelpText('after', examples(words, ['varve job history nightly --limit 100', 'varve job history --state failed --state timed_out --since 7d']))
    .action((name: string | undefined, options: HistoryOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const states = options.state?.map((state) => RunState.safeParse(state).data ?? fail('BAD_INPUT', 'no state', { field: '--state', reason: say('jobBadPair', { text: state, form: RunState.options.join(' | ') }) }));
        const from = options.since === undefined ? undefined : momentOf(options.since, { option: '--since', nowMs: Date.now(), direction: -1, words });
        const before = options.before === undefined ? undefined : (await client.runs.get({ run: options.before })).run.id;
        if (name !== undefined) await client.jobs.get({ job: name });
        const runs = await client.runs.list({ ...(name !== undefined && { job: name }), ...(states && { states }), ...(from !== undefined && { from }), ...(before !== undefined && { before }), limit: options.limit ?? usualLimit });
        output.document(runs);
        if (runs.length === 0) return output.say(say('nothingYet'));
        return showRuns(output, runs, name === undefined);
      })
    );
  job
    .command('result <run>')
    .description(say('jobResult'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { id } = await runNamed(client, name);
        const found = await client.runs.get({ run: id });
        output.document(found);
        if (!output.json) showRun(output, found);
      })
    );
  job
    .command('output <run>')
    .description(say('jobOutput'))
    .option('--attempt <number>', say('optionJobAttempt'), wholeNumber('--attempt'))
    .option('-f, --follow', say('optionJobFollow'))
    .option('--search <text>', say('optionJobSearch'))
    .option('--tail <lines>', say('optionJobTail'), wholeNumber('--tail'))
    .addHelpText('after', examples(words, ['varve job output nightly', 'varve job output 0199c2f4-31 --search error', 'varve job output nightly --tail 50 --follow']))
    .action((name: string, options: OutputOptions, command: Command) => host.withClient(command, { long: options.follow === true }, async ({ client, output, signal }) => showOutput(client, output, await runNamed(client, name), options, signal)));
  job
    .command('note <run> <text>')
    .description(say('jobNote'))
    .action((name: string, note: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { id } = await runNamed(client, name);
        output.document(await client.runs.note({ run: id, note }));
        output.say(say('jobNoted', { id: shortId(id) }));
      })
    );
  job
    .command('reclassify <run> <state>')
    .description(say('jobReclassify'))
    .requiredOption('--reason <text>', say('optionJobRunReason'))
    .addHelpText('after', examples(words, ['varve job reclassify 0199c2f4-31 succeeded --reason "the 404 was expected that day"']))
    .action((name: string, state: string, { reason }: { reason: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        if (state !== 'succeeded' && state !== 'partial' && state !== 'failed') return fail('BAD_INPUT', 'no such judgement', { field: 'state', reason: say('jobBadPair', { text: state, form: 'succeeded | partial | failed' }) });
        const { id } = await runNamed(client, name);
        output.document(await client.runs.reclassify({ run: id, as: state, reason }));
        return output.say(say('jobReclassified', { id: shortId(id), state: say(`jobState_${state}`) }));
      })
    );
  job
    .command('stats <job>')
    .description(say('jobStats'))
    .option('--by <day|week|month>', say('optionJobBy'))
    .option('--tz <zone>', say('optionJobStatsTz'))
    .option('--limit <number>', say('optionJobLimit'), wholeNumber('--limit'))
    .addHelpText('after', examples(words, ['varve job stats nightly', 'varve job stats nightly --by week --limit 12']))
    .action((name: string, options: { by?: string; tz?: string; limit?: number }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const by = options.by ?? 'day';
        if (by !== 'day' && by !== 'week' && by !== 'month') return fail('BAD_INPUT', 'no such span', { field: '--by', reason: say('jobBadPair', { text: by, form: 'day | week | month' }) });
        const stats = await client.runs.stats({ job: name, by, zone: options.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone, limit: options.limit ?? usualLimit });
        output.document(stats);
        if (stats.length === 0) return output.say(say('nothingYet'));
        const number = (value: number | null): string => (value === null ? '-' : formatNumber(language, value));
        return output.table(
          [say('colJobDay'), say('colJobRuns'), say('colJobDone'), say('colJobGaps'), say('colJobFailed'), say('colJobOther'), say('colJobItems'), say('colJobMedian')],
          stats.map(({ day, runs, succeeded, partial, failed, other, items, medianMs }) => [day, number(runs), number(succeeded), number(partial), number(failed), number(other), number(items), spanOf(words, medianMs)]),
          { right: [1, 2, 3, 4, 5, 6, 7] }
        );
      })
    );
}

function showRun(output: Output, { run, attempts, usual }: { run: Run; attempts: readonly Attempt[]; usual: Usual }): void {
  const { words } = output;
  const { say, language, reason } = words;
  showFacts(output, [
    [say('jobRunFact_id'), run.id],
    [say('jobRunFact_job'), run.jobTitle === '' ? run.jobName : `${run.jobName}: ${run.jobTitle}`],
    [say('jobRunFact_state'), say(`jobState_${run.state}`)],
    [say('jobRunFact_judged'), run.reclassified === null ? null : `${say(`jobState_${run.reclassified.as}`)} (${run.reclassified.by}: ${run.reclassified.reason})`],
    [say('jobRunFact_cause'), describeFailure(output, run) ?? null],
    [say('jobRunFact_waits'), run.waitingFor === null ? null : say(`jobWaits_${run.waitingFor}`)],
    [say('jobRunFact_trigger'), `${say(`jobTrigger_${run.trigger}`)}${run.by === '' ? '' : ` (${run.by})`}`],
    [say('jobRunFact_reason'), run.reason],
    [say('jobRunFact_for'), run.occurrence === null ? null : exactOr(words, run.occurrence)],
    [say('jobRunFact_created'), exactOr(words, run.createdAt)],
    [say('jobRunFact_started'), exactOr(words, run.startedAt)],
    [say('jobRunFact_ended'), exactOr(words, run.endedAt)],
    [say('jobRunFact_active'), spanOf(words, run.activeMs)],
    [say('jobRunFact_exit'), describeExit(run)],
    [say('jobRunFact_items'), run.result?.items === null || run.result === null ? null : formatNumber(language, run.result.items)],
    ...Object.entries(run.result?.metrics ?? {}).map(([name, value]) => [`  ${name}`, formatNumber(language, value)] as const),
    [say('jobRunFact_replay'), run.replayOf],
    [say('jobRunFact_otherRun'), run.otherRun],
    [say('jobRunFact_note'), run.note]
  ]);
  if (run.missed !== null) output.say(say('jobMissed', { count: run.missed.count, cause: say(`jobMissedCause_${run.missed.cause}`), action: say(`jobMissedAction_${run.missed.action}`) }));
  if (usual.medianMs !== null) output.say(say('jobUsual', { span: spanOf(words, usual.medianMs), runs: usual.runs }));
  if (attempts.length === 0) return;
  output.say('');
  output.table(
    [say('colJobTry'), say('colJobBegan'), say('colJobTook'), say('colJobExit'), say('colJobCause')],
    attempts.map((attempt) => [String(attempt.attempt), exactOr(words, attempt.startedAt), attempt.endedAt === null ? '-' : spanOf(words, Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt)), describeExit(attempt), attempt.detail !== null ? reason(attempt.detail) : attempt.cause === null ? '' : describeCause(words, attempt.cause)])
  );
}

async function showOutput(client: VarveClient, output: Output, run: Run, { attempt, follow, search, tail }: OutputOptions, signal: AbortSignal): Promise<number> {
  const of = { run: run.id, ...(attempt !== undefined && { attempt }) };
  if (search !== undefined) {
    for (let from: number | null = 0; from !== null && !signal.aborted; ) {
      const page: Awaited<ReturnType<VarveClient['runs']['output']['search']>> = await client.runs.output.search({ ...of, text: search, from, limit: 1000 });
      for (const hit of page.hits) output.line(hit);
      if (!output.json) for (const { seq, text } of page.hits) output.say(`${seq}: ${visibleText(withoutColours(text), true)}`);
      from = page.next;
    }
    return exitCodes.done;
  }
  const total = tail === undefined ? 0 : (await client.runs.output.page({ ...of, from: 0, count: 1 })).total;
  const start = tail === undefined ? 0 : Math.max(0, total - tail);
  let count = 0;
  const take = (rows: Parameters<typeof showRows>[1]): void => {
    count += rows.length;
    if (output.json) for (const row of rows) output.line(row);
    else showRows(output, rows);
  };
  if (follow === true) for await (const { rows } of await client.runs.output.follow({ ...of, from: start }, { signal })) take(rows);
  else
    for (let from: number | null = start; from !== null && !signal.aborted; ) {
      const page: Awaited<ReturnType<VarveClient['runs']['output']['page']>> = await client.runs.output.page({ ...of, from, count: pageRows });
      take(page.rows);
      from = page.next;
    }
  if (count === 0 && !output.json) output.note(output.words.say('jobNoOutput'));
  return exitCodes.done;
}
