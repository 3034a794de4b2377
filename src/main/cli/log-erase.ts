// varve log erase
import type { Command } from 'commander';
import { basisWords, keptWords, reasonWords } from '../../contract/copy/erasure.ts';
import { erasureReasons, ErasureReason, LegalBasis, legalBases, RequestId, type EraseInput, type ErasureResult } from '../../contract/erasure.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import type { Words } from './words.ts';

interface EraseOptions {
  subject?: string;
  actor?: string;
  nameOnly?: boolean;
  reason: string;
  basis: string;
  request?: string;
  dryRun?: boolean;
  yes?: boolean;
}

const mostEntries = 10_000;

export function addEraseCommand(log: Command, host: Host): void {
  const { say } = host.words;
  log
    .command('erase [entries...]')
    .description(say('logErase'))
    .option('--subject <name>', say('optionEraseSubject'))
    .option('--actor <name>', say('optionEraseActor'))
    .option('--name-only', say('optionNameOnly'))
    .requiredOption('--reason <code>', say('optionReason', { list: erasureReasons.join(', ') }))
    .requiredOption('--basis <code>', say('optionBasis', { list: legalBases.join(', ') }))
    .option('--request <number>', say('optionRequest'))
    .option('--dry-run', say('optionEraseDryRun'))
    .option('--yes', say('optionYes'))
    .addHelpText('after', lists(host.words))
    .addHelpText('after', examples(host.words, ['varve log erase 1204 --reason subject-request --basis lgpd-18-vi --request 2026/17', 'varve log erase --subject s3f2a9c01d4e5b677 --reason consent-withdrawn --basis gdpr-17-1-b --dry-run', 'varve log erase 300-340 --reason secret-exposed --basis none']))
    .action((entries: string[], options: EraseOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const input = inputOf(entries, options, host.words);
        const preview = await client.erasure.erase({ ...input, dryRun: true });
        if (options.dryRun === true || !output.json) showPreview(preview, output);
        if (options.dryRun === true) {
          output.document(preview);
          output.say(say('eraseNothing'));
          return exitCodes.done;
        }
        await makeSure(options.yes, output, { question: 'eraseSure', needsYes: 'eraseNeedsYes' });
        const result = await client.erasure.erase(input);
        output.document(result);
        showResult(result, output);
        return result.residue === 'gone' ? exitCodes.done : exitCodes.gaps;
      })
    );
}

/** Every code with its words, for the help. */
function lists({ say, language }: Words): string {
  const width = Math.max(...[...erasureReasons, ...legalBases].map((code) => code.length));
  const line = (code: string, words: string): string => `  ${code.padEnd(width)}  ${words}`;
  return ['', say('eraseReasons'), ...erasureReasons.map((code) => line(code, reasonWords[language][code])), '', say('eraseBases'), ...legalBases.map((code) => line(code, basisWords[language][code]))].join('\n');
}

function inputOf(entries: readonly string[], options: EraseOptions, { say, language }: Words): EraseInput {
  const { subject, actor, nameOnly, request } = options;
  if ([entries.length > 0, subject !== undefined, actor !== undefined].filter(Boolean).length !== 1) fail('BAD_INPUT', 'one target is needed', { field: 'entries', reason: say('eraseTarget') });
  const reason = ErasureReason.safeParse(options.reason).data ?? fail('BAD_INPUT', 'unknown reason', { field: '--reason', reason: `${options.reason}; ${erasureReasons.join(', ')}` });
  const basis = LegalBasis.safeParse(options.basis).data ?? fail('BAD_INPUT', 'unknown legal basis', { field: '--basis', reason: `${options.basis}; ${legalBases.join(', ')}` });
  if (request !== undefined && !RequestId.safeParse(request).success) fail('BAD_INPUT', 'not a request number', { field: '--request', reason: say('optionRequest') });
  return { ...(entries.length > 0 && { seqs: seqsOf(entries, say('eraseEntries')) }), ...(subject !== undefined && { subject }), ...(actor !== undefined && { actor }), ...(nameOnly === true && { nameOnly }), ...(request !== undefined && { request }), reason, basis, language };
}

function seqsOf(entries: readonly string[], reason: string): number[] {
  const seqs: number[] = [];
  for (const entry of entries) {
    const [, from, to] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(entry) ?? fail('BAD_INPUT', 'not an entry', { field: 'entries', reason: `${entry}; ${reason}` });
    const [first, last] = [Number(from), Number(to ?? from)];
    if (last < first || last - first >= mostEntries || seqs.length > mostEntries) fail('BAD_INPUT', 'not a range', { field: 'entries', reason: `${entry}; ${reason}` });
    for (let seq = first; seq <= last; seq++) seqs.push(seq);
  }
  return seqs.length > mostEntries ? fail('BAD_INPUT', 'too many', { field: 'entries', reason }) : seqs;
}

function showPreview({ entries, seqs, names, kept, altered }: ErasureResult, output: Output): void {
  const { say, language } = output.words;
  const shown = seqs.slice(0, 20).join(', ');
  output.say(say('eraseWould', { count: entries, entries: entries > 20 ? `${shown}, …` : shown }));
  if (names > 0) output.say(say('eraseNames', { count: names }));
  for (const { seq, action, why } of kept) output.say(say('eraseKept', { seq: String(seq), action, why: keptWords[language][why] }));
  for (const seq of altered) output.say(say('eraseAltered', { seq: String(seq) }));
}

function showResult({ entries, events, report, residue, checkpoint }: ErasureResult, output: Output): void {
  const { say } = output.words;
  output.say(say('erased', { count: entries, events: events.join(', ') }));
  if (checkpoint === null) output.note(say('erasedUnsigned'));
  if (residue === 'waiting') output.note(say('erasedWaiting'));
  if (report.path !== null) return output.say(say('erasedReport', { path: report.path }));
  output.note(say('erasedNoReport'));
  output.say(report.text.trimEnd());
}
