// varve log prove|consistency|bundle|tiles
import type { Command } from 'commander';
import type { LogFilter } from '../../contract/log.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, examples, type Host } from './command.ts';
import type { FilterOptions } from './log-filter.ts';
import { writeNewFile } from './new-file.ts';
import { absolutePath } from './paths.ts';
import { readSmallFile } from './small-file.ts';
import { followTask } from './task-follower.ts';

interface Filters {
  filtered(command: Command): Command;
  filterOf(options: FilterOptions): LogFilter;
}

const noteLimitBytes = 100_000;

export function addEvidenceCommands(log: Command, host: Host, { filtered, filterOf }: Filters): void {
  const { say } = host.words;
  const disclosureOf = (options: { commitments?: boolean }): 'commitments' | 'payloads' => (options.commitments ? 'commitments' : 'payloads');
  const why = (options: { purpose?: string }): { purpose?: string } => (options.purpose === undefined ? {} : { purpose: options.purpose });

  log
    .command('prove <entry>')
    .description(say('logProve'))
    .option('--out <file>', say('optionEvidenceOut'))
    .option('--commitments', say('optionCommitments'))
    .option('--protected', say('optionProtected'))
    .option('--purpose <text>', say('optionPurpose'))
    .addHelpText('after', examples(host.words, ['varve log prove 1041 --out entry-1041.tlog-proof', 'varve log prove 1041 --commitments --purpose "asked for by the reviewer"']))
    .action((entry: string, options: { out?: string; commitments?: boolean; protected?: boolean; purpose?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const proof = await client.evidence.prove({ seq: sizeOf('entry', entry), disclosure: disclosureOf(options), protected: options.protected ?? false, ...why(options) });
        const path = writeNewFile(options.out ?? proof.fileName, proof.text);
        output.document({ path, size: proof.size });
        output.say(say('proofWritten', { seq: entry, path, size: String(proof.size) }));
      })
    );
  log
    .command('consistency <old> [new]')
    .description(say('logConsistency'))
    .option('--out <file>', say('optionEvidenceOut'))
    .addHelpText('after', examples(host.words, ['varve log consistency 1000', 'varve log consistency 1000 2500 --out thesis.consistency', 'varve log consistency @printed-in-may.checkpoint']))
    .action((old: string, newer: string | undefined, options: { out?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const input = { old: old.startsWith('@') ? readSmallFile(old.slice(1), noteLimitBytes) : sizeOf('old', old), ...(newer !== undefined && { new: sizeOf('new', newer) }) };
        const proof = await client.evidence.consistency(input);
        const path = writeNewFile(options.out ?? proof.fileName, proof.text);
        output.document({ path, oldSize: proof.oldSize, size: proof.size });
        output.say(say('consistencyWritten', { old: String(proof.oldSize), size: String(proof.size), path }));
      })
    );
  filtered(log.command('bundle').description(say('logBundle')).requiredOption('--out <file>', say('optionEvidenceOut')))
    .option('--commitments', say('optionCommitments'))
    .option('--protected', say('optionProtected'))
    .option('--held <file>', say('optionHeld'), collect)
    .option('--purpose <text>', say('optionPurpose'))
    .addHelpText('after', examples(host.words, ['varve log bundle --out whole.varve-evidence', 'varve log bundle --out march.varve-evidence --category experiment --since 2026-03-01 --until 2026-04-01 --purpose "review of the paper"']))
    .action((options: FilterOptions & { out: string; commitments?: boolean; protected?: boolean; held?: string[]; purpose?: string }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const held = (options.held ?? []).map((file) => readSmallFile(file, noteLimitBytes));
        const { taskId } = await client.evidence.bundle({ path: absolutePath(options.out), filter: filterOf(options), disclosure: disclosureOf(options), protected: options.protected ?? false, held, ...why(options) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'evidence') return;
        const { report } = result;
        const keys = await client.checkpoints.keys({});
        output.document({ ...report, vkey: keys[0]?.vkey ?? null });
        output.say(say('bundleWritten', { count: report.entries, size: String(report.size), path: report.path }));
        if (report.uncovered > 0) output.note(say('evidenceUncovered', { count: String(report.uncovered) }));
        if (keys[0] !== undefined) output.say(`${say('evidenceSayKey')}\n  ${keys[0].vkey}`);
      })
    );
  log
    .command('tiles')
    .description(say('logTiles'))
    .requiredOption('--out <folder>', say('optionTilesOut'))
    .option('--purpose <text>', say('optionPurpose'))
    .addHelpText('after', examples(host.words, ['varve log tiles --out /srv/www/log']))
    .action((options: { out: string; purpose?: string }, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { taskId } = await client.evidence.tiles({ path: absolutePath(options.out), ...why(options) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'evidence') return;
        const { report } = result;
        output.document(report);
        output.say(say('tilesWritten', { count: report.entries, path: report.path }));
        if (report.uncovered > 0) output.note(say('evidenceUncovered', { count: String(report.uncovered) }));
      })
    );
}

function sizeOf(field: string, typed: string): number {
  return /^\d{1,15}$/.test(typed) ? Number(typed) : fail('BAD_INPUT', 'not a number', { field, reason: `"${typed}" is not a whole number` });
}
