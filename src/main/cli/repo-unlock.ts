// varve repo unlock
import type { Command } from 'commander';
import { formatExact } from '../../contract/copy/values.ts';
import type { LockInfo } from '../../contract/keeping.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';

interface UnlockOptions {
  dryRun?: boolean;
  removeAll?: boolean;
  yes?: boolean;
}

export function addRepoUnlockCommand(repo: Command, host: Host): void {
  const { say } = host.words;
  repo
    .command('unlock <repository>')
    .description(say('repoUnlock'))
    .option('-n, --dry-run', say('optionUnlockDryRun'))
    .option('--remove-all', say('optionUnlockAll'))
    .option('--yes', say('optionUnlockYes'))
    .addHelpText('after', examples(host.words, ['varve repo unlock usb --dry-run', 'varve repo unlock usb']))
    .action((repository: string, options: UnlockOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        const locks = await client.keeping.locks.list({ repository });
        showLocks(locks, output);
        if (options.dryRun === true) {
          output.document({ locks });
          return exitCodes.done;
        }
        if (options.removeAll === true && locks.length > 0) await makeSure(options.yes, output, { question: 'unlockSure', needsYes: 'unlockNeedsYes' });
        const { removed, left } = await client.keeping.locks.remove({ repository, which: options.removeAll === true ? 'all' : 'stale' });
        output.document({ removed, left });
        if (locks.length === 0 && removed.length === 0) return exitCodes.done;
        output.say(say('unlockedCount', { count: removed.length, left: left.length }));
        if (options.removeAll !== true && left.some((lock) => !lock.mine)) output.say(say('unlockLeft'));
        return exitCodes.done;
      })
    );
}

function showLocks(locks: readonly LockInfo[], output: Output): void {
  const { say, language } = output.words;
  if (locks.length === 0) return output.say(say('lockNone'));
  output.table(
    [say('colLock'), say('colHolder'), say('colLockKind'), say('colLockSince'), say('colLockState')],
    locks.map((lock) => [
      lock.id.slice(0, 8),
      lock.damage === null ? `${lock.username || '?'}@${lock.hostname || '?'} (PID ${lock.pid})` : '',
      lock.damage === null ? say(lock.exclusive ? 'lockExclusive' : 'lockShared') : '',
      lock.since === null ? '' : formatExact(language, new Date(lock.since)),
      stateOf(lock, output)
    ])
  );
}

function stateOf(lock: LockInfo, { words: { say, reason } }: Output): string {
  if (lock.damage !== null) return say('lockDamaged', { reason: reason(lock.damage) });
  if (lock.mine) return say('lockMine');
  const process = say(lock.alive === null ? 'lockElsewhere' : lock.alive ? 'lockAlive' : 'lockGone');
  return lock.stale && lock.alive !== false ? `${process}, ${say('lockOld')}` : process;
}
