// varve job purge: runs and what they printed go for good, after a copy of them was written and read back
import type { Command } from 'commander';
import { formatBytes } from '../../contract/copy/values.ts';
import { cancelled, fail } from '../engine/kit/errors.ts';
import { askYes, canAsk } from './ask.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { exactOr, shortId } from './job-words.ts';
import { momentOf } from './typed-values.ts';

interface PurgeOptions {
  before: string;
  dryRun?: boolean;
  confirm?: string;
}

export function addJobPurgeCommand(job: Command, host: Host): void {
  const { words } = host;
  const { say, language } = words;
  job
    .command('purge [job]')
    .description(say('jobPurge'))
    .requiredOption('--before <time>', say('optionPurgeBefore'))
    .option('-n, --dry-run', say('optionPurgeDryRun'))
    .option('--confirm <name>', say('optionPurgeConfirm'))
    .addHelpText('after', examples(words, ['varve job purge nightly --before 90d --dry-run', 'varve job purge nightly --before 2026-01-01 --confirm nightly', 'varve job purge --before 365d --confirm all']))
    .action((name: string | undefined, options: PurgeOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output }) => {
        const until = momentOf(options.before, { option: '--before', nowMs: Date.now(), direction: -1, words });
        const of = { ...(name !== undefined && { job: name }), until };
        const preview = await client.runs.purge.preview(of);
        output.say(preview.runs === 0 ? say('purgeNothing', { until: exactOr(words, until) }) : say('purgeWould', { count: preview.runs, bytes: formatBytes(language, preview.outputBytes), from: exactOr(words, preview.from), to: exactOr(words, preview.to) }));
        for (const { id, why } of preview.kept) output.say(say('purgeKept', { id: shortId(id), why: say(`purgeKept_${why}`) }));
        if (options.dryRun === true || preview.runs === 0) {
          output.document(preview);
          return exitCodes.done;
        }
        const word = name ?? 'all';
        if (options.confirm === undefined) {
          if (output.json || !canAsk()) return fail('BAD_INPUT', 'nobody can be asked', { field: '--confirm', reason: say('purgeNeedsConfirm', { word }) });
          if (!(await askYes(say('purgeSure', { word }), [word.toLowerCase()]))) throw cancelled();
        } else if (options.confirm !== word) return fail('BAD_INPUT', 'another word', { field: '--confirm', reason: say('purgeNeedsConfirm', { word }) });
        const report = await client.runs.purge.run({ ...of, token: preview.token });
        output.document(report);
        output.say(say('purged', { count: report.runs, bytes: formatBytes(language, report.outputBytes), file: report.file, sha256: report.sha256 }));
        return exitCodes.done;
      })
    );
}
