// varve rollback: a folder is put back to how it was, as one action. What it is, a restore in place that replaces and deletes, it says before it begins.
import type { Command } from 'commander';
import { formatBytes, formatExact } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { RestoreInput, RestorePreview } from '../../contract/snapshots.ts';
import { treePathOf } from '../../contract/tree-path.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, repositoryThreads, wholeNumber, type Host } from './command.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import { absolutePath, isBelow } from './paths.ts';
import { restoreOne } from './restore.ts';
import { showPreview } from './restore-preview.ts';

interface RollbackOptions {
  at?: string;
  to?: string;
  plan?: string;
  preview?: boolean;
  limit: number;
  yes?: true;
}

export function addRollbackCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('rollback <path>')
    .description(say('rollback'))
    .option('--at <time>', say('optionRollbackAt'))
    .option('--to <snapshot>', say('optionRollbackTo'))
    .option('--plan <name>', say('optionRollbackPlan'))
    .option('--preview', say('optionPreview'))
    .option('--limit <count>', say('optionPreviewLimit'), wholeNumber('--limit'), 1000)
    .option('--yes', say('optionYes'))
    .addHelpText('after', examples(host.words, ['varve rollback ~/thesis/figures --at 2026-11-20', 'varve rollback ~/thesis --preview', 'varve rollback ~/thesis/data --to 1a2b3c4d --yes']))
    .action((path: string, options: RollbackOptions, command: Command) =>
      host.withClient(command, { long: true, threads: [...repositoryThreads('repository.session'), ['snapshots.restore']] }, async ({ client, output, signal }) => {
        const folder = absolutePath(path);
        const asked: RestoreInput = { snapshot: await snapshotFor(client, folder, options, host), target: null, include: [treePathOf(folder)], exclude: [], conflict: 'replace', choices: [], deleteExtra: true, modes: true };
        if (options.preview) return showPreview(client, output, asked, options.limit);
        const preview = await client.restores.preview(asked);
        if (!preview.enoughSpace) fail('NO_SPACE', 'not enough space', { path: folder });
        await agree(output, preview, folder, options.yes);
        // Exactly what was looked at, or nothing.
        return restoreOne(client, output, { ...asked, snapshot: preview.snapshot.id, token: preview.token }, signal);
      })
    );
}

/** The newest of the plan that is whole, or the one of a time, of the only plan that holds the path where none is named. */
async function snapshotFor(client: VarveClient, folder: string, { at, to, plan }: RollbackOptions, { words: { say } }: Host): Promise<string> {
  if (to !== undefined) {
    if (at !== undefined || plan !== undefined) fail('BAD_INPUT', 'two ways to say which', { field: '--to', reason: say('rollbackOneWay') });
    return to;
  }
  const holding = plan === undefined ? (await client.plans.list({})).filter(({ paths }) => paths.some((path) => isBelow(path, folder))).map(({ name }) => name) : [plan];
  const [only] = holding;
  if (only === undefined || holding.length > 1) return fail('BAD_INPUT', 'which plan', { field: '--plan', reason: holding.length > 1 ? say('rollbackSeveral', { list: holding.join(', ') }) : say('rollbackNoPlan', { path: folder }) });
  return `${only}@${at ?? 'last-valid'}`;
}

async function agree(output: Output, preview: RestorePreview, folder: string, yes: true | undefined): Promise<void> {
  const { say, language } = output.words;
  const { snapshot, newFiles, replacedFiles, deletedEntries, deletedBytes } = preview;
  const facts = { path: folder, id: snapshot.shortId, when: formatExact(language, new Date(snapshot.at)), files: newFiles, replaced: replacedFiles, deleted: deletedEntries, bytes: formatBytes(language, deletedBytes) };
  output.note(say('rollbackWould', facts));
  await makeSure(yes, output, { question: 'rollbackSure', needsYes: 'rollbackNeedsYes' });
}

