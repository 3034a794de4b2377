// varve prune
import type { Command } from 'commander';
import { formatBytes } from '../../contract/copy/values.ts';
import type { MaxUnused, PruneReport } from '../../contract/maintenance.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { followTask } from './task-follower.ts';
import type { Words } from './words.ts';

interface PruneOptions {
  dryRun?: boolean;
  maxUnused: string;
}

export function addPruneCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('prune <repository>')
    .description(say('prune'))
    .option('--dry-run', say('optionPruneDryRun'))
    .option('--max-unused <amount>', say('optionMaxUnused'), '5%')
    .addHelpText('after', examples(host.words, ['varve prune usb --dry-run', 'varve prune usb --max-unused 0']))
    .action((repository: string, options: PruneOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const maxUnused = parseMaxUnused(options.maxUnused, host.words);
        const { taskId } = await client.maintenance.prune({ repository, dryRun: options.dryRun ?? false, maxUnused });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'prune') return exitCodes.failed;
        output.document(result.report);
        showPrune(output, result.report);
        return exitCodes.done;
      })
    );
}

/** `5%`, `200M`, `0`, `unlimited`. Letters count in 1024, as in restic. */
export function parseMaxUnused(text: string, { say }: Words): MaxUnused {
  if (text === 'unlimited') return { kind: 'unlimited' };
  const [, number = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?)([%kmgt]?)b?$/i.exec(text.trim()) ?? [];
  const value = Number(number);
  if (unit === '%' && number !== '' && value <= 99.9) return { kind: 'percent', percent: value };
  const bytes = Math.floor(value * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase()));
  if (number === '' || unit === '%' || !Number.isSafeInteger(bytes)) return fail('BAD_INPUT', 'not an amount', { field: '--max-unused', reason: say('badMaxUnused') });
  return { kind: 'bytes', bytes };
}

function showPrune(output: Output, report: PruneReport): void {
  const { say, language } = output.words;
  const size = (bytes: number): string => formatBytes(language, bytes);
  const { bytes, packs } = report;
  const sizes = { freed: size(bytes.freed), before: size(bytes.before), after: size(bytes.after), unused: size(bytes.unusedAfter) };
  if (report.reasons.length === 0) return output.say(say('pruneNothing', sizes));
  output.say(say(report.dryRun ? 'pruneWould' : 'pruneDone', sizes));
  output.say(say('prunePacks', { kept: packs.kept, removed: packs.removed, repacked: packs.repacked, written: size(bytes.written) }));
  for (const { reason, packs: count, bytes: each } of report.reasons) output.say(`    ${say(`pruneReason_${reason}`, { packs: count, bytes: size(each) })}`);
}
