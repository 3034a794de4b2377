// varve job export|import
import type { Command } from 'commander';
import type { VarveClient } from '../../contract/index.ts';
import type { ImportPreview } from '../../contract/jobs.ts';
import { changesBetween } from '../engine/jobs/index.ts';
import { cancelled, fail } from '../engine/kit/errors.ts';
import { readStandardInput } from './ask.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { describeTimes, describeWork } from './job-words.ts';
import { makeSure } from './make-sure.ts';
import { writeNewFile } from './new-file.ts';
import type { Output } from './output.ts';
import { readSmallFile } from './small-file.ts';
import { followTask } from './task-follower.ts';

const limitBytes = 8_388_608;

interface ImportOptions {
  crontab?: boolean;
  system?: boolean;
  tz?: string;
  dryRun?: boolean;
  yes?: boolean;
}

export function addJobFileCommands(job: Command, host: Host): void {
  const { say } = host.words;
  job
    .command('export [file]')
    .description(say('jobExport'))
    .addHelpText('after', examples(host.words, ['varve job export jobs.json', 'varve job export | git hash-object --stdin']))
    .action((file: string | undefined, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const exported = await client.jobs.export({});
        const text = `${JSON.stringify(exported, null, 2)}\n`;
        if (file === undefined) {
          if (output.json) return output.document(exported);
          return void process.stdout.write(text);
        }
        const path = writeNewFile(file, text);
        output.document({ path, jobs: exported.jobs.length });
        return output.say(say('jobExported', { count: exported.jobs.length, path }));
      })
    );
  job
    .command('import <file>')
    .description(say('jobImport'))
    .option('--crontab', say('optionImportCrontab'))
    .option('--system', say('optionImportSystem'))
    .option('--tz <zone>', say('optionImportTz'))
    .option('-n, --dry-run', say('optionImportDryRun'))
    .option('--yes', say('optionImportYes'))
    .addHelpText('after', examples(host.words, ['varve job import jobs.json --dry-run', 'crontab -l | varve job import --crontab - --dry-run', 'crontab -l | varve job import --crontab - --yes', 'varve job import --crontab --system /etc/crontab']))
    .action((file: string, options: ImportOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output, signal }) => {
        if (options.crontab !== true && (options.system === true || options.tz !== undefined)) fail('BAD_INPUT', 'of crontabs only', { field: options.system === true ? '--system' : '--tz', reason: say('jobOnlyWith', { option: '--crontab' }) });
        const text = file === '-' ? (await readStandardInput(limitBytes)).toString('utf8') : readSmallFile(file, limitBytes);
        const source = options.crontab === true ? { kind: 'crontab' as const, text, system: options.system === true, ...(options.tz !== undefined && { zone: options.tz }) } : { kind: 'file' as const, text };
        const preview = await client.jobs.import.preview({ source });
        if (!output.json) showPreview(output, preview);
        const count = preview.add.length + preview.change.length;
        if (options.dryRun === true || count === 0) {
          output.document(preview);
          return preview.refused.length > 0 ? exitCodes.gaps : exitCodes.done;
        }
        await makeSure(options.yes, output, { question: 'importSure', needsYes: 'importNeedsYes' });
        // What there was is kept before anything of it is taken over.
        const copy = options.crontab === true ? await keepCrontab(client, text, output, signal) : undefined;
        const done = await client.jobs.import.apply({ source, token: preview.token });
        output.document({ ...done, refused: preview.refused });
        output.say(say('imported', { added: done.added.length, changed: done.changed.length, same: done.same.length }));
        if (copy !== undefined) {
          const { report } = await client.legacy.migrated({ id: copy, jobs: [...done.added, ...done.changed] });
          output.say(say('importedCrontab'));
          output.say(say('legacyReport', { path: report }));
          output.say(say('legacyBack', { id: copy }));
        }
        return preview.refused.length > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
}

/** Returns the copy's id. */
async function keepCrontab(client: VarveClient, text: string, output: Output, signal: AbortSignal): Promise<string> {
  const { taskId } = await client.legacy.backup({ crontab: { kind: 'text', text } });
  const result = await followTask(client, taskId, output, signal);
  if (result.kind !== 'legacy') throw cancelled();
  output.say(output.words.say('legacyCopied', { folder: result.backup.folder }));
  return result.backup.id;
}

function showPreview(output: Output, { add, change, same, refused, notes }: ImportPreview): void {
  const { words } = output;
  const { say, reason } = words;
  for (const definition of add) output.say(say('importAdd', { name: definition.name, what: describeWork(words, definition), when: describeTimes(words, definition) }));
  for (const { name, before, after } of change) output.say(say('importChange', { name, settings: changesBetween(before, after).map(({ setting }) => setting).join(', ') }));
  if (same.length > 0) output.say(say('importSame', { names: same.join(', ') }));
  for (const { at, text, reason: why } of refused) output.say(say('importRefused', { at, text: text.trim(), reason: reason(why) }));
  const byNote = new Map<ImportPreview['notes'][number]['note'], string[]>();
  for (const { name, note } of notes) byNote.set(note, [...(byNote.get(note) ?? []), name]);
  if (byNote.size > 0) output.say(say('importDiffers'));
  for (const [note, names] of byNote) output.say(say('importNote', { note: say(`importNote_${note}`), names: names.join(', ') }));
}
