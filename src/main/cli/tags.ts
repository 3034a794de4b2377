// varve tag, pin, unpin, note
import type { Command } from 'commander';
import type { TagReport } from '../../contract/keeping.ts';
import type { VarveClient } from '../../contract/index.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { followTask } from './task-follower.ts';

export function addTagCommands(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('tag <snapshots...>')
    .description(say('tag'))
    .option('--add <tag>', say('optionTagAdd'), collect)
    .option('--remove <tag>', say('optionTagRemove'), collect)
    .option('--set <tag>', say('optionTagSet'), collect)
    .addHelpText('after', examples(host.words, ['varve tag thesis@latest --add submitted', 'varve tag 1a2b3c4d 5e6f7a8b --remove draft --add v2']))
    .action((snapshots: string[], options: { add?: string[]; remove?: string[]; set?: string[] }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { taskId } = await client.keeping.tags.change({ snapshots, add: options.add ?? [], remove: options.remove ?? [], ...(options.set && { set: options.set }) });
        return finish(client, taskId, output, signal, 'tagChanged');
      })
    );
  for (const pinned of [true, false]) {
    program
      .command(pinned ? 'pin <snapshots...>' : 'unpin <snapshots...>')
      .description(say(pinned ? 'pin' : 'unpin'))
      .addHelpText('after', examples(host.words, [pinned ? 'varve pin thesis@latest' : 'varve unpin 1a2b3c4d']))
      .action((snapshots: string[], _options: object, command: Command) =>
        host.withClient(command, { long: true }, async ({ client, output, signal }) => {
          const { taskId } = await client.keeping.tags.pin({ snapshots, pinned });
          return finish(client, taskId, output, signal, pinned ? 'pinnedNow' : 'unpinnedNow');
        })
      );
  }
  program
    .command('note <snapshot> <text>')
    .description(say('note'))
    .addHelpText('after', examples(host.words, ['varve note thesis@latest "before the second review"', 'varve note 1a2b3c4d ""']))
    .action((snapshot: string, text: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const noted = await client.keeping.notes.set({ snapshot, text });
        output.document(noted);
        output.say(say(text === '' ? 'noteGone' : 'noteSet', { id: noted.shortId }));
      })
    );
}

async function finish(client: VarveClient, taskId: string, output: Output, signal: AbortSignal, words: 'tagChanged' | 'pinnedNow' | 'unpinnedNow'): Promise<number> {
  const { say } = output.words;
  const result = await followTask(client, taskId, output, signal);
  if (result.kind !== 'tag') return exitCodes.failed;
  const { report }: { report: TagReport } = result;
  output.document(report);
  for (const { from, to, tags } of report.changed) {
    const own = tags.filter((tag) => !tag.startsWith('varve-')).join(', ');
    output.say(say(words, { from: from.slice(0, 8), to: to.slice(0, 8), tags: own === '' ? say('noTags') : own }));
  }
  if (report.unchanged > 0) output.say(say('tagUnchanged', { count: report.unchanged }));
  return exitCodes.done;
}
