// varve log verify: against its own seals, and against what the person kept outside and brings now.
import type { Command } from 'commander';
import { describeError } from '../../contract/copy/errors.ts';
import { verdictLines } from '../../contract/copy/verdict.ts';
import type { AnchorInput, Verdict } from '../../contract/verify.ts';
import { fail, isVarveError } from '../engine/kit/errors.ts';
import { readStandardInput } from './ask.ts';
import { checkpointsInRepository } from './carried-checkpoints.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { verifyEarlierLog, verifyHomeLog } from './log-session.ts';
import { absolutePath } from './paths.ts';
import { readSmallFile } from './small-file.ts';
import type { Words } from './words.ts';

interface VerifyOptions {
  full?: boolean;
  new?: boolean;
  anchor?: string[];
  requireAnchor?: boolean;
  key?: string[];
  earlier?: string;
}

const limitBytes = 1_000_000;

export function addVerifyCommand(log: Command, host: Host, workerFile: URL): void {
  const { say } = host.words;
  log
    .command('verify')
    .description(say('logVerify'))
    .option('--full', say('optionVerifyFull'))
    .option('--new', say('optionVerifyNew'))
    .option('--anchor <file|-|text>', say('optionAnchor'), collect)
    .option('--require-anchor', say('optionRequireAnchor'))
    .option('--key <vkey|@file>', say('optionVerifyKey'), collect)
    .option('--earlier <id>', say('optionEarlier'))
    .addHelpText('after', examples(host.words, ['varve log verify', 'varve log verify --anchor /media/me/STICK/thesis.checkpoint --require-anchor', 'varve log verify --anchor "2000 k3Jx9QpZ" --key @lab.vkey', 'varve log verify --anchor repository:usb']))
    .action((options: VerifyOptions, command: Command) =>
      host.alone(command, async ({ output, signal, homePath }) => {
        if (options.full && options.new) fail('BAD_INPUT', '--full and --new', { field: '--new', reason: 'cannot be together with --full' });
        const anchors = await readAnchors(options.anchor ?? [], host.words, { repository: (name) => checkpointsInRepository(name, { homePath, workerFile, output, signal }) });
        const request = {
          mode: options.new ? ('new' as const) : ('full' as const),
          anchors,
          keys: (options.key ?? []).flatMap(readKeys),
          signal,
          onProgress: ({ entriesDone, entriesTotal }: { entriesDone: number; entriesTotal: number }) => output.progress.show(`${entriesDone}/${entriesTotal}`)
        };
        const { verdict, unrecorded } = options.earlier === undefined ? await verifyHomeLog(homePath, workerFile, request) : { verdict: await verifyEarlierLog(homePath, options.earlier, workerFile, request), unrecorded: undefined };
        output.document(verdict);
        output.say(verdictLines(host.words.language, verdict).join('\n'));
        if ((verdict.kind === 'consistent' || verdict.kind === 'anchored') && verdict.search === 'incomplete') output.note(say('searchIncomplete'));
        if (unrecorded) output.note(say('verdictUnrecorded', { reason: describeError(host.words.language, unrecorded.code, unrecorded.data).title }));
        return exitCodeOf(verdict, options.requireAnchor === true);
      })
    );
}

function exitCodeOf(verdict: Verdict, requireAnchor: boolean): number {
  switch (verdict.kind) {
    case 'broken':
      return exitCodes.integrity;
    case 'behind':
      return exitCodes.evidence;
    case 'consistent':
      return requireAnchor ? exitCodes.evidence : exitCodes.done;
    case 'anchored':
      return exitCodes.done;
  }
}

/** Places with a name of their own that checkpoints can be brought from: `NAME:` and what follows it. */
type AnchorSources = Readonly<Record<string, (rest: string) => Promise<AnchorInput[]>>>;

export async function readAnchors(values: readonly string[], words: Words, sources: AnchorSources): Promise<AnchorInput[]> {
  const anchors: AnchorInput[] = [];
  for (const value of values) {
    const [scheme = '', rest] = /^([a-z]+):(.*)$/s.exec(value)?.slice(1) ?? [];
    const source = Object.hasOwn(sources, scheme) ? sources[scheme] : undefined;
    if (source && rest !== undefined) anchors.push(...(await source(rest)));
    else anchors.push(await readAnchor(value, words));
  }
  return anchors;
}

const looksTyped = /^\s*\d+[\s,;:]+\S/;

async function readAnchor(value: string, { say }: Words): Promise<AnchorInput> {
  if (value === '-') return { source: say('anchorStandardInput'), text: (await readStandardInput(limitBytes)).toString('utf8') };
  if (looksTyped.test(value) || value.includes('\n')) return { source: say('anchorTyped'), text: value };
  try {
    return { source: absolutePath(value).slice(-200), text: readSmallFile(value, limitBytes) };
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'PATH_MISSING') throw error;
    return fail('BAD_INPUT', `no anchor at ${value}`, { field: '--anchor', reason: `“${value}” ${say('anchorUnknown')}` });
  }
}

/** One key, or a file with one key per line. */
function readKeys(value: string): string[] {
  if (!value.startsWith('@')) return [value];
  return readSmallFile(value.slice(1), limitBytes).split('\n').map((line) => line.trim()).filter((line) => line !== '');
}
