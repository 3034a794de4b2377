// varve secret set|list|rotate|back|expire|reveal|uses|rm
import type { Command } from 'commander';
import { describeReason } from '../../contract/copy/reasons.ts';
import { storageWords } from '../../contract/copy/storage.ts';
import { formatExact, formatWhen } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import { usualKeepHours, type NamedSecret, type SecretStorage } from '../../contract/secrets.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { fail } from '../engine/kit/errors.ts';
import { passphraseFromEnvironment } from '../engine/secrets/index.ts';
import { askHidden, canAsk } from './ask.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import { argvOf } from './plan-hooks.ts';
import { secretValue } from './secret-value.ts';

interface ValueOptions {
  fromFile?: string;
  expires?: string;
}

export function addSecretCommands(program: Command, host: Host): void {
  const { words } = host;
  const { say } = words;
  const secret = program.command('secret').description(say('secret'));
  const value = (command: Command): Command => command.option('--from-file <file>', say('optionFromFile')).option('--expires <date>', say('optionExpires'));

  value(secret.command('set <name>'))
    .description(say('secretSet'))
    .addHelpText('after', examples(words, ['varve secret set github --expires 2027-03-01', 'varve secret set deploy-key --from-file ~/.ssh/deploy', 'pass show mail | varve secret set mail']))
    .action((name: string, options: ValueOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const expiresAt = expiryOf(options.expires);
        const made = await client.secrets.set({ name, value: await secretValue(options.fromFile, words), expiresAt });
        output.document(made);
        output.say(say('secretMade', { name }));
        warn(output, made);
      })
    );
  secret
    .command('list')
    .description(say('secretList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const answer = await client.secrets.list({});
        output.document(answer);
        show(output, answer);
      })
    );
  value(secret.command('rotate <name>'))
    .description(say('secretRotate'))
    .option('--keep <hours>', say('optionKeepHours'), wholeNumber('--keep'))
    .option('--test-command <program>', say('optionTestCommand'))
    .option('--test-limit <seconds>', say('optionTestLimit'), wholeNumber('--test-limit'))
    .addHelpText('after', examples(words, ['varve secret rotate github', `varve secret rotate db --from-file new --test-command '["psql", "-c", "select 1"]'`, 'varve secret rotate leaked --keep 0']))
    .action((name: string, options: ValueOptions & { keep?: number; testCommand?: string; testLimit?: number }, command: Command) =>
      host.withClient(command, { long: options.testCommand !== undefined }, async ({ client, output }) => {
        const expiresAt = expiryOf(options.expires);
        const test = options.testCommand === undefined ? undefined : { argv: argvOf(options.testCommand, '--test-command'), folder: process.cwd(), ...(options.testLimit !== undefined && { timeLimitSeconds: options.testLimit }) };
        const made = await client.secrets.rotate({ name, value: await secretValue(options.fromFile, words), expiresAt, keepHours: options.keep ?? usualKeepHours, test });
        output.document(made);
        output.say(say('secretRotated', { name, version: made.version }));
        sayKept(output, made);
        warn(output, made);
      })
    );
  secret
    .command('back <name>')
    .description(say('secretBack'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const now = await client.secrets.switchBack({ name });
        output.document(now);
        output.say(say('secretSwitchedBack', { name, version: now.version }));
        sayKept(output, now);
      })
    );
  secret
    .command('expire <name> <date>')
    .description(say('secretExpire'))
    .addHelpText('after', examples(words, ['varve secret expire github 2027-03-01', 'varve secret expire github never']))
    .action((name: string, date: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const now = await client.secrets.setExpiry({ name, expiresAt: date === 'never' ? null : expiryOf(date, 'date') });
        output.document(now);
        output.say(now.expiresAt === null ? say('secretNeverExpires', { name }) : say('secretExpires', { name, when: formatExact(words.language, new Date(now.expiresAt)) }));
      })
    );
  secret
    .command('reveal <name>')
    .description(say('secretReveal'))
    .option('--version-number <number>', say('optionVersionNumber'), wholeNumber('--version-number'))
    .option('-y, --yes', say('optionRevealYes'))
    .action((name: string, options: { versionNumber?: number; yes?: true }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        await makeSure(options.yes, output, { question: 'askReveal', needsYes: 'revealNeedsYes' });
        const { value: shown, version } = await client.secrets.reveal({ name, version: options.versionNumber, passphrase: await passphraseFor(client, output) });
        output.document({ name, version, value: shown });
        if (!output.json) process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
      })
    );
  secret
    .command('uses <name>')
    .description(say('secretUses'))
    .option('-n, --limit <count>', say('optionLimit'), wholeNumber('--limit'), 50)
    .action((name: string, options: { limit: number }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const uses = await client.secrets.uses({ name, limit: options.limit });
        output.document(uses);
        if (uses.length === 0) return output.say(say('secretNeverUsed', { name }));
        return output.table(
          [say('colTime'), say('colVersion'), say('colWho'), say('colPurpose'), say('colState')],
          uses.map(({ at, version, by, purpose, outcome, code }) => [formatExact(words.language, new Date(at)), `v${version}`, by, purpose === 'reveal' ? say('purposeReveal') : purpose, outcome === 'given' ? '' : outcome === 'begun' ? say('secretBegun') : say('secretNotGiven', { code: code ?? '' })])
        );
      })
    );
  secret
    .command('rm <name>')
    .description(say('secretRemove'))
    .option('-y, --yes', say('optionSecretYes'))
    .action((name: string, options: { yes?: true }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const known = (await client.secrets.list({})).secrets.find((each) => each.name === name) ?? fail('NOT_FOUND', `no secret ${name}`, { kind: 'secret', name });
        for (const { kind, name: user } of known.usedBy) output.note(say('secretUsedBy', { what: `${say(kind === 'job' ? 'kindJob' : kind === 'channel' ? 'kindChannel' : kind === 'packages' ? 'kindPackages' : 'kindRepository')} ${user}` }));
        await makeSure(options.yes, output, { question: 'askSecretRemove', needsYes: 'secretRemoveNeedsYes' });
        output.document(await client.secrets.remove({ name, evenIfUsed: true }));
        output.say(say('secretRemoved', { name }));
      })
    );
}

