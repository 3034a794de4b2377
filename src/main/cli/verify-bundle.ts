// varve verify-bundle: needs the file alone, no home and no network.
import type { Command } from 'commander';
import type { EvidenceReport } from '../../contract/evidence.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { verifyEvidenceFile } from '../engine/log/index.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { bar, type Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { readSmallFile } from './small-file.ts';

const keyLimitBytes = 64 * 1024;
const noteLimitBytes = 100_000;

export function addVerifyBundleCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('verify-bundle <file>')
    .description(say('verifyBundle'))
    .option('--key <vkey|@file>', say('optionKey'), collect)
    .option('--checkpoint <file>', say('optionHeldCheckpoint'))
    .option('--require-key', say('optionRequireKey'))
    .addHelpText('after', examples(host.words, ['varve verify-bundle march.varve-evidence --key varve/3b1f…+5a0c9d11+AXm…', 'varve verify-bundle entry-1041.tlog-proof --key @thesis.vkey --checkpoint printed.checkpoint']))
    .action((file: string, options: { key?: string[]; checkpoint?: string; requireKey?: boolean }, command: Command) =>
      host.alone(command, async ({ output, signal }) => {
        const given = { keys: (options.key ?? []).flatMap(readKeys), ...(options.checkpoint !== undefined && { held: readSmallFile(options.checkpoint, noteLimitBytes) }) };
        const report = await verifyEvidenceFile(createNodeFiles(), absolutePath(file), given, {
          signal,
          onProgress: (done, total) => output.progress.show(`${bar(total === 0 ? 1 : done / total)} ${done}/${total}`),
          pause: () => new Promise((resolve) => setImmediate(resolve))
        });
        output.progress.clear();
        output.document(report);
        for (const line of describe(report, output)) output.say(line);
        return options.requireKey && report.verdict !== 'verified' ? exitCodes.evidence : exitCodes.done;
      })
    );
}

/** A key, or the keys in a file, one per line. */
function readKeys(typed: string): string[] {
  if (!typed.startsWith('@')) return [typed];
  return readSmallFile(typed.slice(1), keyLimitBytes).split(/\r?\n/).filter((line) => line !== '');
}

function describe({ verdict, key, origin, checkpoint, rotations, held, complete, entries, payloads, kind }: EvidenceReport, { words: { say } }: Output): string[] {
  return [
    say('evidenceCheckpoint', { origin, size: String(checkpoint.size), root: checkpoint.root }),
    ...(kind === 'consistency' ? [] : [say('evidenceEntries', { count: String(entries), ...textOf(payloads) })]),
    ...(complete ? [say('evidenceComplete')] : []),
    ...(rotations > 0 && key.signer !== key.vkey ? [say('evidenceSigner', { count: String(rotations), vkey: key.signer })] : []),
    ...(held === null ? [] : [held.relation === 'same' ? say('evidenceHeldSame') : say('evidenceHeldBeginning', { size: String(held.size) })]),
    say('evidenceTail'),
    ...(verdict === 'verified' ? [say('evidenceVerified', { vkey: key.vkey })] : [say('evidenceConsistent'), `  ${key.vkey}`])
  ];
}

function textOf(counts: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
}
