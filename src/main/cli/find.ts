// varve find
import type { Command } from 'commander';
import type { FindResult, FoundName } from '../../contract/names.ts';
import { formatBytes, formatExact, formatNumber } from '../../contract/copy/values.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, repositoryThreads, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { sayWhereNobodyLooked } from './looked.ts';
import type { Output } from './output.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';
import type { Words } from './words.ts';

interface FindOptions {
  plan?: string;
  repo?: string;
  type?: string;
  ignoreCase?: boolean;
  newest?: boolean;
  all?: boolean;
  limit: number;
}

const types = ['file', 'dir', 'symlink'] as const;
/** Of one question; the next page is another one. */
const largestPage = 10_000;

interface Gaps {
  list: FindResult['gaps'];
  count: number;
}

export function addFindCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('find <pattern>')
    .description(say('find'))
    .option('--plan <name>', say('optionFindPlan'))
    .option('--repo <name>', say('optionFindRepo'))
    .option('--type <file|dir|symlink>', say('optionFindType'))
    .option('-i, --ignore-case', say('optionFindCase'))
    .option('--newest', say('optionFindNewest'))
    .option('--limit <count>', say('optionFindLimit'), wholeNumber('--limit'), 1000)
    .option('--all', say('optionFindAll'))
    .addHelpText('after', patterns(host.words))
    .addHelpText('after', examples(host.words, ['varve find draft', "varve find '*.tex' --plan thesis", "varve find '*' --all --json", "varve find 'figures/**/*.p[dn][fg]' --ignore-case", 'varve history /home/me/thesis/draft.tex', 'varve restore 1a2b3c4d --include /home/me/thesis/draft.tex --target ~/earlier']))
    .action((pattern: string, options: FindOptions, command: Command) =>
      host.withClient(command, { long: true, threads: [...repositoryThreads('repository.session'), ['snapshots.find']] }, async ({ client, output, signal }) => {
        const type = types.find((known) => known === options.type);
        if (options.type !== undefined && type === undefined) fail('BAD_INPUT', 'no such type', { field: '--type', reason: say('findTypeWrong') });
        if (options.limit < 1 || options.limit > largestPage) fail('BAD_INPUT', 'a limit beyond bounds', { field: '--limit', reason: 'must be between 1 and 10,000' });
        const page = async (limit: number, after?: string): Promise<FindResult | undefined> => {
          const { taskId } = await client.names.find({ pattern, plan: options.plan, repository: options.repo, type, ignoreCase: options.ignoreCase ?? false, newest: options.newest ?? false, limit, ...(after !== undefined && { after }) });
          const result = await followTask(client, taskId, output, signal);
          return result.kind === 'find' ? result.names : undefined;
        };
        let names = await page(options.all ? largestPage : options.limit);
        if (names === undefined) return exitCodes.failed;
        if (!options.all) output.document(names);
        const gaps: Gaps = { list: [], count: 0 };
        sayWhereNobodyLooked(names, output);
        if (names.total === 0) output.say(say('findNone', { pattern: visibleText(names.pattern, true) }));
        const { total } = names;
        for (;;) {
          gaps.list.push(...names.gaps);
          gaps.count += names.gapCount;
          if (names.matches.length > 0) table(names.matches, output);
          if (options.all) for (const match of names.matches) output.line(match);
          const last = names.matches.at(-1);
          if (!options.all || last === undefined || names.total <= names.matches.length) break;
          const next = await page(largestPage, last.path);
          if (next === undefined) return exitCodes.failed;
          names = next;
        }
        if (options.all) output.line({ ...names, matches: undefined, total, gaps: gaps.list.slice(0, 1000), gapCount: gaps.count });
        else if (total > names.matches.length) output.say(say('findMore', { count: total - names.matches.length }));
        if (gaps.count > 0) showGaps(output, say('findGaps', { count: gaps.count }), gaps.list, gaps.count);
        if (gaps.count + names.unreadable.length + names.absent.length > 0) return exitCodes.gaps;
        return total === 0 ? exitCodes.notFound : exitCodes.done;
      })
    );
}

function patterns({ say }: Words): string {
  return ['', say('findPatterns'), `  draft            ${say('findPlain')}`, `  '*.tex'          ${say('findGlob')}`, `  'figures/*.png'  ${say('findPath')}`].join('\n');
}

function table(matches: readonly FoundName[], output: Output): void {
  const { say } = output.words;
  output.table([say('colId'), say('colNewest'), say('colOldest'), say('colSize'), say('colHeldBy'), say('colPath')], matches.map((found) => row(found, output.words)), { right: [3, 4] });
}

function row({ label, type, sizeBytes, newest, oldest, snapshotCount }: FoundName, { language }: Words): string[] {
  return [newest.shortId, formatExact(language, new Date(newest.at)), formatExact(language, new Date(oldest.at)), type === 'file' ? formatBytes(language, sizeBytes) : '', formatNumber(language, snapshotCount), type === 'dir' ? `${label}/` : label];
}
