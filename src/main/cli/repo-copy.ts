// varve repo copy
import type { Command } from 'commander';
import { formatBytes } from '../../contract/copy/values.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { followTask } from './task-follower.ts';

/** `repo`: the group the command belongs to. */
export function addRepoCopyCommand(repo: Command, host: Host): void {
  const { say, language, reason } = host.words;
  repo
    .command('copy <from> <to>')
    .description(say('repoCopy'))
    .option('--snapshot <id>', say('optionCopySnapshot'), collect)
    .addHelpText('after', examples(host.words, ['varve repo copy usb nas', 'varve repo copy usb nas --snapshot latest']))
    .action((from: string, to: string, options: { snapshot?: string[] }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { taskId } = await client.maintenance.copy({ from, to, ...(options.snapshot && { snapshots: options.snapshot }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'copy') return exitCodes.failed;
        const { report } = result;
        output.document(report);
        output.say(say('repoCopyDone', { count: report.copied.length, from, to, present: report.present, stored: formatBytes(language, report.bytes.stored) }));
        for (const each of report.failed) output.say(say('repoCopyFailed', { id: each.snapshot.slice(0, 8), reason: reason(each.reason) }));
        if (!report.samePieces && report.copied.length > 0) output.say(say('repoCopyPieces', { to }));
        return report.failed.length > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
}