function show({ table, say: tell, note, words: { say, language } }: Output, { secrets, storage }: { secrets: readonly NamedSecret[]; storage: SecretStorage }): void {
  const when = (at: string | null): string => (at === null ? '-' : formatWhen(language, new Date(at), new Date()));
  if (secrets.length === 0) tell(say('nothingYet'));
  else
    table(
      [say('colName'), say('colVersion'), say('colChanged'), say('colExpires'), say('colUsed'), say('colUsedBy'), say('colKept')],
      secrets.map((each) => [each.name, `v${each.version}`, when(each.changedAt), `${when(each.expiresAt)}${each.expiry === 'expired' ? ` ${say('secretExpiredMark')}` : ''}`, when(each.lastUsed?.at ?? null), each.usedBy.map(({ name }) => name).join(', ') || '-', say(each.place === 'keyring' ? 'placeKeyring' : each.place === 'vault' ? 'placeVault' : 'placeMissing')])
    );
  const { place, protects } = storageWords(language, { ...storage, store: storage.detail });
  if (storage.state === 'open') note(`${say('secretsKeptIn', { place })} ${protects}`);
  else note(say(storage.state === 'locked' ? 'secretsLocked' : 'secretsUnavailable', { place, reason: describeReason(language, storage.detail) }));
}

/** A date means the end of that day here; with a time it means that moment. Throws BAD_INPUT. */
function expiryOf(typed: string | undefined, field = '--expires'): string | null {
  if (typed === undefined) return null;
  const at = new Date(/^\d{4}-\d{2}-\d{2}$/.test(typed) ? `${typed}T23:59:59` : typed);
  if (Number.isNaN(at.getTime())) fail('BAD_INPUT', 'not a date', { field, reason: `"${typed}" is not a date; write 2027-03-01` });
  return at.toISOString();
}

/** A vault that a person opened is asked for again before anything of it is shown. */
async function passphraseFor(client: VarveClient, { words: { say } }: Output): Promise<string | undefined> {
  const { storage } = await client.secrets.list({});
  if (storage.passphraseFrom !== 'person') return undefined;
  return passphraseFromEnvironment(createNodeFiles(), process.env) ?? (canAsk() ? await askHidden(say('askPassphraseAgain')) : undefined);
}

function sayKept({ say: tell, words: { say, language } }: Output, { versions }: NamedSecret): void {
  const kept = versions.find(({ keepUntil }) => keepUntil !== null);
  if (kept !== undefined && kept.keepUntil !== null) tell(say('secretKept', { version: kept.version, when: formatExact(language, new Date(kept.keepUntil)) }));
}

function warn({ note, words: { say } }: Output, { maskable }: NamedSecret): void {
  if (!maskable) note(say('secretTooShort'));
}
