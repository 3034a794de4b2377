// varve channel add|edit|list|test|rm
import type { Command } from 'commander';
import type { Channel, ChannelSecret, ChannelTarget } from '../../contract/alerts.ts';
import { formatNumber, formatWhen } from '../../contract/copy/values.ts';
import { fail } from '../engine/kit/errors.ts';
import { readStandardInput } from './ask.ts';
import { collect, examples, type Call, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Words } from './words.ts';

interface AddOptions {
  desktop?: true;
  webhook?: string;
  mailTo?: string[];
  mailFrom?: string;
  mailServer?: string;
  mailUser?: string;
  mailSecurity: string;
  secret?: string;
  passwordStdin?: true;
  fallback?: string;
}

interface EditOptions extends Omit<AddOptions, 'desktop' | 'mailSecurity' | 'secret' | 'fallback'> {
  rename?: string;
  on?: true;
  off?: true;
  mailSecurity?: string;
  secret?: string | false;
  fallback?: string | false;
}

const ports = { tls: 465, starttls: 587, none: 25 } as const;

export function addChannelCommands(program: Command, host: Host): void {
  const { say } = host.words;
  const channel = program.command('channel').description(say('channel'));
  channel
    .command('add <name>')
    .description(say('channelAdd'))
    .option('--desktop', say('optionChannelDesktop'))
    .option('--webhook <url>', say('optionChannelWebhook'))
    .option('--mail-to <address>', say('optionChannelMailTo'), collect)
    .option('--mail-from <address>', say('optionChannelMailFrom'))
    .option('--mail-server <host>', say('optionChannelMailServer'))
    .option('--mail-user <name>', say('optionChannelMailUser'))
    .option('--mail-security <tls|starttls|none>', say('optionChannelMailSecurity'), 'tls')
    .option('--secret <secret:name>', say('optionChannelSecret'))
    .option('--password-stdin', say('optionChannelPasswordStdin'))
    .option('--fallback <channel>', say('optionChannelFallback'))
    .addHelpText('after', examples(host.words, ['varve channel add mail --mail-to me@example.org --mail-server mail.example.org --mail-user me --password-stdin < password.txt', 'varve channel add team --webhook https://hooks.example.org/varve --fallback mail']))
    .action((name: string, options: AddOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const added = await client.alerts.channels.add({ name, target: targetOf(options, host.words), secret: await secretOf(options, host.words), fallback: options.fallback ?? null });
        output.document(added);
        output.say(say('channelAdded', { name }));
      })
    );
  channel
    .command('edit <name>')
    .description(say('channelEdit'))
    .option('--rename <name>', say('optionChannelRename'))
    .option('--on', say('optionChannelOn'))
    .option('--off', say('optionChannelOff'))
    .option('--webhook <url>', say('optionChannelWebhook'))
    .option('--mail-to <address>', say('optionChannelMailTo'), collect)
    .option('--mail-from <address>', say('optionChannelMailFrom'))
    .option('--mail-server <host>', say('optionChannelMailServer'))
    .option('--mail-user <name>', say('optionChannelMailUser'))
    .option('--mail-security <tls|starttls|none>', say('optionChannelMailSecurity'))
    .option('--secret <secret:name>', say('optionChannelSecret'))
    .option('--password-stdin', say('optionChannelPasswordStdin'))
    .option('--no-secret', say('optionChannelNoSecret'))
    .option('--fallback <channel>', say('optionChannelFallback'))
    .option('--no-fallback', say('optionChannelNoFallback'))
    .addHelpText('after', examples(host.words, ['varve channel edit mail --password-stdin < password.txt', 'varve channel edit team --webhook https://hooks.example.org/other --fallback mail', 'varve channel edit mail --off']))
    .action((name: string, options: EditOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const before = (await client.alerts.channels.list({})).find((each) => each.name === name) ?? fail('NOT_FOUND', `no channel ${name}`, { kind: 'channel', name });
        const { rename, on, off, fallback } = options;
        const secret = options.secret === false ? null : await secretOf({ ...options, secret: options.secret }, host.words);
        const edited = await client.alerts.channels.edit({ channel: name, name: rename ?? name, enabled: on === true || (off !== true && before.enabled), target: targetAfter(before.target, options, host.words), fallback: fallback === false ? null : (fallback ?? before.fallback), ...(secret !== undefined && { secret }) });
        output.document(edited);
        output.say(say('channelEdited', { name: edited.name }));
      })
    );
  channel
    .command('list')
    .description(say('channelList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const channels = await client.alerts.channels.list({});
        output.document(channels);
        if (channels.length === 0) return output.say(say('nothingYet'));
        return output.table([say('colChannel'), say('colKind'), say('colWhere'), say('colState'), say('colWaiting'), say('colFallback')], channels.map((each) => rowOf(host.words, each)), { right: [4] });
      })
    );
  channel
    .command('test <name>')
    .description(say('channelTest'))
    .action((name: string, _options: object, command: Command) => host.withClient(command, {}, (call) => testChannels(call, name)));
  channel
    .command('rm <name>')
    .description(say('channelRm'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        await client.alerts.channels.remove({ channel: name });
        output.document({ removed: name });
        output.say(say('channelRemoved', { name }));
      })
    );
}

