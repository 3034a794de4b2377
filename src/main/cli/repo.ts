// varve repo add|list; `varve repo check` is in check.ts.
import type { Command } from 'commander';
import { fail } from '../engine/kit/errors.ts';
import { addCheckCommand } from './check.ts';
import { examples, type Host } from './command.ts';
import { absolutePath } from './paths.ts';
import { addRepoCopyCommand } from './repo-copy.ts';
import { addRepoKeyCommands } from './repo-keys.ts';
import { passwordOf, type PasswordOptions } from './repo-password.ts';
import { addRepoRepairCommands } from './repo-repair.ts';
import { addRepoUnlockCommand } from './repo-unlock.ts';

interface AddOptions extends PasswordOptions {
  path: string;
  mode: string;
}

export function addRepoCommands(program: Command, host: Host): void {
  const { say } = host.words;
  const repo = program.command('repo').description(say('repo'));
  repo
    .command('add <name>')
    .description(say('repoAdd'))
    .requiredOption('--path <folder>', say('optionPath'))
    .option('--mode <mode>', say('optionMode'), 'auto')
    .option('--password-file <file>', say('optionPasswordFile'))
    .option('--password-env <variable>', say('optionPasswordEnv'))
    .option('--password-secret <name>', say('optionPasswordSecret'))
    .option('--password-stdin', say('optionPasswordStdin'))
    .addHelpText('after', examples(host.words, ['varve repo add usb --path /media/me/T7/varve', 'varve repo add old --path /backup/restic --password-file ~/.restic-pass --mode open']))
    .action((name: string, options: AddOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { mode } = options;
        if (mode !== 'auto' && mode !== 'create' && mode !== 'open') fail('BAD_INPUT', 'unknown mode', { field: '--mode', reason: 'must be create, open or auto' });
        const path = absolutePath(options.path);
        const { kind } = await client.repositories.probe({ path });
        const password = await passwordOf(options, host.words, kind !== 'restic' && mode !== 'open');
        const added = await client.repositories.add({ name, path, mode, password });
        output.document(added);
        output.say(added.created ? say('repoCreated', { name, path }) : say('repoOpened', { name, path, count: added.snapshots }));
      })
    );
  repo
    .command('list')
    .description(say('repoList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const repositories = await client.repositories.list({});
        output.document(repositories);
        if (repositories.length === 0) return output.say(`${say('nothingYet')} ${say('nextRepo')}`);
        const states = { ready: 'stateReady', absent: 'stateAbsent', other: 'stateOther', unreadable: 'stateUnreadable' } as const;
        return output.table(
          [say('colName'), say('colState'), say('colPath')],
          repositories.map((one) => [one.name, say(states[one.state]), one.path])
        );
      })
    );
  addCheckCommand(repo, host);
  addRepoCopyCommand(repo, host);
  addRepoRepairCommands(repo, host);
  addRepoKeyCommands(repo, host);
  addRepoUnlockCommand(repo, host);
}
