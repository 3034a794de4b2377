// varve log append --jsonl, varve log import, varve log follow add|list|rm|run, varve log export
import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import { refusalKeys } from '../../contract/copy/cli/intake.ts';
import { formatBytes } from '../../contract/copy/values.ts';
import { describeError } from '../../contract/copy/errors.ts';
import type { FollowedFile, ImportReport, Mapping } from '../../contract/intake.ts';
import type { LogFilter } from '../../contract/log.ts';
import { fail } from '../engine/kit/errors.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { parseIJson, readMapping, type EventLog } from '../engine/log/index.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { LogSession } from './log-session.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { openNewFile } from './stream-file.ts';

type Body = (session: LogSession, output: Output, signal: AbortSignal) => Promise<number | void>;

export interface LogCommands<Filter> {
  appending(command: Command, body: Body): Promise<void>;
  /** Adds the options of a filter. */
  filtered(command: Command): Command;
  filterOf(options: Filter): LogFilter;
}

const mappingLimitBytes = 1024 * 1024;

export function addIntakeCommands<Filter extends object>(log: Command, host: Host, { appending, filtered, filterOf }: LogCommands<Filter>): void {
  const { words } = host;
  const { say } = words;
  log
    .command('import <file>')
    .description(say('logImport'))
    .option('--mapping <file>', say('optionMapping'))
    .option('--source <name>', say('optionSource'))
    .option('--dry-run', say('optionImportDryRun'))
    .addHelpText('after', examples(words, ['varve log import old-log.jsonl', 'varve log import runs.jsonl --mapping runs.mapping.json --dry-run']))
    .action((file: string, options: { mapping?: string; source?: string; dryRun?: boolean }, command: Command) =>
      appending(command, async ({ log: record, actor }, output, signal) => {
        const { mapping, source, dryRun } = options;
        const steps = record.intake.import({ path: absolutePath(file), mapping: mapping === undefined ? undefined : readMappingFile(mapping), source, dryRun, actor, signal, language: words.language });
        for await (const step of steps) {
          if (step.kind === 'progress') output.progress.show(say('importProgress', { lines: step.lines, imported: step.imported, refused: step.refused, bytes: formatBytes(words.language, step.bytesDone), total: formatBytes(words.language, step.bytesTotal) }));
          else return showImport(step.report, output);
        }
        return exitCodes.failed;
      })
    );
  filtered(log.command('export').description(say('logExport')))
    .requiredOption('--out <file|->', say('optionOut'))
    .requiredOption('--purpose <text>', say('optionPurpose'))
    .option('--format <jsonl|csv>', say('optionFormat'), 'jsonl')
    .option('--bom', say('optionBom'))
    .addHelpText('after', examples(words, ['varve log export --out log.jsonl --purpose "review of chapter 3"', 'varve log export --format csv --bom --category experiment --out runs.csv --purpose "for the lab book"']))
    .action((options: Filter & { out: string; purpose: string; format: string; bom?: boolean }, command: Command) =>
      appending(command, (session, output, signal) => exportTo(session, output, signal, { ...options, filter: filterOf(options) }))
    );
  addFollowCommands(log, host, appending);
}

function addFollowCommands(log: Command, { words }: Host, appending: LogCommands<object>['appending']): void {
  const { say } = words;
  const follow = log.command('follow').description(say('logFollow'));
  follow
    .command('add <file>')
    .description(say('followAdd'))
    .option('--mapping <file>', say('optionMapping'))
    .option('--source <name>', say('optionSource'))
    .addHelpText('after', examples(words, ['varve log follow add /var/log/instrument.jsonl']))
    .action((file: string, { mapping, source }: { mapping?: string; source?: string }, command: Command) =>
      appending(command, async ({ log: record, actor }, output, signal) => {
        const path = absolutePath(file);
        const added = await record.intake.follow.add({ path, mapping: mapping === undefined ? undefined : readMappingFile(mapping), source, actor, signal, language: words.language });
        output.document(added);
        sayImport(added.report, output);
        output.say(say('followAdded', { path }));
      })
    );
  follow
    .command('list')
    .description(say('followList'))
    .action((_options: object, command: Command) => appending(command, async ({ log: record }, output) => showFollowed(record.intake.follow.list(), output)));
  follow
    .command('rm <file>')
    .description(say('followRemove'))
    .action((file: string, _options: object, command: Command) =>
      appending(command, async ({ log: record, actor }, output) => {
        const path = absolutePath(file);
        const { removed } = record.intake.follow.remove(path, actor);
        output.document({ removed });
        output.say(say(removed ? 'followRemoved' : 'followUnknown', { path }));
        return removed ? exitCodes.done : exitCodes.notFound;
      })
    );
  follow
    .command('run')
    .description(say('followRun'))
    .action((_options: object, command: Command) => appending(command, async ({ log: record }, output, signal) => showFollowed(await record.intake.follow.run(signal), output)));
}

export interface AppendLinesFlags {
  jsonl: string | true;
  onError?: string;
}

