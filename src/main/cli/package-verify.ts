// varve package verify
import type { Command } from 'commander';
import { verdictLines } from '../../contract/copy/verdict.ts';
import { formatBytes, formatExact, formatNumber } from '../../contract/copy/values.ts';
import type { PackageCheck } from '../../contract/packages.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { passphraseOf } from './package-passphrase.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';

export function addPackageVerify(group: Command, host: Host): void {
  const { words } = host;
  group
    .command('verify <package>')
    .description(words.say('packageVerify'))
    .addHelpText('after', examples(words, ['varve package verify /media/stick/backup-eventlog-20261128-030405.tar.gz', 'varve package verify papers_backup_20261128_030405.zip.age']))
    .action((path: string, _options: object, command: Command) =>
      host.withClient(command, { long: true, mayBeMissing: true, mayBeBroken: true }, async ({ client, output, signal }) => {
        const file = absolutePath(path);
        const passphrase = await passphraseOf({ files: createNodeFiles() }, file, words.say('askPackageOpen'));
        const { taskId } = await client.packages.verify({ path: file, ...(passphrase !== undefined && { key: { passphrase } }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'package-check') return exitCodes.failed;
        output.document(result.check);
        show(output, result.check);
        return isSound(result.check) ? exitCodes.done : exitCodes.integrity;
      })
    );
}

function isSound({ problemCount, log }: PackageCheck): boolean {
  return problemCount === 0 && log?.chainValid !== false && log?.verdict?.kind !== 'broken';
}

function show(output: Output, { path, createdAt, sourceFolder, files, bytes, problems, problemCount, log }: PackageCheck): void {
  const { say, language } = output.words;
  output.say(say('packageFacts', { path, count: files, size: formatBytes(language, bytes) }));
  if (createdAt !== null) output.say(say('packageMadeAt', { at: formatExact(language, new Date(createdAt)), source: sourceFolder ?? '' }));
  if (log !== null) output.say(say(log.chainValid ? 'packageLogHolds' : 'packageLogBroken', { events: formatNumber(language, log.events), count: log.segments }));
  if (log !== null) showHeld(output, log);
  if (log !== null && log.detail !== null) output.say(output.words.reason(log.detail));
  const verdict = log?.verdict;
  if (verdict) for (const line of verdictLines(language, verdict)) output.say(line);
  if (problemCount === 0) output.say(say('packageWhole'));
  else showGaps(output, say('packageNotWhole', { count: problemCount }), problems, problemCount);
}

function showHeld(output: Output, { holds, keys, restorable }: NonNullable<PackageCheck['log']>): void {
  const { say } = output.words;
  if (holds !== null) output.say(say('packageHolds', { ...holds }));
  if (keys) output.say(say('packageHoldsKeys'));
  if (!restorable) output.say(say('packageNotRestorable'));
}
