// varve restore
import type { Command } from 'commander';
import { formatBytes } from '../../contract/copy/values.ts';
import { Conflict } from '../../contract/snapshots.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, examples, repositoryThreads, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';

interface RestoreOptions {
  at?: string;
  plan?: string;
  target?: string;
  include?: string[];
  exclude?: string[];
  conflict: string;
  dryRun?: boolean;
  owners?: boolean;
}

export function addRestoreCommand(program: Command, host: Host): void {
  const { say, language } = host.words;
  program
    .command('restore [snapshot]')
    .description(say('restore'))
    .option('--at <time>', say('optionAt'))
    .option('--plan <name>', say('optionPlan'))
    .option('--target <folder>', say('optionTarget'))
    .option('--include <path>', say('optionInclude'), collect)
    .option('--exclude <path>', say('optionRestoreExclude'), collect)
    .option('--conflict <keep|replace|newer|both>', say('optionConflict'), 'keep')
    .option('--owners', say('optionOwners'))
    .option('--dry-run', say('optionDryRun'))
    .addHelpText('after', examples(host.words, ['varve restore latest --target ~/restored', 'varve restore --at 2026-11-20T10:00 --plan thesis --include /home/me/thesis/figures --target /tmp/figures']))
    .action((snapshot: string | undefined, options: RestoreOptions, command: Command) =>
      host.withClient(command, { long: true, threads: [...repositoryThreads('repository.session'), ['snapshots.restore']] }, async ({ client, output, signal }) => {
        const conflict = Conflict.safeParse(options.conflict);
        if (!conflict.success) fail('BAD_INPUT', 'unknown policy', { field: '--conflict', reason: 'must be keep, replace, newer or both' });
        const input = {
          snapshot: nameOf(snapshot, options, host),
          target: absolutePath(options.target ?? fail('BAD_INPUT', 'no target', { field: '--target', reason: say('restoreTargetNeeded') })),
          include: options.include ?? [],
          exclude: options.exclude ?? [],
          conflict: conflict.data,
          ...(options.owners !== undefined && { owners: options.owners })
        };
        if (options.dryRun) {
          const preview = await client.restores.preview(input);
          output.document(preview);
          output.say(
            say('previewLine', {
              files: preview.newFiles,
              bytes: formatBytes(language, preview.newBytes),
              replaced: preview.replacedFiles,
              beside: preview.besideFiles,
              kept: preview.keptFiles,
              identical: preview.identicalFiles,
              free: formatBytes(language, preview.freeBytes)
            })
          );
          for (const { path, action } of preview.conflicts) output.say(`  ${action}: ${path}`);
          if (!preview.enoughSpace) output.say(say('previewNoSpace'));
          return preview.enoughSpace ? exitCodes.done : exitCodes.failed;
        }
        const { taskId } = await client.restores.start(input);
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'restore') return exitCodes.failed;
        const { report } = result;
        output.document(report);
        output.say(say('restoreDone', { count: report.files, identical: report.identical }));
        if (report.kept > 0) output.say(say('restoreKept', { count: report.kept }));
        if (report.replaced > 0) output.say(say('restoreReplaced', { count: report.replaced }));
        if (report.beside > 0) output.say(say('restoreBeside', { count: report.beside }));
        if (report.degraded.length > 0) output.say(say('degraded', { list: report.degraded.map(({ what, count }) => `${host.words.reason(what)} (${count})`).join(', ') }));
        if (report.skippedCount > 0) showGaps(output, say('restoreSkipped', { count: report.skippedCount }), report.skipped, report.skippedCount);
        return report.skippedCount > 0 || report.identical < report.files ? exitCodes.gaps : exitCodes.done;
      })
    );
}

function nameOf(snapshot: string | undefined, { at, plan }: RestoreOptions, host: Host): string {
  if (snapshot !== undefined) return snapshot;
  if (at === undefined) return fail('BAD_INPUT', 'no snapshot', { field: 'snapshot', reason: host.words.say('snapshotNeeded') });
  if (plan === undefined) return fail('BAD_INPUT', 'no plan', { field: '--plan', reason: host.words.say('atNeedsPlan') });
  return `${plan}@${at}`;
}
