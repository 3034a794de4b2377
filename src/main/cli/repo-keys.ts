// varve repo key list|add|change|remove|use
import type { Command } from 'commander';
import { formatExact } from '../../contract/copy/values.ts';
import type { PasswordSource } from '../../contract/repository.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { passwordOf, type PasswordOptions } from './repo-password.ts';
import type { Words } from './words.ts';

interface NewPasswordOptions {
  newPasswordFile?: string;
  newPasswordEnv?: string;
  newPasswordSecret?: string;
  newPasswordStdin?: boolean;
}

export function addRepoKeyCommands(repo: Command, host: Host): void {
  const { say, language, reason } = host.words;
  const key = repo.command('key').description(say('repoKey'));
  const newPassword = (command: Command): Command =>
    command.option('--new-password-file <file>', say('optionNewPasswordFile')).option('--new-password-env <variable>', say('optionNewPasswordEnv')).option('--new-password-secret <name>', say('optionNewPasswordSecret')).option('--new-password-stdin', say('optionNewPasswordStdin'));
  const sourceOf = ({ newPasswordFile, newPasswordEnv, newPasswordSecret, newPasswordStdin }: NewPasswordOptions) =>
    passwordOf({ ...(newPasswordFile !== undefined && { passwordFile: newPasswordFile }), ...(newPasswordEnv !== undefined && { passwordEnv: newPasswordEnv }), ...(newPasswordSecret !== undefined && { passwordSecret: newPasswordSecret }), ...(newPasswordStdin !== undefined && { passwordStdin: newPasswordStdin }) }, host.words, true, 'askNewPassword');

  key
    .command('list <repository>')
    .description(say('repoKeyList'))
    .action((repository: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const keys = await client.keeping.keys.list({ repository });
        output.document(keys);
        output.table(
          [say('colId'), say('colMadeBy'), say('colMadeAt'), say('colState')],
          keys.map((one) => [one.id.slice(0, 8), one.damage === null ? `${one.username}@${one.hostname}` : '', one.createdAt === null ? '' : formatExact(language, new Date(one.createdAt)), one.damage === null ? (one.current ? say('keyInUse') : '') : reason(one.damage)])
        );
      })
    );
  newPassword(key.command('add <repository>').description(say('repoKeyAdd')))
    .addHelpText('after', examples(host.words, ['varve repo key add usb', 'varve repo key add usb --new-password-file ~/.second-pass']))
    .action((repository: string, options: NewPasswordOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        const added = await client.keeping.keys.add({ repository, password: await sourceOf(options) });
        output.document(added);
        output.say(say('keyAdded', { id: added.id.slice(0, 8) }));
      })
    );
  newPassword(key.command('change <repository>').description(say('repoKeyChange')))
    .addHelpText('after', examples(host.words, ['varve repo key change usb', 'varve repo key change usb --new-password-file ~/.new-pass']))
    .action((repository: string, options: NewPasswordOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        const password = await sourceOf(options);
        const changed = await client.keeping.keys.change({ repository, password });
        output.document(changed);
        output.say(say(changed.removed === null ? 'keyChangedOldStays' : 'keyChanged', { id: changed.id.slice(0, 8), name: repository }));
        output.say(keptWhere(password, host.words));
        return changed.removed === null ? exitCodes.gaps : exitCodes.done;
      })
    );
  key
    .command('remove <repository> <key>')
    .description(say('repoKeyRemove'))
    .addHelpText('after', examples(host.words, ['varve repo key remove usb 1a2b3c4d']))
    .action((repository: string, id: string, _options: object, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        const removed = await client.keeping.keys.remove({ repository, key: id });
        output.document(removed);
        output.say(say('keyRemovedDone', { id: removed.id.slice(0, 8) }));
      })
    );
  key
    .command('use <repository>')
    .description(say('repoKeyUse'))
    .option('--password-file <file>', say('optionPasswordFile'))
    .option('--password-env <variable>', say('optionPasswordEnv'))
    .option('--password-secret <name>', say('optionPasswordSecret'))
    .option('--password-stdin', say('optionPasswordStdin'))
    .addHelpText('after', examples(host.words, ['varve repo key use usb', 'varve repo key use usb --password-file ~/.usb-pass']))
    .action((repository: string, options: PasswordOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        output.document(await client.repositories.usePassword({ repository, password: await passwordOf(options, host.words, false) }));
        output.say(say('keyUsedNow', { name: repository }));
      })
    );
}

/** Where the new password is to be found from now on. */
function keptWhere(password: PasswordSource, { say }: Words): string {
  if (password.kind === 'value') return say('keyKeptStore');
  if (password.kind === 'file') return say('keyKeptFile', { place: password.path });
  return password.kind === 'environment' ? say('keyKeptEnvironment', { place: password.variable }) : say('keyKeptSecret', { place: password.name });
}
