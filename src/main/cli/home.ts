// varve init, varve doctor
import type { Command } from 'commander';
import { describeCheck } from '../../contract/copy/doctor.ts';
import { fail } from '../engine/kit/errors.ts';
import { askHidden, canAsk } from './ask.ts';
import { examples, type Host } from './command.ts';
import { exitCodes, reportFailure } from './failure.ts';
import type { Words } from './words.ts';

export function addHomeCommands(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('init')
    .description(say('init'))
    .option('--store <keyring|vault>', say('optionStore'))
    .addHelpText('after', examples(host.words, ['varve init', 'VARVE_VAULT_PASSPHRASE_FILE=~/.varve-pass varve init --store vault']))
    .action((options: { store?: string }, command: Command) =>
      host.withClient(command, { mayBeMissing: true }, async ({ client, output }) => {
        const { keyring } = await client.system.secretStores({});
        const store = options.store ?? (keyring.available ? 'keyring' : 'vault');
        if (store !== 'keyring' && store !== 'vault') fail('BAD_INPUT', 'unknown store', { field: '--store', reason: 'must be keyring or vault' });
        const passphrase = store === 'vault' ? await newPassphrase(host.words) : undefined;
        const status = await client.system.init({ secretStore: store, ...(passphrase !== undefined && { passphrase }) });
        output.say(say('homeMade', { path: status.homePath, store: say(store === 'keyring' ? 'storeKeyring' : 'storeVault') }));
        output.say(say('nextRepo'));
        output.document(status);
      })
    );
  program
    .command('doctor')
    .description(say('doctor'))
    .action((_options: object, command: Command) =>
      host.withClient(command, { mayBeBroken: true }, async ({ client, output, failure }) => {
        const { checks } = await client.system.doctor({});
        output.document({ checks });
        const marks = { well: '+', attention: '!', broken: 'x', unknown: '?' } as const;
        for (const check of checks) {
          const { name, sentence } = describeCheck(host.words.language, check);
          output.say(`${marks[check.state]} ${name}: ${sentence}`);
          if (check.detail !== '' && check.state !== 'well') output.say(`    ${host.words.reason(check.detail)}`);
        }
        if (failure !== undefined) return reportFailure(output, failure);
        if (checks.some((check) => check.state === 'broken')) return exitCodes.failed;
        return checks.some((check) => check.state === 'attention') ? exitCodes.gaps : exitCodes.done;
      })
    );
}

/** undefined: the engine takes it from the environment, as it does when it opens the vault later. */
async function newPassphrase(words: Words): Promise<string | undefined> {
  if (process.env['VARVE_VAULT_PASSPHRASE'] || process.env['VARVE_VAULT_PASSPHRASE_FILE']) return undefined;
  if (!canAsk()) fail('BAD_INPUT', 'no passphrase', { field: 'passphrase', reason: words.say('passphraseNeeded') });
  const first = await askHidden(words.say('askNewPassphrase'));
  const second = await askHidden(words.say('askPasswordAgain'));
  if (first !== second) fail('BAD_INPUT', 'passphrases differ', { field: 'passphrase', reason: words.say('passwordsDiffer') });
  return first;
}