/** `varve log append --jsonl`. */
export async function appendJsonLines({ log, actor }: LogSession, output: Output, signal: AbortSignal, { jsonl, onError = 'stop' }: AppendLinesFlags): Promise<number> {
  const { say } = output.words;
  if (onError !== 'stop' && onError !== 'quarantine') fail('BAD_INPUT', 'unknown choice', { field: '--on-error', reason: 'must be stop or quarantine' });
  const result = await log.intake.appendLines(inputOf(jsonl), {
    caller: { actor, scope: 'owner' }, onError, signal,
    onProgress: ({ appended }) => output.progress.show(say('appendedLines', { count: appended }))
  });
  output.document(result);
  output.say(say('appendedLines', { count: result.appended }));
  noteMasked(result.masked, output);
  if (result.stoppedAt !== null) {
    const { line, code, detail } = result.stoppedAt;
    output.note(say('stoppedAtLine', { line: String(line), reason: `${say(refusalKeys[code])} (${output.words.reason(detail)})` }));
    return exitCodes.usage;
  }
  if (result.quarantine !== null) output.note(say('refusedKept', { count: result.refused, path: result.quarantine }));
  return result.refused > 0 ? exitCodes.gaps : exitCodes.done;
}

function inputOf(jsonl: string | true): AsyncIterable<Uint8Array> {
  if (jsonl === true || jsonl === '-') return process.stdin;
  const path = absolutePath(jsonl);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) fail('PATH_MISSING', `no file ${path}`, { path });
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

export function noteMasked(count: number, output: Output): void {
  if (count > 0) output.note(output.words.say('maskedNote', { count }));
}

function readMappingFile(typed: string): Mapping {
  const path = absolutePath(typed);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? fail('PATH_MISSING', `no file ${path}`, { path });
  if (size > mappingLimitBytes) fail('BAD_INPUT', 'too large', { field: '--mapping', reason: `has ${size} bytes, more than a mapping needs` });
  return readMapping(parseIJson(createNodeFiles().readFile(path, mappingLimitBytes)));
}

function showImport(report: ImportReport, output: Output): number {
  output.document(report);
  sayImport(report, output);
  return report.refused > 0 ? exitCodes.gaps : exitCodes.done;
}

function sayImport(report: ImportReport, output: Output): void {
  const { say } = output.words;
  const { source, imported, present, blank, refused, lines, chain } = report;
  output.say(say(report.dryRun ? 'importWould' : 'importDone', { source, imported, present, blank, refused, lines }));
  if (!report.dryRun && report.event === null) output.say(say('importNothing'));
  const keys = { intact: 'chainIntact', absent: 'chainAbsent', broken: 'chainBroken', unrecognised: 'chainUnrecognised' } as const;
  output.say(say(keys[chain.state], { line: String(chain.line ?? 0), rule: chain.rule ?? '' }));
  noteMasked(report.masked.reduce((sum, { count }) => sum + count, 0), output);
  if (report.quarantine !== null) output.note(say('refusedKept', { count: refused, path: report.quarantine }));
  if (report.report !== null) output.say(say('importReport', { path: report.report }));
}

function showFollowed(files: readonly FollowedFile[], output: Output): number {
  const { words } = output;
  const { say } = words;
  output.document(files);
  if (files.length === 0) output.say(say('nothingYet'));
  else {
    output.table(
      [say('colPath'), say('colTaken'), say('colRefused'), say('colPending'), say('colSource')],
      files.map(({ path, taken, refused, pendingBytes, source }) => [path, String(taken), String(refused), formatBytes(words.language, pendingBytes), source]),
      { right: [1, 2, 3] }
    );
  }
  const failed = files.filter(({ failure }) => failure !== null);
  for (const { path, failure } of failed) if (failure !== null) output.note(say('followFailed', { path, reason: describeError(words.language, failure.code, failure.data).title }));
  return failed.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function exportTo({ log, actor }: LogSession, output: Output, signal: AbortSignal, options: { out: string; purpose: string; format: string; bom?: boolean; filter: LogFilter }): Promise<void> {
  const { say } = output.words;
  const { out, purpose, filter, bom = false } = options;
  const format = options.format === 'jsonl' || options.format === 'csv' ? options.format : fail('BAD_INPUT', 'unknown format', { field: '--format', reason: 'must be jsonl or csv' });
  const standardOutput = out === '-';
  // Whether it can be written is known before the record says that it was exported.
  const target = standardOutput ? undefined : openNewFile(out);
  const metaTarget = target !== undefined && format === 'csv' ? openNewFile(`${out}.meta.json`) : undefined;
  try {
    const exported = log.intake.export({ format, purpose, filter, bom, actor, signal, to: standardOutput ? 'standard output' : 'file' });
    const end = await pour(exported, target === undefined ? (text) => printAll(text) : (text) => target.write(text));
    const meta = `${JSON.stringify({ ...exported.meta, ...end }, null, 2)}\n`;
    metaTarget?.write(meta);
    metaTarget?.finish();
    target?.finish();
    if (target === undefined) {
      if (format === 'csv') output.note(meta.trimEnd());
    } else {
      output.document({ path: target.path, meta: exported.meta, end });
      output.say(say('exportDone', { count: end.entries, path: target.path }));
      if (metaTarget !== undefined) output.say(say('exportMeta', { path: metaTarget.path }));
    }
    const { locked, erased, missing, altered } = end.omitted;
    if (locked + erased + missing + altered > 0) output.note(say('exportOmitted', { locked, erased, missing, altered }));
  } catch (error) {
    target?.abandon();
    metaTarget?.abandon();
    throw error;
  }
}

type Export = ReturnType<EventLog['intake']['export']>;

async function pour({ text }: Export, write: (text: string) => Promise<void> | void): Promise<Awaited<ReturnType<Export['text']['return']>>['value'] & object> {
  for (;;) {
    const next = await text.next();
    if (next.done === true) return next.value;
    await write(next.value);
  }
}

/** Waits for a slow reader. */
async function printAll(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}
