// varve alert list|show|ack|unack|silence|unsilence|resolve|expected|test|tickets|close; settings and outside checkers have a file of their own
import { InvalidArgumentError, type Command } from 'commander';
import type { Alert } from '../../contract/alerts.ts';
import { describeAlert } from '../../contract/copy/alerts.ts';
import { formatExact, formatNumber, formatWhen } from '../../contract/copy/values.ts';
import { fail } from '../engine/kit/errors.ts';
import { addAlertSettingsCommands } from './alert-settings.ts';
import { collect, examples, type Call, type Host } from './command.ts';
import { testChannels } from './channel.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import type { Words } from './words.ts';

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function addAlertCommands(program: Command, host: Host): void {
  const { say } = host.words;
  const alert = program.command('alert').description(say('alert'));
  alert
    .command('list')
    .description(say('alertList'))
    .option('--quieted', say('optionAlertQuiet'))
    .option('--solved', say('optionAlertSolved'))
    .option('--all', say('optionAlertAll'))
    .action((options: { quieted?: true; solved?: true; all?: true }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const answer = await client.alerts.list({ view: options.all ? 'all' : options.solved ? 'solved' : options.quieted ? 'quiet' : 'needs' });
        output.document(answer);
        const { watching, schedulerStoppedSince } = answer.watch;
        if (answer.alerts.length === 0) output.say(say('alertNone'));
        else output.table([say('colAlert'), say('colSeverity'), say('colSince'), say('colState'), say('colWhat')], answer.alerts.map((each) => rowOf(host.words, each)));
        if (schedulerStoppedSince !== null) output.say(say('alertScheduler', { when: when(host.words, schedulerStoppedSince) }));
        if (!watching) output.say(say('alertNotWatching'));
      })
    );
  alert
    .command('show <id>')
    .description(say('alertShow'))
    .action((id: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const found = await client.alerts.get({ alert: id });
        output.document(found);
        print(output, found);
      })
    );
  alert
    .command('ack <id>')
    .description(say('alertAck'))
    .option('--note <text>', say('optionAlertNote'))
    .action((id: string, options: { note?: string }, command: Command) => change(host, command, 'alertAcked', ({ client }) => client.alerts.acknowledge({ alert: id, note: options.note })));
  alert
    .command('unack <id>')
    .description(say('alertUnack'))
    .action((id: string, _options: object, command: Command) => change(host, command, 'alertUnacked', ({ client }) => client.alerts.unacknowledge({ alert: id })));
  alert
    .command('silence [id]')
    .description(say('alertSilence'))
    .requiredOption('--for <span>', say('optionAlertFor'), spanOf(say('alertSpanForm')))
    .requiredOption('--reason <text>', say('optionAlertReason'))
    .option('--match <label=value>', say('optionAlertMatch'), collect)
    .addHelpText('after', examples(host.words, ['varve alert silence 0193a5c2 --for 4h --reason "the server is being moved"', 'varve alert silence --match rule=late_start --for 2d --reason "long runs this week"']))
    .action((id: string | undefined, options: { for: number; reason: string; match?: string[] }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const matchers = options.match === undefined ? undefined : Object.fromEntries(options.match.map((text) => labelOf(text, say('alertMatchForm'))));
        const silence = await client.alerts.silence({ alert: id, matchers, until: new Date(Date.now() + options.for).toISOString(), reason: options.reason });
        output.document(silence);
        output.say(say('alertSilenced', { when: formatExact(host.words.language, new Date(silence.until)), id: silence.id }));
      })
    );
  alert
    .command('unsilence [id]')
    .description(say('alertUnsilence'))
    .action((id: string | undefined, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        if (id === undefined) return listSilences(output, await client.alerts.silences({}));
        output.document(await client.alerts.unsilence({ silence: id }));
        return output.say(say('alertUnsilenced'));
      })
    );
  alert
    .command('resolve <id>')
    .description(say('alertResolve'))
    .action((id: string, _options: object, command: Command) => change(host, command, 'alertResolved', ({ client }) => client.alerts.resolve({ alert: id })));
  alert
    .command('expected <id>')
    .description(say('alertExpected'))
    .action((id: string, _options: object, command: Command) => change(host, command, 'alertExpectedDone', ({ client }) => client.alerts.expected({ alert: id })));
  alert
    .command('test [channel]')
    .description(say('alertTest'))
    .action((channel: string | undefined, _options: object, command: Command) => host.withClient(command, {}, (call) => testChannels(call, channel)));
  alert
    .command('close <ticket>')
    .description(say('alertClose'))
    .option('--note <text>', say('optionAlertCloseNote'))
    .action((ticket: string, options: { note?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const closed = await client.alerts.closeTicket({ ticket, note: options.note });
        output.document(closed);
        output.say(say('ticketClosedNow', { job: closed.jobTitle }));
      })
    );
  addAlertSettingsCommands(alert, host);
  alert
    .command('tickets')
    .description(say('alertTickets'))
    .option('--all', say('optionAlertAll'))
    .action((options: { all?: true }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const tickets = await client.alerts.tickets({ open: options.all !== true });
        output.document(tickets);
        if (tickets.length === 0) return output.say(say('nothingYet'));
        return output.table(
          [say('colId'), say('colJobName'), say('colSince'), say('colFailures'), say('colState')],
          tickets.map(({ id, jobTitle, since, failures, closedAt }) => [id, jobTitle, when(host.words, since), formatNumber(host.words.language, failures), closedAt === null ? say('ticketOpen') : say('ticketClosed', { when: when(host.words, closedAt) })]),
          { right: [3] }
        );
      })
    );
}

