// varve token create|list|revoke
import type { Command } from 'commander';
import { formatWhen } from '../../contract/copy/values.ts';
import { Scope } from '../../contract/gateway.ts';
import { fail } from '../engine/kit/errors.ts';
import { wholeNumber, type Host } from './command.ts';

export function addTokenCommands(program: Command, host: Host): void {
  const { say, language } = host.words;
  const token = program.command('token').description(say('token'));
  token
    .command('create <label>')
    .description(say('tokenCreate'))
    .option('--scope <owner|read|append>', say('optionScope'), 'owner')
    .option('--days <count>', say('optionDays'), wholeNumber('--days'))
    .action((label: string, options: { scope: string; days?: number }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const scope = Scope.safeParse(options.scope);
        if (!scope.success) fail('BAD_INPUT', 'unknown scope', { field: '--scope', reason: 'must be owner, read or append' });
        const made = await client.gateway.tokens.create({ label, scope: scope.data, ...(options.days !== undefined && { expiresInDays: options.days }) });
        output.document(made);
        output.say(say('tokenMade', { label, scope: made.token.scope }));
        output.say(made.value);
      })
    );
  token
    .command('list')
    .description(say('tokenList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const tokens = await client.gateway.tokens.list({});
        output.document(tokens);
        if (tokens.length === 0) return output.say(say('nothingYet'));
        const when = (at: string | null): string => (at === null ? '-' : formatWhen(language, new Date(at), new Date()));
        return output.table(
          [say('colId'), say('colLabel'), say('colScope'), say('colCreated'), say('colExpires'), say('colUsed'), say('colState')],
          tokens.map((one) => [one.id, one.label, one.scope, when(one.createdAt), when(one.expiresAt), when(one.lastUsedAt), one.revokedAt === null ? '' : say('revoked')])
        );
      })
    );
  token
    .command('revoke <id>')
    .description(say('tokenRevoke'))
    .action((id: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const revoked = await client.gateway.tokens.revoke({ id });
        output.document(revoked);
        output.say(say('tokenRevoked', { label: revoked.label }));
      })
    );
}
