// varve job run|replay|stop
import type { Command } from 'commander';
import type { VarveClient } from '../../contract/index.ts';
import type { Run } from '../../contract/runs.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Call, type GlobalOptions, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { jobNamed, runNamed } from './job-find.ts';
import { exitOf, followRun, showEnd } from './job-follow.ts';
import { shortId } from './job-words.ts';

interface RunOptions {
  reason?: string;
  test?: boolean;
  waitTurn?: boolean;
  anyway?: boolean;
  wait: boolean;
}

export function addJobRunCommands(job: Command, host: Host): void {
  const { say } = host.words;
  job
    .command('run <job>')
    .description(say('jobRun'))
    .option('--reason <text>', say('optionJobRunReason'))
    .option('--test', say('optionJobTest'))
    .option('--wait-turn', say('optionJobWaitTurn'))
    .option('--anyway', say('optionJobAnyway'))
    .option('--no-wait', say('optionJobNoWait'))
    .addHelpText('after', examples(host.words, ['varve job run nightly', 'varve job run nightly --reason "after the new sensor" --wait-turn', 'varve job run nightly --no-wait --json']))
    .action((name: string, options: RunOptions, command: Command) =>
      host.withClient(command, { long: true }, async (call) => {
        if (!options.wait) await refuseAlone(call);
        const run = await call.client.jobs.run({ job: name, reason: options.reason ?? '', whenBusy: options.anyway === true ? 'anyway' : options.waitTurn === true ? 'wait' : 'refuse', test: options.test === true });
        return finish(call, run, options.wait, command.optsWithGlobals<GlobalOptions>().quiet === true);
      })
    );
  job
    .command('replay <run>')
    .description(say('jobReplay'))
    .option('--as <now|was>', say('optionJobAs'))
    .option('--reason <text>', say('optionJobRunReason'))
    .option('--no-wait', say('optionJobNoWait'))
    .addHelpText('after', examples(host.words, ['varve job replay 0199c2f4-31', 'varve job replay nightly --as was']))
    .action((name: string, options: { as?: string; reason?: string; wait: boolean }, command: Command) =>
      host.withClient(command, { long: true }, async (call) => {
        const as = options.as ?? 'now';
        if (as !== 'now' && as !== 'was') return fail('BAD_INPUT', 'neither now nor was', { field: '--as', reason: say('jobBadPair', { text: as, form: 'now | was' }) });
        if (!options.wait) await refuseAlone(call);
        const { id } = await runNamed(call.client, name);
        return finish(call, await call.client.runs.replay({ run: id, as, reason: options.reason ?? '' }), options.wait, command.optsWithGlobals<GlobalOptions>().quiet === true);
      })
    );
  job
    .command('stop <run>')
    .description(say('jobStop'))
    .option('--force', say('optionJobForce'))
    .addHelpText('after', examples(host.words, ['varve job stop nightly', 'varve job stop 0199c2f4-31 --force']))
    .action((name: string, options: { force?: boolean }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        const stopped: Run[] = [];
        for (const { id } of await liveRuns(client, name, say('jobNothingRuns'))) stopped.push(await client.runs.stop({ run: id, force: options.force === true }));
        output.document(stopped);
        for (const run of stopped) output.say(say('jobStopAsked', { id: shortId(run.id), name: run.jobName, state: say(`jobState_${run.state}`) }));
      })
    );
}

/** Every live run of a job, or the one that is named. */
async function liveRuns(client: VarveClient, name: string, nothing: string): Promise<Run[]> {
  const job = await jobNamed(client, name);
  if (job === undefined) return [(await client.runs.get({ run: name })).run];
  return job.active.length > 0 ? job.active : fail('BAD_INPUT', 'nothing runs', { field: name, reason: nothing });
}

/** A run that nobody waits for needs a Varve that stays. */
async function refuseAlone({ client, output }: Call): Promise<void> {
  if (!(await client.jobs.scheduler({} as never)).scheduling) fail('BAD_INPUT', 'nobody would go on with it', { field: '--no-wait', reason: output.words.say('jobNobodyStays') });
}

async function finish({ client, output, signal }: Call, run: Run, wait: boolean, quiet: boolean): Promise<number> {
  const { say } = output.words;
  if (!output.json && !quiet) output.note(say('jobBegun', { id: shortId(run.id), name: run.jobName }));
  if (!wait) {
    output.document(run);
    return exitCodes.done;
  }
  const ended = await followRun(client, run, { output, signal, show: !output.json && !quiet });
  output.document(ended);
  showEnd(output, ended);
  return exitOf(ended);
}
