// varve drill
import { InvalidArgumentError, type Command } from 'commander';
import { formatBytes, formatExact, formatNumber } from '../../contract/copy/values.ts';
import type { DrillReport } from '../../contract/drills.ts';
import { examples, repositoryThreads, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';

interface DrillOptions {
  share?: number;
  all?: true;
  in?: string;
  check: boolean;
  plan?: string;
}

const usualShare = 0.05;

export function addDrillCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('drill [snapshot]')
    .description(say('drill'))
    .option('--share <percent>', say('optionShare'), shareOf(say('drillShareForm')))
    .option('--all', say('optionDrillAll'))
    .option('--in <folder>', say('optionDrillIn'))
    .option('--no-check', say('optionDrillNoCheck'))
    .option('--plan <name>', say('optionDrillPlan'))
    .addHelpText('after', examples(host.words, ['varve drill thesis@latest', 'varve drill 1a2b3c4d --all --in /mnt/scratch', 'varve drill --plan thesis']))
    .action((snapshot: string | undefined, options: DrillOptions, command: Command) =>
      host.withClient(command, { long: snapshot !== undefined, threads: snapshot === undefined ? [] : [...repositoryThreads('repository.session'), ['snapshots.restore']] }, async ({ client, output, signal }) => {
        if (snapshot === undefined) return list(output, await client.drills.list({ plan: options.plan }));
        const { taskId } = await client.drills.start({ snapshot, share: options.all ? 1 : (options.share ?? usualShare), folder: options.in === undefined ? undefined : absolutePath(options.in), check: options.check });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'drill') return exitCodes.failed;
        output.document(result.report);
        print(output, result.report);
        return result.report.ok ? exitCodes.done : exitCodes.gaps;
      })
    );
}

/** `5` or `5%`. */
function shareOf(form: string): (text: string) => number {
  return (text) => {
    const percent = Number(text.replace(/%$/, ''));
    if (text.trim() === '' || !(percent > 0 && percent <= 100)) throw new InvalidArgumentError(form);
    return percent / 100;
  };
}

function print(output: Output, { files, ofFiles, bytes, failed, failedCount, check, ok, snapshotShortId }: DrillReport): void {
  const { say, reason, language } = output.words;
  output.say(say('drillDone', { count: files, of: formatNumber(language, ofFiles), bytes: formatBytes(language, bytes), id: snapshotShortId }));
  if (failedCount > 0) showGaps(output, say('drillFailed', { count: failedCount }), failed, failedCount);
  if (check !== null) output.say(check.ok ? say('drillCheckDone', { program: check.program }) : say('drillCheckFailed', { program: check.program, reason: reason(check.reason ?? '') }));
  output.say(say(ok ? 'drillOk' : 'drillNotOk'));
}

function list(output: Output, drills: readonly DrillReport[]): number {
  const { say, language } = output.words;
  output.document(drills);
  if (drills.length === 0) output.say(say('nothingYet'));
  else
    output.table(
      [say('colTime'), say('colId'), say('colPlan'), say('colState'), say('colFiles'), say('colSize')],
      drills.map(({ at, snapshotShortId, planName, ok, files, ofFiles, bytes }) => [formatExact(language, new Date(at)), snapshotShortId, planName ?? '', say(ok ? 'drillStateOk' : 'drillStateFailed'), say('drillOf', { files: formatNumber(language, files), of: formatNumber(language, ofFiles) }), formatBytes(language, bytes)]),
      { right: [4, 5] }
    );
  return exitCodes.done;
}
