// varve history
import type { Command } from 'commander';
import type { FileHistory, HistoryStretch, HistoryVersion } from '../../contract/history.ts';
import { formatBytes, formatExact, formatNumber } from '../../contract/copy/values.ts';
import { examples, repositoryThreads, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { sayWhereNobodyLooked } from './looked.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { followTask } from './task-follower.ts';
import type { Words } from './words.ts';

interface HistoryOptions {
  plan?: string;
  repo?: string;
  renames: boolean;
}

export function addHistoryCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('history <path>')
    .description(say('history'))
    .option('--plan <name>', say('optionHistoryPlan'))
    .option('--repo <name>', say('optionHistoryRepo'))
    .option('--no-renames', say('optionNoRenames'))
    .addHelpText(
      'after',
      examples(host.words, [
        'varve history ~/thesis/draft.tex',
        'varve history ~/thesis/draft.tex --plan thesis --no-renames --json',
        'varve cat 1a2b3c4d /home/me/thesis/draft.tex > earlier.tex',
        'varve diff 1a2b3c4d thesis@latest --path /home/me/thesis',
        'varve restore 1a2b3c4d --include /home/me/thesis/draft.tex --target ~/earlier'
      ])
    )
    .action((path: string, options: HistoryOptions, command: Command) =>
      host.withClient(command, { long: true, threads: [...repositoryThreads('repository.session'), ['snapshots.history']] }, async ({ client, output, signal }) => {
        const { taskId } = await client.history.start({ path: inSnapshots(path) ? path : absolutePath(path), plan: options.plan, repository: options.repo, renames: options.renames });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'history') return exitCodes.failed;
        const { history } = result;
        output.document(history);
        print(history, output);
        const unreadable = history.unreadable.length > 0 || history.absent.length > 0 || history.stretches.some(({ state }) => state === 'unreadable') || history.lost.some(({ why }) => why === 'unreadable');
        if (unreadable) return exitCodes.gaps;
        return history.versionCount === 0 ? exitCodes.notFound : exitCodes.done;
      })
    );
}

/** On Windows a path as snapshots have it (`/C/Users/me`) is none of the computer's. */
function inSnapshots(path: string): boolean {
  return process.platform === 'win32' && path.startsWith('/');
}

function print(history: FileHistory, output: Output): void {
  const { say } = output.words;
  sayWhereNobodyLooked(history, output);
  const rows = rowsOf(history, output.words);
  if (history.versionCount === 0) output.say(say('historyNone', { path: history.label }));
  if (rows.length > 0) output.table([say('colId'), say('colNewest'), say('colOldest'), say('colSize'), say('colChanged'), say('colHeldBy'), say('colRemarks')], rows, { right: [3, 5] });
  if (history.versionCount > history.versions.length) output.say(say('historyMore', { count: history.versionCount - history.versions.length }));
  for (const { why, in: where, labels } of history.lost) output.say(why === 'several' ? say('historySeveral', { id: where.shortId, list: labels.join(', ') }) : say('historyLost', { id: where.shortId }));
}

/** A line for each version at the newest place it is met, and one for each time nothing was there since it first was. */
function rowsOf({ versions, stretches, label }: FileHistory, words: Words): string[][] {
  const told = new Set<number>();
  const lastHeld = stretches.findLastIndex(({ state }) => state === 'held');
  const rows: string[][] = [];
  for (const [at, stretch] of stretches.entries()) {
    const { state, version } = stretch;
    if (state !== 'held') {
      if (at < lastHeld || state === 'unreadable') rows.push(gapRow(stretch, words));
    } else if (version !== null && !told.has(version)) {
      told.add(version);
      rows.push(versionRow(versions[version] as HistoryVersion, returned(stretches, version), label, words));
    }
  }
  return rows;
}

/** Does another version lie between two of its stretches? */
function returned(stretches: readonly HistoryStretch[], version: number): boolean {
  const held = stretches.filter(({ state }) => state === 'held').map((stretch) => stretch.version);
  return held.slice(held.indexOf(version), held.lastIndexOf(version)).some((other) => other !== version);
}

function versionRow(version: HistoryVersion, again: boolean, asked: string, words: Words): string[] {
  const { say, language } = words;
  const { newest, oldest, type } = version;
  const kind = type === 'file' ? [] : type === 'dir' ? [say('historyFolder')] : type === 'symlink' ? [say('historyLink', { target: version.linkTarget ?? '' })] : [say('historyOther')];
  const elsewhere = version.places.map(({ label }) => label).filter((label, _, all) => label !== asked || all.length > 1);
  const remarks = [
    ...kind,
    ...elsewhere.map((path) => say('historyAt', { path })),
    ...(again ? [say('historyAgain')] : []),
    ...(version.metadata.length > 0 ? [say('historyMetadata', { list: version.metadata.map((part) => say(`history_${part}`)).join(', ') })] : [])
  ];
  return [newest.shortId, exact(newest.at, words), exact(oldest.at, words), type === 'file' ? formatBytes(language, version.sizeBytes) : '', exact(version.modifiedAt, words), formatNumber(language, version.snapshotCount), remarks.join('; ')];
}

function gapRow({ state, newest, oldest, snapshotCount, reason }: HistoryStretch, words: Words): string[] {
  const { say, language } = words;
  const remark = state === 'absent' ? say('historyNotThere') : state === 'unsure' ? say('historyUnsure') : say('historyUnreadable', { reason: words.reason(reason ?? '') });
  return [newest.shortId, exact(newest.at, words), exact(oldest.at, words), '', '', formatNumber(language, snapshotCount), remark];
}

function exact(time: string, { language }: Words): string {
  return formatExact(language, new Date(time));
}
