// varve log anchor add|list|request|accept|send|sheet|from-repository, varve log witness add|list|rm
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { heldKinds, type Anchor } from '../../contract/anchors.ts';
import { anchorKind, anchorSentence } from '../../contract/copy/anchors.ts';
import { formatExact } from '../../contract/copy/values.ts';
import { fail } from '../engine/kit/errors.ts';
import { readStandardInput } from './ask.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { writeNewFile } from './new-file.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';

const limitBytes = 200_000;

export function addAnchorCommands(log: Command, host: Host): void {
  const { say } = host.words;
  const anchor = log.command('anchor').description(say('logAnchor'));
  anchor
    .command('add [source...]')
    .description(say('anchorAdd'))
    .option('--kind <kind>', say('optionHeld'))
    .option('--label <text>', say('optionHeldLabel'))
    .addHelpText('after', examples(host.words, ['varve log anchor add /media/me/STICK/thesis.checkpoint', 'varve log anchor add 1204 q83vEjRW --kind paper --label "notebook 7, page 12"']))
    .action((source: string[], options: { kind?: string; label?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { text, from } = await readHeld(source);
        const kind = heldKinds.find((each) => each === (options.kind ?? from)) ?? fail('BAD_INPUT', 'unknown kind', { field: '--kind', reason: heldKinds.join(', ') });
        const held = await client.anchors.hold({ text, kind, ...(options.label !== undefined && { label: options.label }) });
        output.document(held);
        return show(held, output);
      })
    );
  anchor
    .command('list')
    .description(say('anchorList'))
    .option('--limit <count>', say('optionLimit'), wholeNumber('--limit'), 50)
    .action((options: { limit: number }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const anchors = await client.anchors.list({ limit: Math.min(1000, Math.max(1, options.limit)) });
        const status = await client.anchors.status({});
        output.document({ anchors, status });
        const when = (at: string): string => formatExact(output.words.language, new Date(at));
        if (anchors.length === 0) output.say(say('anchorNone'));
        else {
          output.table(
            [say('colTime'), say('colHeld'), say('colEntries'), say('colRoot'), say('colOutcome'), say('colWhere'), say('colSeq')],
            anchors.map((each) => [when(each.at), anchorKind(output.words.language, each.kind), String(each.size), each.root.slice(0, 8), say(`outcome_${each.outcome}`), whereOf(each), String(each.seq)]),
            { right: [2, 6] }
          );
        }
        if (status.uncovered > 0 && status.newest) output.note(say('anchorUncovered', { count: status.uncovered }));
        if (status.due) output.note(say(status.newest ? 'anchorDue' : 'anchorDueNever'));
      })
    );
  const ofWitness = (command: Command): Command => command.requiredOption('--witness <vkey|name>', say('optionWitnessKey'));
  ofWitness(anchor.command('request').description(say('anchorRequest')))
    .option('--out <file>', say('optionRequestOut'))
    .option('--old <entries>', say('optionOld'), wholeNumber('--old'))
    .addHelpText('after', examples(host.words, ['varve log anchor request --witness stick.ada.example --out /media/me/STICK/thesis.request']))
    .action((options: { witness: string; out?: string; old?: number }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const request = await client.anchors.witnesses.request({ witness: options.witness, ...(options.old !== undefined && { old: options.old }) });
        output.document(request);
        if (options.out === undefined) output.say(request.text.trimEnd());
        else output.say(say('anchorRequestWritten', { size: request.size, path: writeNewFile(options.out, request.text) }));
      })
    );
  anchor
    .command('accept <file>')
    .description(say('anchorAccept'))
    .option('--witness <vkey|name>', say('optionWitnessKey'))
    .action((file: string, options: { witness?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const text = file === '-' ? await readInput() : readText(file);
        const result = await client.anchors.witnesses.accept({ text, ...options });
        output.document(result);
        if (result.anchor) return show(result.anchor, output);
        output.say(say('anchorSize', { size: result.size }));
        return exitCodes.gaps;
      })
    );
  ofWitness(anchor.command('send').description(say('anchorSend')))
    .option('--url <address>', say('optionWitnessUrl'))
    .action((options: { witness: string; url?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output, signal }) => {
        const result = await client.anchors.witnesses.send(options, { signal });
        output.document(result);
        return result.anchor ? show(result.anchor, output) : exitCodes.gaps;
      })
    );
  anchor
    .command('sheet')
    .description(say('anchorSheet'))
    .requiredOption('--out <file>', say('optionSheetOut'))
    .action((options: { out: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const sheet = await client.anchors.sheet({ language: output.words.language });
        const path = writeNewFile(options.out, sheet.html);
        output.document({ path, anchor: sheet.anchor });
        output.say(say('anchorSheetWritten', { path }));
      })
    );
  anchor
    .command('from-repository <name>')
    .description(say('anchorFromRepository'))
    .action((repository: string, _options: object, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { looked, anchors } = await client.anchors.fromRepository({ repository }, { signal });
        output.document({ looked, anchors });
        if (anchors.length === 0) {
          output.say(say('anchorNoneInRepository', { count: looked }));
          return exitCodes.evidence;
        }
        return Math.max(...anchors.map((each) => show(each, output)));
      })
    );
  addLogWitnessCommands(log, host);
}

