// varve package unpack
import { Option, type Command } from 'commander';
import { formatBytes } from '../../contract/copy/values.ts';
import type { UnpackReport } from '../../contract/packages.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { passphraseOf } from './package-passphrase.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';

interface UnpackOptions {
  existing: 'refuse' | 'keep' | 'replace';
  path?: string[];
}

export function addPackageUnpack(group: Command, host: Host): void {
  const { words } = host;
  const { say } = words;
  group
    .command('unpack <package> <folder>')
    .description(say('packageUnpack'))
    .addOption(new Option('--existing <what>', say('optionUnpackExisting')).choices(['refuse', 'keep', 'replace']).default('refuse'))
    .option('--path <path>', say('optionUnpackPath'), collect)
    .addHelpText('after', examples(words, ['varve package unpack papers_backup_20261128_030405.zip ~/back', 'varve package unpack papers_backup_20261128_030405.zip ~/back --path files/notes --existing keep']))
    .action((path: string, folder: string, { existing, path: paths = [] }: UnpackOptions, command: Command) =>
      host.withClient(command, { long: true, mayBeMissing: true, mayBeBroken: true }, async ({ client, output, signal }) => {
        const file = absolutePath(path);
        const passphrase = await passphraseOf({ files: createNodeFiles() }, file, words.say('askPackageOpen'));
        const { taskId } = await client.packages.unpack({ path: file, target: absolutePath(folder), existing, paths, ...(passphrase !== undefined && { key: { passphrase } }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'unpack') return exitCodes.failed;
        output.document(result.report);
        show(output, result.report);
        return result.report.refusedCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
}

function show(output: Output, { target, files, bytes, kept, replaced, refused, refusedCount }: UnpackReport): void {
  const { say, language } = output.words;
  output.say(say('packageUnpacked', { count: files, size: formatBytes(language, bytes), target }));
  if (kept > 0) output.say(say('packageKept', { count: kept }));
  if (replaced > 0) output.say(say('packageReplaced', { count: replaced }));
  if (refusedCount > 0) showGaps(output, say('packageNotUnpacked', { count: refusedCount }), refused, refusedCount);
}
