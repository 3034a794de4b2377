// varve alert settings|call: from when on something is told, when it waits for the morning, and the outside checkers
import type { Command } from 'commander';
import type { AlertSettings } from '../../contract/alerts.ts';
import { formatBytes, formatNumber } from '../../contract/copy/values.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Words } from './words.ts';

interface SettingsOptions {
  low?: number;
  full?: number;
  ticketAfter?: number;
  quietHours?: string;
  checker?: string;
}

const none = 'none';

export function addAlertSettingsCommands(alert: Command, host: Host): void {
  const { words } = host;
  const { say } = words;
  alert
    .command('settings')
    .description(say('alertSettings'))
    .option('--low <size>', say('optionAlertLow'), sizeOf('--low', say('alertSizeForm')))
    .option('--full <size>', say('optionAlertFull'), sizeOf('--full', say('alertSizeForm')))
    .option('--ticket-after <runs>', say('optionAlertTicketAfter'), (text) => (/^[1-9]\d?$|^100$/.test(text) ? Number(text) : fail('BAD_INPUT', 'not a count', { field: '--ticket-after', reason: say('alertCountForm') })))
    .option('--quiet-hours <from-to>', say('optionAlertQuietHours'))
    .option('--checker <url>', say('optionAlertChecker'))
    .addHelpText('after', examples(words, ['varve alert settings', 'varve alert settings --low 50GB --full 10GB', 'varve alert settings --quiet-hours 22:00-08:00 --checker https://hc-ping.com/ID', 'varve alert settings --quiet-hours none --checker none']))
    .action((options: SettingsOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const change = changeOf(options, words);
        const settings = Object.keys(change).length === 0 ? await client.alerts.settings.get({}) : await client.alerts.settings.set(change);
        output.document(settings);
        const { lowBytes, fullBytes, ticketAfter, quietHours, ping } = settings;
        output.table(
          [say('colSetting'), say('colValue')],
          [
            ['--low', formatBytes(words.language, lowBytes)],
            ['--full', formatBytes(words.language, fullBytes)],
            ['--ticket-after', formatNumber(words.language, ticketAfter)],
            ['--quiet-hours', quietHours === null ? none : `${quietHours.from}-${quietHours.to}`],
            ['--checker', ping ?? none]
          ]
        );
      })
    );
  alert
    .command('call [job]')
    .description(say('alertCall'))
    .action((job: string | undefined, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { ok, error, ...rest } = await client.alerts.testPing({ jobId: job === undefined ? null : (await client.jobs.get({ job })).id });
        output.document({ ok, error, ...rest });
        output.say(ok ? say('alertCalled') : say('alertCallFailed', { reason: words.reason(error ?? '') }));
        return ok ? exitCodes.done : exitCodes.failed;
      })
    );
}

function changeOf({ low, full, ticketAfter, quietHours, checker }: SettingsOptions, { say }: Words): Partial<AlertSettings> {
  const hours = quietHours === undefined || quietHours === none ? null : (/^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(quietHours) ?? fail('BAD_INPUT', 'bad hours', { field: '--quiet-hours', reason: say('alertHoursForm') }));
  return {
    ...(low !== undefined && { lowBytes: low }),
    ...(full !== undefined && { fullBytes: full }),
    ...(ticketAfter !== undefined && { ticketAfter }),
    ...(quietHours !== undefined && { quietHours: hours === null ? null : { from: hours[1] as string, to: hours[2] as string } }),
    ...(checker !== undefined && { ping: checker === none ? null : checker })
  };
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** As drives are sold: 1 GB is 10^9 bytes. */
function sizeOf(field: string, form: string): (text: string) => number {
  return (text) => {
    const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?) ?([KMGT]?B)$/i.exec(text.trim()) ?? fail('BAD_INPUT', 'not a size', { field, reason: form });
    return Math.round(Number(number) * 1000 ** units.indexOf((unit as string).toUpperCase()));
  };
}
