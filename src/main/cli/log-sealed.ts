// varve log encrypt; varve log show --open; varve log list --encrypted
import type { Command } from 'commander';
import { Category, type LogEntry, type LogFilter } from '../../contract/log.ts';
import { fail } from '../engine/kit/errors.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';

type Sentence = (entry: LogEntry, output: Output) => string;

export function addEncryptCommand(log: Command, host: Host): void {
  const { say } = host.words;
  log
    .command('encrypt [category] [state]')
    .description(say('logEncrypt'))
    .addHelpText('after', examples(host.words, ['varve log encrypt', 'varve log encrypt note on']))
    .action((name: string | undefined, state: string | undefined, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        if (name === undefined) {
          const categories = await client.sealed.encryption({});
          output.document(categories);
          const word = (value: boolean): string => say(value ? 'yes' : 'no');
          return output.table([say('colCategory'), say('colEncrypted'), say('colChangeable')], categories.map(({ category, encrypts, changeable }) => [category, word(encrypts), word(changeable)]));
        }
        const category = Category.safeParse(name).data ?? fail('BAD_INPUT', 'unknown category', { field: 'category', reason: `${name}; ${Category.options.join(', ')}` });
        if (state !== 'on' && state !== 'off') fail('BAD_INPUT', 'not a state', { field: 'state', reason: say('encryptState') });
        const result = await client.sealed.setEncryption({ category, encrypts: state === 'on' });
        output.document(result);
        return output.say(result.changed ? say(state === 'on' ? 'encryptOn' : 'encryptOff', { category }) : say('encryptSame'));
      })
    );
}

export function purposeOf(host: Host, purpose: string | undefined): string {
  return purpose ?? fail('BAD_INPUT', 'no purpose', { field: '--purpose', reason: host.words.say('purposeNeeded') });
}

/** `show --open`: through the engine, which may ask for the vault's passphrase. */
export function openEntry(host: Host, command: Command, seq: number, purpose: string | undefined, sentence: Sentence): Promise<void> {
  const { say } = host.words;
  return host.withClient(command, {}, async ({ client, output }) => {
    const { entries, event, withoutKey } = await client.sealed.open({ seqs: [seq], purpose: purposeOf(host, purpose) });
    const [shown] = entries;
    if (shown === undefined) fail('NOT_FOUND', `the log has no entry ${seq}`, { kind: 'event', name: String(seq) });
    output.document(shown);
    output.say(sentence(shown.entry, output));
    output.say(JSON.stringify(shown, null, 2));
    if (event !== null) output.note(say('openedRecorded', { event: String(event) }));
    if (withoutKey.length > 0) output.note(say('openedWithoutKey'));
    if (shown.entry.payloadState === 'altered') return exitCodes.integrity;
    return withoutKey.length > 0 ? exitCodes.gaps : exitCodes.done;
  });
}

/** `list --encrypted`. */
export function searchEncrypted(host: Host, command: Command, request: { filter: LogFilter; purpose: string | undefined; before: number | undefined; limit: number }, sentence: Sentence): Promise<void> {
  const { say } = host.words;
  const { filter, purpose, before, limit } = request;
  return host.withClient(command, {}, async ({ client, output, signal }) => {
    if (filter.text === undefined) fail('BAD_INPUT', 'no words', { field: '--text', reason: say('textNeeded') });
    const page = await client.sealed.search({ filter, purpose: purposeOf(host, purpose), limit, ...(before !== undefined && { before }) }, { signal });
    output.document(page);
    if (page.entries.length === 0) output.say(say('nothingYet'));
    for (const entry of page.entries) output.say(sentence(entry, output));
    if (page.event !== null) output.note(say('searchedRecorded', { scanned: page.scanned, event: String(page.event) }));
    if (page.unopened > 0) output.note(say('searchedUnopened', { count: page.unopened }));
    if (page.next !== null) output.note(say('searchedMore', { next: String(page.next) }));
    return page.unopened > 0 ? exitCodes.gaps : exitCodes.done;
  });
}
