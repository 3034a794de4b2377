// varve diff
import type { Command } from 'commander';
import type { Change, ChangeKind, Comparison } from '../../contract/compare.ts';
import { formatBytes } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Inside, InsideRow } from '../../contract/inside.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Host, wholeNumber } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { showGaps } from './snapshot.ts';
import { metricsOf, printMetrics, type BothMetrics } from './diff-metrics.ts';
import { filesToLookInto, lookInside, printInside, reportFormOf, rowsOf, writeComparisonReport, type Compared, type FilePair, type Looking } from './diff-content.ts';
import { absolutePath } from './paths.ts';
import { followTask } from './task-follower.ts';

interface DiffOptions {
  live?: boolean;
  exact?: boolean;
  path?: string;
  metadata?: boolean;
  limit: number;
  content?: true | string[];
  nowAt?: string;
  bytes?: boolean;
  report?: string;
}

export function addDiffCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('diff <from> [to]')
    .description(say('diff'))
    .option('--live', say('optionDiffLive'))
    .option('--exact', say('optionDiffExact'))
    .option('--path <folder>', say('optionDiffPath'))
    .option('--metadata', say('optionDiffMetadata'))
    .option('--content [paths...]', say('optionDiffContent'))
    .option('--now-at <path>', say('optionDiffNowAt'))
    .option('--bytes', say('optionDiffBytes'))
    .option('--report <file>', say('optionDiffReport'))
    .option('--limit <count>', say('optionDiffLimit'), wholeNumber('--limit'), 1000)
    .addHelpText('after', examples(host.words, ['varve diff thesis@2026-11-01T00:00 thesis@latest', 'varve diff latest --live', 'varve diff 1a2b3c4d latest --content ~/thesis/results.csv', 'varve diff latest --live --report changes.html', 'varve diff 1a2b3c4d 5e6f7a8b --path /home/me/thesis/figures --json']))
    .action((from: string, to: string | undefined, options: DiffOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        checkOptions(options, to, say);
        const form = options.report === undefined ? undefined : reportFormOf(options.report, output);
        const looking = { client, output, signal };
        if (options.nowAt !== undefined) {
          const [path] = options.content as string[];
          return showMoved(looking, { from, to: to ?? null }, { path: absolutePath(path as string), toPath: absolutePath(options.nowAt) }, options);
        }
        const { taskId } = await client.compare.start({ from, to: to ?? null, exact: options.exact ?? false, ...(options.path !== undefined && { fromPath: options.path }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'compare') return exitCodes.failed;
        const { comparison } = result;
        const compared: Compared = { from, to: to ?? null, folder: `/${(options.path ?? '').split('/').filter((name) => name !== '').join('/')}`, comparison };
        const kinds: ChangeKind[] = ['added', 'removed', 'content', 'type', 'moved', ...(options.metadata ? (['metadata'] as const) : [])];
        const { pairs, more } = options.content === undefined ? { pairs: [], more: 0 } : await filesToLookInto(client, compared, options.content === true ? undefined : options.content, options.limit);
        const report = options.report !== undefined && form !== undefined ? await writeComparisonReport(looking, compared, options.report, form) : undefined;
        const metrics = await metricsOf(client, comparison);
        if (output.json) await printDocument(looking, compared, pairs, options, { report, metrics });
        else {
          if (options.content === undefined) {
            await printChanges(client, output, comparison, kinds, report === undefined ? options.limit : 0);
            printMetrics(output, metrics);
          }
          for (const pair of pairs) await printInside(looking, await lookInside(looking, compared, pair, options.bytes), options.limit);
          if (more > 0) output.say(say('diffMoreFiles', { count: more }));
          if (options.content === true && pairs.length === 0) printTotals(output, comparison);
        }
        if (report !== undefined) output.say(say('diffReportWritten', { path: report }));
        return comparison.gapCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
}

const pageSize = 1000;

async function* changesOf(client: VarveClient, comparison: string, kinds: ChangeKind[] | undefined, limit: number): AsyncIterable<Change> {
  for (let offset = 0; offset < limit; ) {
    const { changes } = await client.compare.list({ comparison, offset, limit: Math.min(pageSize, limit - offset), ...(kinds && { kinds }) });
    yield* changes;
    if (changes.length === 0) return;
    offset += changes.length;
  }
}

async function printDocument(looking: Looking, compared: Compared, pairs: readonly FilePair[], { limit, bytes }: DiffOptions, { report, metrics }: { report: string | undefined; metrics: BothMetrics | undefined }): Promise<void> {
  const { client, output } = looking;
  const changes: Change[] = [];
  for await (const change of changesOf(client, compared.comparison.id, undefined, limit)) changes.push(change);
  const contents: object[] = [];
  for (const pair of pairs) contents.push(await documentOf(looking, await lookInside(looking, compared, pair, bytes), limit));
  output.document({ ...compared.comparison, changes, ...(metrics !== undefined && { metrics }), ...(contents.length > 0 && { contents }), ...(report !== undefined && { report }) });
}

async function documentOf({ client }: Looking, inside: Inside, limit: number): Promise<object> {
  const differences: InsideRow[] = [];
  for await (const row of rowsOf(client, inside)) {
    if (differences.length >= limit) break;
    differences.push(row);
  }
  return { ...inside, differences };
}

/** One file that was moved: nothing else is compared. */
async function showMoved(looking: Looking, sides: Pick<Compared, 'from' | 'to'>, pair: FilePair, { limit, bytes }: DiffOptions): Promise<number> {
  const inside = await lookInside(looking, sides, pair, bytes);
  if (looking.output.json) looking.output.document({ contents: [await documentOf(looking, inside, limit)] });
  else await printInside(looking, inside, limit);
  return exitCodes.done;
}

function checkOptions({ live, content, nowAt, bytes }: DiffOptions, to: string | undefined, say: Host['words']['say']): void {
  if (live && to !== undefined) fail('BAD_INPUT', 'two second sides', { field: '--live', reason: say('diffTwo') });
  if (!live && to === undefined) fail('BAD_INPUT', 'no second side', { field: 'to', reason: say('diffNeedsSecond') });
  if (nowAt !== undefined && (content === undefined || content === true || content.length !== 1)) fail('BAD_INPUT', 'no single file', { field: '--now-at', reason: say('diffOneContent') });
  if (bytes && content === undefined) fail('BAD_INPUT', 'no content', { field: '--bytes', reason: say('diffNeedsContent') });
}

/** One letter each, as restic's diff has them where it has one: + - M T; U for metadata, R for moved, ? for suspect. */
const letters: Record<ChangeKind, string> = { added: '+', removed: '-', content: 'M', metadata: 'U', type: 'T', moved: 'R' };

export async function printChanges(client: VarveClient, output: Output, comparison: Comparison, kinds: ChangeKind[], limit: number): Promise<void> {
  const { say } = output.words;
  let shown = 0;
  for await (const change of changesOf(client, comparison.id, kinds, limit)) {
    shown += 1;
    // A file that moved is told once, where it is now.
    if (change.kind === null || (change.kind === 'moved' && change.after === null)) continue;
    const path = change.kind === 'moved' ? say('diffMovedTo', { from: change.other ?? '', to: change.path }) : change.path;
    const folder = change.folder ? '/' : '';
    output.say(`${letters[change.kind]}${change.suspect ? '?' : ' '} ${path}${folder}`);
  }
  const { total } = await client.compare.list({ comparison: comparison.id, kinds, limit: 1 });
  if (total > shown && limit > 0) output.say(say('diffMore', { count: total - shown }));
  printTotals(output, comparison);
}

function printTotals(output: Output, { counts, folders, gaps, gapCount }: Comparison): void {
  const { say, language } = output.words;
  const told = [
    ['diffAdded', counts.added], ['diffRemoved', counts.removed], ['diffContent', counts.content], ['diffMoved', counts.moved], ['diffType', counts.type], ['diffMetadata', counts.metadata]
  ] as const;
  const nothing = told.every(([, count]) => count === 0) && folders.added + folders.removed + folders.metadata === 0;
  if (nothing && gapCount === 0) output.say(say('diffNothing'));
  for (const [words, count] of told) if (count > 0) output.say(say(words, { count }));
  if (counts.bytesBefore + counts.bytesAfter > 0) output.say(say('diffBytes', { before: formatBytes(language, counts.bytesBefore), after: formatBytes(language, counts.bytesAfter) }));
  if (counts.suspect > 0) output.say(say('diffSuspect', { count: counts.suspect }));
  if (gapCount > 0) showGaps(output, say('diffGaps', { count: gapCount }), gaps, gapCount);
}
