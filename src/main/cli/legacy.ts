// varve legacy backup|list|restore
import type { Command } from 'commander';
import { formatBytes, formatExact, formatNumber } from '../../contract/copy/values.ts';
import type { LegacyBackup } from '../../contract/legacy.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';

export function addLegacyCommands(program: Command, host: Host): void {
  const { words } = host;
  const { say } = words;
  const group = program.command('legacy').description(say('legacy'));
  group
    .command('backup [folder]')
    .description(say('legacyBackup'))
    .option('--no-crontab', say('optionLegacyNoCrontab'))
    .addHelpText('after', examples(words, ['varve legacy backup ~/scripts', 'varve legacy backup', 'varve legacy backup /srv/data --no-crontab']))
    .action((folder: string | undefined, { crontab }: { crontab: boolean }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { taskId } = await client.legacy.backup({ ...(folder !== undefined && { path: absolutePath(folder) }), ...(crontab && { crontab: { kind: 'own' as const } }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'legacy') return exitCodes.failed;
        output.document(result.backup);
        showCopy(output, result.backup);
        return result.backup.skippedCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
  group
    .command('list')
    .description(say('legacyList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { language } = output.words;
        const copies = await client.legacy.list({});
        output.document(copies);
        if (copies.length === 0) output.say(say('nothingYet'));
        else
          output.table(
            [say('colId'), say('colTime'), say('colPath'), say('colCrontab'), say('colFiles'), say('colSize')],
            copies.map(({ id, createdAt, source, crontab, files, bytes }) => [id, formatExact(language, new Date(createdAt)), source ?? '', say(crontab ? 'yesWord' : 'noWord'), formatNumber(language, files), formatBytes(language, bytes)]),
            { right: [4, 5] }
          );
      })
    );
  group
    .command('restore <copy>')
    .description(say('legacyRestore'))
    .option('--to <folder>', say('optionLegacyTo'))
    .option('--no-files', say('optionLegacyNoFiles'))
    .option('--no-crontab', say('optionLegacyKeepCrontab'))
    .option('--yes', say('optionLegacyYes'))
    .addHelpText('after', examples(words, ['varve legacy restore 20261128', 'varve legacy restore 20261128 --to ~/scripts-before --no-crontab', 'varve legacy restore 20261128-2 --no-files --yes']))
    .action((id: string, options: { to?: string; files: boolean; crontab: boolean; yes?: boolean }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        await makeSure(options.yes, output, { question: 'legacySure', needsYes: 'legacyNeedsYes' });
        const { taskId } = await client.legacy.restore({ id, files: options.files, crontab: options.crontab, ...(options.to !== undefined && { target: absolutePath(options.to) }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'legacy-restore') return exitCodes.failed;
        const { restored } = result;
        output.document(restored);
        if (restored.target !== null) output.say(say('legacyFilesBack', { count: restored.files, target: restored.target }));
        if (restored.movedAside !== null) output.say(say('legacyMovedAside', { path: restored.movedAside }));
        if (restored.crontab) output.say(say('legacyCrontabBack'));
        if (restored.paused.length > 0) output.say(say('legacyPaused', { names: restored.paused.join(', ') }));
        output.say(say('legacyReport', { path: restored.report }));
        return exitCodes.done;
      })
    );
}

function showCopy(output: Output, { id, folder, source, files, bytes, crontab, skipped, skippedCount }: LegacyBackup): void {
  const { say, language } = output.words;
  output.say(say('legacyCopied', { folder }));
  if (source !== null) output.say(say('legacyCopiedFiles', { count: files, size: formatBytes(language, bytes), source }));
  if (crontab) output.say(say('legacyCopiedCrontab'));
  if (skippedCount > 0) showGaps(output, say('legacySkipped', { count: skippedCount }), skipped, skippedCount);
  output.say(say('legacyBack', { id }));
}
