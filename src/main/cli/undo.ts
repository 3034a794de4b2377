// varve undo
import type { Command } from 'commander';
import { formatExact } from '../../contract/copy/values.ts';
import type { UndoableRestore } from '../../contract/snapshots.ts';
import { examples, repositoryThreads, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';

export function addUndoCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('undo [restore]')
    .description(say('undo'))
    .addHelpText('after', examples(host.words, ['varve undo', 'varve undo 01932b6e-5a1c']))
    .action((restore: string | undefined, _options: object, command: Command) =>
      host.withClient(command, { long: restore !== undefined, threads: restore === undefined ? [] : [...repositoryThreads('repository.session'), ['snapshots.restore']] }, async ({ client, output, signal }) => {
        if (restore === undefined) return list(output, await client.restores.undoable({}));
        const { taskId } = await client.restores.undo({ restore });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'restore') return exitCodes.failed;
        const { report } = result;
        output.document(report);
        output.say(say('undoDone', { replaced: report.files + report.links, deleted: report.deleted, metadata: report.metadata }));
        if (report.degraded.length > 0) output.say(say('degraded', { list: report.degraded.map(({ what, count }) => `${host.words.reason(what)} (${count})`).join(', ') }));
        if (report.skippedCount > 0) showGaps(output, say('undoKept', { count: report.skippedCount }), report.skipped, report.skippedCount);
        return report.skippedCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
}

function list(output: Output, restores: readonly UndoableRestore[]): number {
  const { say, language } = output.words;
  output.document(restores);
  if (restores.length === 0) output.say(say('nothingYet'));
  else
    output.table(
      [say('colRestore'), say('colTime'), say('colState'), say('colPlan'), say('colId'), say('colSafety')],
      restores.map((one) => [one.id, formatExact(language, new Date(one.at)), say(one.undoneAt !== null ? 'undoState_undone' : one.finished ? 'undoState_done' : 'undoState_cut'), one.planName ?? one.repositoryName, one.snapshotId.slice(0, 8), one.safetySnapshotId?.slice(0, 8) ?? ''])
    );
  return exitCodes.done;
}
