// varve log append|tail|namespace; what looks through the record stands in log-review.ts, verify, checkpoint, key and evidence have files of their own
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { AppendInput } from '../../contract/log.ts';
import { parseIJson } from '../engine/log/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { readStandardInput } from './ask.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { addAnchorCommands } from './log-anchor.ts';
import { addCheckpointCommands } from './log-checkpoint.ts';
import { addEvidenceCommands } from './log-evidence.ts';
import { filterOf, withFilter, type FilterOptions } from './log-filter.ts';
import { addReviewCommands, entryLine } from './log-review.ts';
import { openLogSession, type LogSession } from './log-session.ts';
import { addRecoverCommand } from './log-recover.ts';
import { addVerifyCommand } from './log-verify.ts';
import { addIntakeCommands, appendJsonLines, noteMasked, type AppendLinesFlags } from './log-intake.ts';
import { addEraseCommand } from './log-erase.ts';
import { addEncryptCommand } from './log-sealed.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';

const payloadLimitBytes = 256 * 1024;

/** What a command does with the opened log; its number is the exit code. */
export type LogBody = (session: LogSession, output: Output, signal: AbortSignal) => Promise<number | void>;

export function addLogCommands(program: Command, host: Host, workerFile: URL): void {
  const { say } = host.words;
  const log = program.command('log').description(say('log'));
  const reading = (command: Command, body: LogBody): Promise<void> => withLog('read', command, body);
  const appending = (command: Command, body: LogBody): Promise<void> => withLog('append', command, body);
  const withLog = (purpose: 'read' | 'append', command: Command, body: LogBody): Promise<void> =>
    host.alone(command, async ({ output, signal, homePath }) => {
      const { earlier } = command.opts<{ earlier?: string }>();
      const session = openLogSession(homePath, workerFile, purpose, { words: host.words, earlier: purpose === 'read' ? earlier : undefined });
      try {
        return await body(session, output, signal);
      } finally {
        await session.end();
      }
    });
  log
    .command('append')
    .description(say('logAppend'))
    .option('--action <action>', say('optionAction'))
    .option('--category <name>', say('optionCategory'))
    .option('--level <name>', say('optionLevel'))
    .option('--subject <name>', say('optionSubject'))
    .option('--actor <name>', say('optionActor'))
    .option('--payload <json|@file|->', say('optionPayload'))
    .option('--jsonl [file|-]', say('optionJsonl'))
    .option('--on-error <stop|quarantine>', say('optionOnError'))
    .addHelpText('after', examples(host.words, [`varve log append --action app.note --payload '{"text":"sensor 3 replaced"}'`, 'train.py | varve log append --action app.epoch --payload -', 'instrument | varve log append --jsonl -']))
    .action((options: { action?: string; category?: string; level?: string; subject?: string; actor?: string; payload?: string } & Partial<AppendLinesFlags>, command: Command) =>
      appending(command, async (session, output, signal) => {
        const { payload, jsonl, onError, ...rest } = options;
        const given = Object.keys({ ...rest, ...(payload !== undefined && { payload }) })[0];
        if (jsonl !== undefined && given !== undefined) fail('BAD_INPUT', `--${given} with --jsonl`, { field: `--${given}`, reason: say('notWithJsonl') });
        if (jsonl !== undefined) return appendJsonLines(session, output, signal, { jsonl, ...(onError !== undefined && { onError }) });
        if (rest.action === undefined) fail('BAD_INPUT', 'no action', { field: '--action', reason: say('needsAction') });
        const parsed = AppendInput.safeParse({ ...rest, ...(payload !== undefined && { payload: await readPayload(payload) }) });
        if (!parsed.success) refuse(parsed.error.issues[0]);
        await session.prepare(parsed.data.category);
        const appended = await session.log.intake.appendOne(parsed.data, { actor: session.actor, scope: 'owner' });
        output.document(appended);
        output.say(say('appended', { seq: String(appended.seq) }));
        noteMasked((appended.masked ?? []).reduce((sum, { count, sample }) => (sample ? sum : sum + count), 0), output);
        return exitCodes.done;
      })
    );
  withFilter(log.command('tail').description(say('logTail')), host.words).action((options: FilterOptions, command: Command) =>
    reading(command, async ({ log: record }, output, signal) => {
      for await (const entry of record.tail(filterOf(options, host.words), undefined, signal)) {
        output.line(entry);
        output.say(entryLine(entry, output));
      }
      return exitCodes.interrupted;
    })
  );
  addReviewCommands(log, host, { reading, appending });
  addVerifyCommand(log, host, workerFile);
  addRecoverCommand(log, host, workerFile);
  addCheckpointCommands(log, host);
  addEncryptCommand(log, host);
  addEraseCommand(log, host);
  addAnchorCommands(log, host);
  const filters = { filtered: (command: Command) => withFilter(command, host.words), filterOf: (options: FilterOptions) => filterOf(options, host.words) };
  addEvidenceCommands(log, host, filters);
  addIntakeCommands<FilterOptions>(log, host, { appending, ...filters });
  log
    .command('namespace <prefix>')
    .description(say('logNamespace'))
    .option('--schema <file>', say('optionSchema'))
    .addHelpText('after', examples(host.words, ['varve log namespace lab', 'varve log namespace lab --schema measurement.schema.json']))
    .action((prefix: string, options: { schema?: string }, command: Command) =>
      appending(command, async ({ log: record, actor }, output) => {
        const schema = options.schema === undefined ? undefined : parseIJson(readFileSync(absolutePath(options.schema)));
        const declared = record.declareNamespace(prefix, schema, actor);
        output.document(declared);
        output.say(say('namespaceDeclared', { prefix }));
      })
    );
}

async function readPayload(source: string): Promise<unknown> {
  if (source === '-') return parseIJson(await readStandardInput(payloadLimitBytes * 2));
  if (!source.startsWith('@')) return parseIJson(Buffer.from(source, 'utf8'));
  const path = absolutePath(source.slice(1));
  const found = statSync(path, { throwIfNoEntry: false }) ?? fail('PATH_MISSING', `no file ${path}`, { path });
  if (found.isDirectory()) fail('BAD_INPUT', `${path} is a folder`, { field: '--payload', reason: `${path} is a folder, not a file` });
  const { size } = found;
  if (size > payloadLimitBytes * 2) fail('EVENT_REFUSED', 'payload too large', { field: 'payload', reason: `has ${size} bytes; at most ${payloadLimitBytes} fit` });
  return parseIJson(readFileSync(path));
}

function refuse(issue: { path: PropertyKey[]; message: string } | undefined): never {
  const field = issue?.path.map(String).join('.') ?? '';
  return fail('EVENT_REFUSED', `${field}: ${issue?.message ?? ''}`, { field: field === '' ? 'entry' : field, reason: issue?.message ?? 'is not as expected' });
}