function change(host: Host, command: Command, said: 'alertAcked' | 'alertUnacked' | 'alertResolved' | 'alertExpectedDone', work: (call: Call) => Promise<Alert>): Promise<void> {
  return host.withClient(command, {}, async (call) => {
    const alert = await work(call);
    call.output.document(alert);
    call.output.say(host.words.say(said, { title: describeAlert(host.words.language, alert, new Date()).title }));
    return exitCodes.done;
  });
}

function when({ language }: Words, at: string): string {
  return formatWhen(language, new Date(at), new Date());
}

function stateOf(words: Words, { quiet, resolvedAt }: Alert): string {
  if (resolvedAt !== null) return words.say('alertOver', { when: when(words, resolvedAt) });
  if (quiet === null) return words.say('alertOpen');
  if (quiet.by === 'acknowledged') return words.say('quiet_acknowledged', { who: quiet.who });
  return quiet.by === 'silence' ? words.say('quiet_silence', { when: when(words, quiet.until) }) : words.say('quiet_inhibited');
}

/** Enough of the id to be found again: its first part is the time of its making. */
function rowOf(words: Words, alert: Alert): string[] {
  return [alert.id, words.say(`severity_${alert.severity}`), when(words, alert.since), stateOf(words, alert), describeAlert(words.language, alert, new Date()).title];
}

function print(output: Output, alert: Alert): void {
  const { words } = output;
  const { title, what, meaning, next, why, less } = describeAlert(words.language, alert, new Date());
  output.say(title);
  output.say(`${what} ${meaning}`);
  output.say(words.say('alertSince', { when: formatExact(words.language, new Date(alert.since)), state: stateOf(words, alert) }));
  output.say(words.say('alertNext', { text: next }));
  output.say(words.say('alertWhy', { text: why }));
  output.say(words.say('alertLess', { text: less }));
}

function listSilences(output: Output, silences: readonly { id: string; until: string; reason: string; by: string; matchers: Record<string, string> }[]): void {
  const { words } = output;
  output.document(silences);
  if (silences.length === 0) return output.say(words.say('nothingYet'));
  return output.table([words.say('colId'), words.say('colUntil'), words.say('colLabels'), words.say('colReason'), words.say('colWho')], silences.map(({ id, until, reason, by, matchers }) => [id, when(words, until), Object.entries(matchers).map(([name, value]) => `${name}=${value}`).join(' '), reason, by]));
}

/** `90m`, `4h`, `3d` in milliseconds. */
function spanOf(form: string): (text: string) => number {
  return (text) => {
    const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
    const ms = Number(count) * (unitMs[unit ?? ''] ?? Number.NaN);
    if (!(ms > 0)) throw new InvalidArgumentError(form);
    return ms;
  };
}

function labelOf(text: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) return fail('BAD_INPUT', 'a label is name=value', { field: '--match', reason: form });
  return [text.slice(0, at), text.slice(at + 1)];
}