/** All of them, or one. The exit code says whether each was delivered. */
export async function testChannels({ client, output }: Call, wanted: string | undefined): Promise<number> {
  const { say, reason } = output.words;
  const names = wanted === undefined ? (await client.alerts.channels.list({})).filter(({ enabled }) => enabled).map(({ name }) => name) : [wanted];
  const results: { channel: string; ok: boolean; error: string | null }[] = [];
  for (const channel of names) {
    const { ok, error } = await client.alerts.channels.test({ channel });
    results.push({ channel, ok, error });
    output.say(ok ? say('channelTestOk', { name: channel }) : say('channelTestFailed', { name: channel, reason: reason(error ?? '') }));
  }
  output.document(results);
  return results.every(({ ok }) => ok) ? exitCodes.done : exitCodes.failed;
}

function targetOf(options: AddOptions, { say }: Words): ChannelTarget {
  const { desktop, webhook, mailTo } = options;
  if ([desktop, webhook, mailTo].filter((each) => each !== undefined).length !== 1) return fail('BAD_INPUT', 'no kind of channel', { field: '--webhook', reason: say('channelKindNeeded') });
  if (desktop) return { kind: 'desktop' };
  if (webhook !== undefined) return { kind: 'webhook', url: webhook };
  const to = mailTo ?? [];
  const security = securityOf(options.mailSecurity, say);
  const server = options.mailServer ?? fail('BAD_INPUT', 'no mail server', { field: '--mail-server', reason: say('channelServerNeeded') });
  return { kind: 'email', ...serverOf(server, security, say), security, user: options.mailUser ?? null, from: options.mailFrom ?? to[0] ?? '', to };
}

/** What is not said stays. */
function targetAfter(before: ChannelTarget, { webhook, mailTo, mailFrom, mailServer, mailUser, mailSecurity }: EditOptions, { say }: Words): ChannelTarget {
  if (webhook !== undefined) return before.kind === 'webhook' ? { kind: 'webhook', url: webhook } : fail('BAD_INPUT', 'no webhook', { field: '--webhook', reason: say('channelOtherKind') });
  const mail = [mailTo, mailFrom, mailServer, mailUser, mailSecurity].some((each) => each !== undefined);
  if (!mail) return before;
  if (before.kind !== 'email') return fail('BAD_INPUT', 'no e-mail', { field: '--mail-to', reason: say('channelOtherKind') });
  const security = mailSecurity === undefined ? before.security : securityOf(mailSecurity, say);
  return { ...before, security, ...(mailServer !== undefined && serverOf(mailServer, security, say)), ...(mailUser !== undefined && { user: mailUser }), ...(mailFrom !== undefined && { from: mailFrom }), ...(mailTo !== undefined && { to: mailTo }) };
}

function securityOf(text: string, say: Words['say']): keyof typeof ports {
  return text === 'tls' || text === 'starttls' || text === 'none' ? text : fail('BAD_INPUT', 'unknown security', { field: '--mail-security', reason: say('channelSecurityForm') });
}

function serverOf(server: string, security: keyof typeof ports, say: Words['say']): { host: string; port: number } {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:\s]+)(?::(\d{1,5}))?$/.exec(server) ?? fail('BAD_INPUT', 'bad mail server', { field: '--mail-server', reason: say('channelServerForm') });
  return { host: (host ?? '').replace(/^\[|\]$/g, ''), port: port === undefined ? ports[security] : Number(port) };
}

async function secretOf({ secret, passwordStdin }: Pick<AddOptions, 'secret' | 'passwordStdin'>, { say }: Words): Promise<ChannelSecret | undefined> {
  if (secret !== undefined) return { kind: 'reference', secret };
  if (!passwordStdin) return undefined;
  const value = (await readStandardInput(20_000)).toString('utf8').replace(/\r?\n$/, '');
  return value === '' ? fail('BAD_INPUT', 'empty password', { field: 'password', reason: say('emptyPassword') }) : { kind: 'value', value };
}

function rowOf({ say, language, reason }: Words, { name, enabled, target, lastDelivery, deadSince, fallback, waiting }: Channel): string[] {
  const when = (at: string): string => formatWhen(language, new Date(at), new Date());
  const where = target.kind === 'email' ? target.to.join(', ') : target.kind === 'webhook' ? target.url : '';
  const state = !enabled ? say('channelOff') : deadSince !== null ? `${say('channelDead', { when: when(deadSince) })}: ${reason(lastDelivery?.error ?? '')}` : lastDelivery === null ? say('channelUnused') : lastDelivery.ok ? say('channelWell', { when: when(lastDelivery.at) }) : reason(lastDelivery.error ?? '');
  return [name, target.kind, where, state, formatNumber(language, waiting), fallback ?? ''];
}
