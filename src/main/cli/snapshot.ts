// varve snapshot, snapshots, ls, cat
import type { Command } from 'commander';
import { describeError } from '../../contract/copy/errors.ts';
import { formatBytes, formatExact, formatSpan } from '../../contract/copy/values.ts';
import { errorCatalogue, type ErrorCode } from '../../contract/errors.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Gap, Snapshot, Stream, TreeEntry } from '../../contract/snapshots.ts';
import { fail, throwIfAborted } from '../engine/kit/errors.ts';
import { collect, examples, repositoryThreads, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { withSpool } from './spool.ts';
import { followTask } from './task-follower.ts';
import { waitUntilTaken } from './wait-until-taken.ts';
import type { Words } from './words.ts';

const shownGaps = 20;

interface TakeOptions {
  tag?: string[];
  note?: string;
  stdin?: string;
  command?: string;
  gentle?: boolean;
  wait?: boolean;
}

export function addSnapshotCommands(program: Command, host: Host): void {
  const { say, language } = host.words;
  program
    .command('snapshot <plan> [program...]')
    .description(say('snapshot'))
    .option('--tag <tag>', say('optionTag'), collect)
    .option('--note <text>', say('optionNote'))
    .option('--stdin <name>', say('optionStdin'))
    .option('--command <name>', say('optionCommand'))
    .option('--gentle', say('optionGentle'))
    .option('--wait', say('optionWait'))
    .addHelpText('after', examples(host.words, ['varve snapshot thesis', 'varve snapshot thesis --tag v1.2 --note "before the review"', 'varve snapshot thesis --wait', 'pg_dump lab | varve snapshot lab --stdin lab.sql', 'varve snapshot lab --command lab.sql -- pg_dump lab']))
    .action((plan: string, program: string[], options: TakeOptions, command: Command) =>
      host.withClient(command, { long: true, threads: repositoryThreads('snapshots.archive') }, async ({ client, output, signal }) => {
        const outcome = await withStream(plan, program, options, signal, async (streams) => {
          const { taskId } = await client.snapshots.take({ plan, tags: options.tag ?? [], ...(options.note !== undefined && { note: options.note }), ...(streams.length > 0 && { streams }), ...(options.gentle === true && { gentle: true }), ...(options.wait === true && { wait: true }) });
          return waitUntilTaken(client, await followTask(client, taskId, output, signal), output, signal);
        });
        if (outcome.kind !== 'snapshot') return exitCodes.failed;
        const { snapshot, gapCount, gaps, degraded, databases, metrics, hookWarnings, durationMs } = outcome.result;
        output.document(outcome.result);
        const { summary } = snapshot;
        output.say(
          say('snapshotDone', {
            id: snapshot.shortId,
            plan,
            count: summary?.totalFiles ?? 0,
            changed: (summary?.filesNew ?? 0) + (summary?.filesChanged ?? 0),
            added: formatBytes(language, summary?.dataAdded ?? 0),
            span: formatSpan(language, durationMs / 1000)
          })
        );
        if (metrics !== null) output.say(say('metricsLine', { list: JSON.stringify(metrics) }));
        for (const { hook, reason } of hookWarnings) output.say(say('hookWarning', { hook: say(`hook_${hook}`), reason: host.words.reason(reason) }));
        if (databases.copied > 0) output.say(say('databasesCopied', { count: databases.copied, sides: databases.sideFiles }));
        if (databases.rawCount > 0) showGaps(output, say('databasesRaw', { count: databases.rawCount }), databases.raw, databases.rawCount);
        if (degraded.length > 0) output.say(say('degraded', { list: degraded.map(({ what, count }) => `${host.words.reason(what)} (${count})`).join(', ') }));
        if (gapCount > 0) showGaps(output, say('snapshotGaps', { count: gapCount }), gaps, gapCount);
        return gapCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
  program
    .command('snapshots')
    .description(say('snapshots'))
    .option('--plan <name>', say('optionPlan'))
    .option('--repo <name>', say('optionRepoFilter'))
    .option('--tag <tag>', say('optionTagFilter'))
    .option('--at <time>', say('optionAt'))
    .option('--limit <count>', say('optionLimit'), wholeNumber('--limit'), 1000)
    .action((options: { plan?: string; repo?: string; tag?: string; at?: string; limit: number }, command: Command) =>
      host.withClient(command, { threads: repositoryThreads('repository.session') }, async ({ client, output }) => {
        const listed = await client.snapshots.list({ limit: options.limit, plan: options.plan, repository: options.repo, tag: options.tag, at: options.at });
        output.document(listed);
        for (const name of listed.absent) output.note(`varve: ${name}: ${say('stateAbsent')}`);
        if (listed.unreadable.length > 0) {
          const names = new Map((await client.repositories.list({})).map(({ id, name }) => [id, name]));
          // Without an id it is the whole repository that could not be read.
          for (const { repositoryId, id, reason } of listed.unreadable) output.note(`varve: ${names.get(repositoryId) ?? repositoryId}${id === '' ? '' : `, ${id.slice(0, 8)}`}: ${say('stateUnreadable')}: ${whyUnreadable(host.words, reason)}`);
        }
        if (listed.snapshots.length === 0) output.say(say('nothingYet'));
        else output.table([say('colId'), say('colTime'), say('colPlan'), say('colFiles'), say('colSize'), say('colAdded'), say('colTags')], listed.snapshots.map((one) => row(one, host)), { right: [3, 4, 5] });
        return listed.unreadable.length > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
  program
    .command('ls <snapshot> [path]')
    .description(say('ls'))
    .option('-l, --long', say('optionLong'))
    .option('-r, --recursive', say('optionRecursive'))
    .addHelpText('after', examples(host.words, ['varve ls latest', 'varve ls thesis@latest /home/me/thesis -l', 'varve ls thesis@2026-11-20T10:00']))
    .action((snapshot: string, path: string | undefined, options: { long?: boolean; recursive?: boolean }, command: Command) =>
      host.withClient(command, { threads: repositoryThreads('repository.session') }, async ({ client, output, signal }) => {
        const { id } = await client.snapshots.get({ snapshot });
        await list(client, id, path ?? '/', options, output, signal);
      })
    );
  program
    .command('cat <snapshot> <path>')
    .description(say('cat'))
    .addHelpText('after', examples(host.words, ['varve cat thesis@latest /home/me/thesis/draft.tex > draft.tex']))
    .action((snapshot: string, path: string, _options: object, command: Command) =>
      host.withClient(command, { threads: repositoryThreads('repository.session') }, async ({ client, signal }) => {
        const { id } = await client.snapshots.get({ snapshot });
        for (let offset = 0; ; ) {
          throwIfAborted(signal);
          const piece = await client.snapshots.read({ snapshot: id, path, offset });
          const bytes = Buffer.from(piece.data, 'base64');
          await write(bytes);
          offset += bytes.length;
          if (piece.end) return;
        }
      })
    );
}

/** The file that standard input or a program becomes, for as long as the snapshot takes; none when nothing is asked for. */
async function withStream<T>(plan: string, program: readonly string[], { stdin, command }: TakeOptions, signal: AbortSignal, body: (streams: Stream[]) => Promise<T>): Promise<T> {
  if (command === undefined && program.length > 0) fail('BAD_INPUT', 'a program without --command', { field: '--command', reason: 'a program needs --command NAME for what it writes' });
  if (stdin !== undefined && command !== undefined) fail('BAD_INPUT', 'both --stdin and --command', { field: '--stdin', reason: 'cannot go together with --command' });
  const name = stdin ?? command;
  if (name === undefined) return body([]);
  if (stdin !== undefined && process.stdin.isTTY) fail('BAD_INPUT', 'standard input is a terminal', { field: '--stdin', reason: 'standard input is the terminal; send it something with a pipe' });
  if (command !== undefined && program.length === 0) fail('BAD_INPUT', 'no program', { field: '--command', reason: 'name the program after two dashes: -- PROGRAM ARGUMENTS' });
  return withSpool(stdin !== undefined ? { kind: 'stdin' } : { kind: 'program', plan, argv: program }, signal, (path) => body([{ name, path }]));
}

/** Of a whole repository only the code of the failure is known. */
export function whyUnreadable({ language, reason }: Words, why: string): string {
  return Object.hasOwn(errorCatalogue, why) ? describeError(language, why as ErrorCode).title.replace(/[:,]? …$/, '') : reason(why);
}

export function showGaps(output: Output, title: string, gaps: readonly Gap[], count: number): void {
  output.say(title);
  output.table(['', ''], gaps.slice(0, shownGaps).map(({ path, reason }) => [output.words.reason(reason), path]));
  if (count > shownGaps) output.say(output.words.say('andMore', { count: count - Math.min(shownGaps, gaps.length) }));
}

function row(one: Snapshot, { words: { say, language } }: Host): string[] {
  const tags = one.tags.filter((tag) => !tag.startsWith('varve-'));
  return [
    one.shortId,
    formatExact(language, new Date(one.at)),
    one.removedPlan ? say('planGone', { name: one.planName ?? one.hostname }) : (one.planName ?? one.hostname),
    one.summary ? String(one.summary.totalFiles) : '',
    one.summary ? formatBytes(language, one.summary.totalBytes) : '',
    one.summary ? formatBytes(language, one.summary.dataAdded) : '',
    [...tags, ...(one.incomplete ? [say('incomplete')] : []), ...(one.tags.includes('varve-pin') ? [say('pinMark')] : []), ...(one.note === undefined ? [] : [`“${one.note}”`])].join(', ')
  ];
}

async function list(client: VarveClient, snapshot: string, path: string, options: { long?: boolean; recursive?: boolean }, output: Output, signal: AbortSignal): Promise<void> {
  for (let offset = 0; ; ) {
    throwIfAborted(signal);
    const page = await client.snapshots.tree({ snapshot, path, offset, limit: 5000 });
    for (const entry of page.entries) {
      output.line(entry);
      output.say(options.long ? longLine(entry, output) : shortLine(entry, options.recursive === true));
      if (options.recursive && entry.type === 'dir') await list(client, snapshot, entry.path, options, output, signal);
    }
    offset += page.entries.length;
    if (offset >= page.total || page.entries.length === 0) return;
  }
}

function shortLine(entry: TreeEntry, whole: boolean): string {
  const name = whole ? `${entry.path.slice(0, entry.path.length - entry.name.length)}${entry.label}` : entry.label;
  return entry.type === 'dir' ? `${name}/` : name;
}

function longLine(entry: TreeEntry, output: Output): string {
  const target = entry.linkTarget === null ? '' : ` -> ${entry.linkTarget}`;
  return `${entry.mode}  ${entry.user.padEnd(8)} ${entry.group.padEnd(8)} ${String(entry.sizeBytes).padStart(12)}  ${formatExact(output.words.language, new Date(entry.modifiedAt))}  ${shortLine(entry, false)}${target}`;
}

/** Waits while the reader of a pipe is slower. */
function write(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
