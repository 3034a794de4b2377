// varve check, also as varve repo check: is a repository whole, with all, some or none of its data read back.
import type { Command } from 'commander';
import { formatBytes, formatExact } from '../../contract/copy/values.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, repositoryThreads, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { followTask } from './task-follower.ts';

interface CheckOptions {
  /** `true`: everything. */
  readData?: true | number;
  readWithin?: number;
}

export function addCheckCommand(parent: Command, host: Host): void {
  const { say, language, reason } = host.words;
  parent
    .command('check <name>')
    .description(say('repoCheck'))
    .option('--read-data [percent]', say('optionReadData'), percentage)
    .option('--read-within <days>', say('optionReadWithin'), wholeNumber('--read-within'))
    .addHelpText('after', examples(host.words, ['varve check usb', 'varve check usb --read-data', 'varve check usb --read-data=10', 'varve check usb --read-within 30']))
    .action((name: string, options: CheckOptions, command: Command) =>
      host.withClient(command, { long: true, threads: repositoryThreads('repository.check') }, async ({ client, output, signal }) => {
        const { readData, readWithin } = options;
        const { taskId } = await client.repositories.check({
          repository: name,
          readData: readData === true,
          ...(typeof readData === 'number' && { readPercent: readData }),
          ...(readWithin !== undefined && { readWithinDays: readWithin })
        });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'check') return exitCodes.failed;
        const { report } = result;
        output.document(report);
        for (const finding of report.findings) output.say(`  ${finding.severity === 'error' ? 'x' : '-'} ${finding.code}: ${reason(finding.what)}${finding.detail === '' ? '' : ` (${reason(finding.detail)})`}`);
        const read = report.packsRead > 0 ? say('checkRead', { bytes: formatBytes(language, report.bytesRead) }) : '';
        output.say(report.ok ? say('checkOk', { name, count: report.snapshots, packs: report.packs, blobs: report.blobs, read }) : say('checkBad', { name, errors: report.errors }));
        if (!report.ok) output.say(say('checkRepairNext', { name }));
        const { never, packs, oldestAt } = report.coverage;
        if (never > 0) output.say(say('checkNever', { count: never, packs }));
        else if (oldestAt !== null) output.say(say('checkOldest', { when: formatExact(language, new Date(oldestAt)) }));
        return report.ok ? exitCodes.done : exitCodes.integrity;
      })
    );
}

function percentage(text: string): number {
  const percent = Number(text.replace(/%$/, ''));
  if (!/^\d+(?:\.\d+)?%?$/.test(text) || percent <= 0 || percent > 100) fail('BAD_INPUT', 'not a percentage', { field: '--read-data', reason: `"${text}" is not a percentage from 0 to 100` });
  return percent;
}
