// varve ping: tells of work that is done elsewhere, so that it has its place among the jobs
import { InvalidArgumentError, type Command } from 'commander';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Host } from './command.ts';
import { shortId } from './job-words.ts';

interface PingOptions {
  start?: boolean;
  fail?: boolean;
  exit?: number;
  message?: string;
}

export function addPingCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('ping <job>')
    .description(say('ping'))
    .option('--start', say('optionPingStart'))
    .option('--fail', say('optionPingFail'))
    .option('--exit <code>', say('optionPingExit'), exitCodeOf(say('pingBadExit')))
    .option('--message <text>', say('optionPingMessage'))
    .addHelpText('after', examples(host.words, ['varve job add nas-sync --external --cron @daily', 'varve ping nas-sync --start; rsync -a /data nas:/data; varve ping nas-sync --exit $?', 'varve ping nas-sync --fail --message "no room"']))
    .action((name: string, options: PingOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        if ([options.start, options.fail, options.exit].filter((each) => each !== undefined).length > 1) fail('BAD_INPUT', 'one of three', { field: 'ping', reason: say('pingOne') });
        const run = await client.jobs.ping({ job: name, what: options.start === true ? 'start' : 'end', exitCode: options.exit ?? (options.fail === true ? 1 : 0), message: options.message ?? '' });
        output.document(run);
        output.say(say('pinged', { name: run.jobName, id: shortId(run.id), state: say(`jobState_${run.state}`) }));
      })
    );
}

function exitCodeOf(form: string): (text: string) => number {
  return (text) => {
    if (!/^\d{1,3}$/.test(text) || Number(text) > 255) throw new InvalidArgumentError(form);
    return Number(text);
  };
}