function addLogWitnessCommands(log: Command, host: Host): void {
  const { say } = host.words;
  const witness = log.command('witness').description(say('logWitness'));
  witness
    .command('add <vkey>')
    .description(say('logWitnessAdd'))
    .option('--url <address>', say('optionWitnessUrl'))
    .action((vkey: string, options: { url?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const added = await client.anchors.witnesses.add({ vkey, ...options });
        output.document(added);
        output.say(say('witnessAdded', { name: added.name }));
      })
    );
  witness
    .command('list')
    .description(say('logWitnessList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const witnesses = await client.anchors.witnesses.list({});
        output.document(witnesses);
        if (witnesses.length === 0) return output.say(say('nothingYet'));
        return output.table([say('colName'), say('colEntries'), say('colUrl'), say('colKey')], witnesses.map((each) => [each.name, String(each.size), each.url ?? '-', each.vkey]), { right: [1] });
      })
    );
  witness
    .command('rm <vkey|name>')
    .description(say('logWitnessRemove'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        output.document(await client.anchors.witnesses.remove({ witness: name }));
        output.say(say('witnessRemoved', { name }));
      })
    );
}

/** Says what came of the comparison; behind is evidence missing (9), another history or key is broken (5). */
function show(anchor: Anchor, { words: { say, language }, ...output }: Output): number {
  output.say(anchorSentence(language, anchor));
  if (anchor.witness !== null && anchor.witnessedAt !== null) output.say(say('anchorCosigned', { witness: anchor.witness, when: formatExact(language, new Date(anchor.witnessedAt)) }));
  if (anchor.outcome === 'fits' && !anchor.outside) output.note(say('anchorSameDrive'));
  output.say(say('anchorRecorded', { seq: String(anchor.seq) }));
  return { fits: exitCodes.done, behind: exitCodes.evidence, 'other-history': exitCodes.integrity, 'foreign-key': exitCodes.integrity }[anchor.outcome];
}

function whereOf({ label, witness, repository, snapshot }: Anchor): string {
  return [label, witness, repository, snapshot?.slice(0, 8)].filter((part) => part !== null && part !== undefined).join(' · ');
}

async function readHeld(source: readonly string[]): Promise<{ text: string; from: 'file' | 'other' | 'paper' }> {
  const [first] = source;
  if (first === undefined || (source.length === 1 && first === '-')) return { text: await readInput(), from: 'other' };
  const typed = source.join(' ');
  // A number and a word can be no file that anybody keeps a checkpoint in.
  if (/^[\d.,]+ [A-Za-z0-9+/=]+$/.test(typed)) return { text: typed, from: 'paper' };
  if (source.length > 1) fail('BAD_INPUT', 'more than one source', { field: 'source', reason: 'must be a file, "-", or the number of entries and the first 8 characters of the root' });
  return { text: readText(first), from: 'file' };
}

async function readInput(): Promise<string> {
  return decode(await readStandardInput(limitBytes), '-');
}

function readText(typed: string): string {
  const path = absolutePath(typed);
  const stat = statSync(path, { throwIfNoEntry: false }) ?? fail('PATH_MISSING', `no file ${path}`, { path });
  if (!stat.isFile() || stat.size > limitBytes) fail('BAD_INPUT', 'not a checkpoint', { field: path, reason: `must be a file of at most ${limitBytes} bytes` });
  return decode(readFileSync(path), path);
}

function decode(bytes: Uint8Array, field: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail('BAD_INPUT', 'not text', { field, reason: 'is not text in UTF-8' });
  }
}
