// varve log list|show|facets|hints|note|remove-note|review|view: looking through the record, and writing on it.
import type { Command } from 'commander';
import { eventSentence } from '../../contract/copy/events.ts';
import { hintSentence } from '../../contract/copy/hints.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { formatExact, formatNumber } from '../../contract/copy/values.ts';
import type { LogEntry, LogFilter } from '../../contract/log.ts';
import type { EntryAnnotations, LogFacets, LogRow } from '../../contract/review.ts';
import { fail } from '../engine/kit/errors.ts';
import type { EventLog } from '../engine/log/index.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import { filterOf, reviewWords, withFilter, type FilterOptions } from './log-filter.ts';
import type { LogBody } from './log.ts';
import { openEntry, searchEncrypted } from './log-sealed.ts';
import type { Output } from './output.ts';

/** Of an earlier record. */
const withoutKeys = 'needs the keys of this record; those of an earlier one are not here. Restore its package with --old-home-gone to open what is encrypted in it';

interface Openers {
  reading: (command: Command, body: LogBody) => Promise<void>;
  appending: (command: Command, body: LogBody) => Promise<void>;
}

export function addReviewCommands(log: Command, host: Host, { reading, appending }: Openers): void {
  const { words } = host;
  const { say } = words;
  const own = reviewWords(words);

  withFilter(log.command('list').description(say('logList')), words)
    .option('--before <entry>', say('optionBefore'), wholeNumber('--before'))
    .option('--limit <count>', say('optionLimit'), wholeNumber('--limit'), 50)
    .option('--oldest', say('optionOldest'))
    .option('--context <entry>', own('optionContext'), wholeNumber('--context'))
    .option('--around <count>', own('optionAround'), wholeNumber('--around'), 5)
    .option('--encrypted', say('optionEncrypted'))
    .option('--purpose <text>', say('optionPurpose'))
    .option('--earlier <id>', say('optionEarlier'))
    .addHelpText('after', examples(words, ["varve log list --where 'payload.loss > 0.5' --since 2026-11-01", 'varve log list --unreviewed --level warn --level error', 'varve log list --context 1204533']))
    .action((options: FilterOptions & { before?: number; limit: number; oldest?: boolean; context?: number; around: number; encrypted?: boolean; purpose?: string; earlier?: string }, command: Command) => {
      if (options.encrypted === true && options.earlier !== undefined) fail('BAD_INPUT', '--encrypted and --earlier', { field: '--encrypted', reason: withoutKeys });
      return options.encrypted === true ? searchEncrypted(host, command, { filter: filterOf(options, words), purpose: options.purpose, before: options.before, limit: Math.min(1000, Math.max(1, options.limit)) }, entryLine) :
      reading(command, async ({ log: record }, output, signal) => {
        if (options.context !== undefined) {
          const around = Math.min(200, options.around);
          const rows = record.review.context({ seq: options.context, before: around, after: around });
          output.document({ rows });
          for (const row of rows) output.say(`${row.seq === options.context ? '>' : ' '} ${rowLine(row, output)}`);
          return;
        }
        const page = await listPage(record, { filter: filterOf(options, words), limit: Math.min(1000, Math.max(1, options.limit)), order: options.oldest ? 'oldest' : 'newest', before: options.before }, output, signal);
        output.document(page);
        if (page.entries.length === 0) output.say(say('nothingYet'));
        for (const entry of page.entries) output.say(entryLine(entry, output));
      });
    });
  log
    .command('show <entry>')
    .description(say('logShow'))
    .option('--open', say('optionOpen'))
    .option('--purpose <text>', say('optionPurpose'))
    .option('--earlier <id>', say('optionEarlier'))
    .addHelpText('after', examples(words, ['varve log show 1204', 'varve log show 1204 --open --purpose "question of the reviewer"']))
    .action((seq: string, options: { open?: boolean; purpose?: string; earlier?: string }, command: Command) => {
      if (options.open === true && options.earlier !== undefined) fail('BAD_INPUT', '--open and --earlier', { field: '--open', reason: withoutKeys });
      return options.open === true ? openEntry(host, command, entryNumber(seq), options.purpose, entryLine) :
      reading(command, async ({ log: record }, output) => {
        const shown = record.show(entryNumber(seq));
        const annotations = record.review.annotations(shown.entry.seq);
        output.document({ ...shown, annotations });
        output.say(entryLine(shown.entry, output));
        sayAnnotations(annotations, output);
        output.say(visibleText(JSON.stringify(shown, null, 2)));
      });
    });
  withFilter(log.command('facets').alias('stats').description(own('logFacets')), words)
    .option('--most <count>', own('optionMost'), wholeNumber('--most'), 20)
    .action((options: FilterOptions & { most: number }, command: Command) =>
      reading(command, async ({ log: record }, output, signal) => {
        const filter = filterOf(options, words);
        const facets = await record.review.facets({ filter, most: Math.min(500, Math.max(1, options.most)) }, signal);
        const { from, to } = await record.review.histogram({ filter, buckets: 1 }, signal);
        output.document({ ...facets, from, to });
        sayFacets(facets, output);
        if (from !== null && to !== null) output.say(own('range', { total: facets.total, from: formatExact(words.language, new Date(from)), to: formatExact(words.language, new Date(to)) }));
        if (facets.sealed > 0) output.note(own('sealed', { count: facets.sealed }));
      })
    );
  log
    .command('hints')
    .description(own('logHints'))
    .option('--window <hours>', own('optionWindow'), wholeNumber('--window'), 24)
    .action((options: { window: number }, command: Command) =>
      reading(command, async ({ log: record }, output, signal) => {
        if (options.window < 1 || options.window > 744) fail('BAD_INPUT', 'out of range', { field: '--window', reason: 'must be 1 to 744 hours' });
        const found = await record.review.hints({ windowMs: options.window * 3_600_000 }, signal);
        output.document(found);
        if (found.hints.length === 0) output.say(own('noHints'));
        for (const hint of found.hints) output.say(hintSentence(words.language, hint, { windowMs: found.windowMs, now: new Date(found.at) }));
      })
    );
  log
    .command('note <entry> <text>')
    .description(own('logNote'))
    .addHelpText('after', examples(words, ['varve log note 1203990 "the drift starts here"']))
    .action((seq: string, text: string, _options: object, command: Command) =>
      appending(command, async ({ log: record }, output) => {
        await record.sealed.prepare('note');
        const trimmed = text.trim();
        if (trimmed === '' || trimmed.length > 10_000) fail('BAD_INPUT', 'no note', { field: 'text', reason: 'must be a note of 1 to 10,000 characters' });
        const appended = record.review.note([entryNumber(seq)], trimmed, undefined);
        output.document(appended);
        output.say(own('noted', { seq: String(appended.seq) }));
      })
    );
  log
    .command('remove-note <note>')
    .description(own('logRemoveNote'))
    .action((note: string, _options: object, command: Command) =>
      appending(command, async ({ log: record }, output) => {
        await record.sealed.prepare('note');
        const appended = record.review.removeNote(entryNumber(note), undefined);
        output.document(appended);
        output.say(own('noteRemoved', { seq: String(appended.seq) }));
      })
    );
  log
    .command('review <entries...>')
    .description(own('logReview'))
    .option('--undo', own('optionUndo'))
    .action((entries: string[], options: { undo?: boolean }, command: Command) =>
      appending(command, async ({ log: record }, output) => {
        await record.sealed.prepare('note');
        const appended = record.review.mark(entries.flatMap(entryRange), options.undo !== true, undefined);
        output.document({ seq: appended?.seq ?? null });
        if (appended === undefined) output.say(own('alreadyMarked'));
        else output.say(own(options.undo === true ? 'unmarked' : 'marked', { seq: String(appended.seq) }));
      })
    );
  addViewCommands(log, host);
}

function addViewCommands(log: Command, host: Host): void {
  const { words } = host;
  const { say } = words;
  const own = reviewWords(words);
  const view = log.command('view').description(own('logView'));
  view
    .command('list')
    .description(own('viewList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const views = await client.review.views.list({});
        output.document(views);
        if (views.length === 0) output.say(own('noViews'));
        else output.table([own('colView'), own('colFilter')], views.map(({ name, filter }) => [name, JSON.stringify(filter)]));
      })
    );
  withFilter(view.command('save <name>').description(own('viewSave')), words).action((name: string, options: FilterOptions, command: Command) =>
    host.withClient(command, {}, async ({ client, output }) => {
      const saved = await client.review.views.save({ name, filter: filterOf(options, words) });
      output.document(saved);
      output.say(own('viewSaved', { name: saved.name }));
    })
  );
  view
    .command('rm <name>')
    .description(own('viewRemove'))
    .action((name: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        output.document(await client.review.views.remove({ name }));
        output.say(own('viewRemoved', { name }));
      })
    );
  view
    .command('show <name>')
    .description(own('viewShow'))
    .option('--limit <count>', say('optionLimit'), wholeNumber('--limit'), 50)
    .action((name: string, options: { limit: number }, command: Command) =>
      host.withClient(command, {}, async ({ client, output, signal }) => {
        const found = (await client.review.views.list({})).find((each) => each.name === name) ?? fail('NOT_FOUND', `no view ${name}`, { kind: 'view', name });
        const limit = Math.min(500, Math.max(1, options.limit));
        let page = await client.review.rows({ filter: found.filter, limit }, { signal });
        while (!page.complete && page.rows.length < limit) {
          output.progress.show(own('scanning', { seq: String(page.scannedTo) }));
          page = await client.review.rows({ filter: found.filter, limit }, { signal });
        }
        output.document({ view: found, ...page });
        if (page.rows.length === 0) output.say(say('nothingYet'));
        for (const row of page.rows) output.say(rowLine(row, output));
        if (page.sealed > 0) output.note(own('sealed', { count: page.sealed }));
      })
    );
}

interface Page {
  entries: LogEntry[];
  next: number | null;
  total: number | null;
}

/** One page, however long a condition on payloads has to look for it. */
async function listPage(record: EventLog, input: { filter: LogFilter; limit: number; order: 'newest' | 'oldest'; before: number | undefined }, output: Output, signal: AbortSignal): Promise<Page> {
  const { filter, limit, order, before } = input;
  const entries: LogEntry[] = [];
  let cursor: number | null | undefined;
  while (entries.length < limit && cursor !== null && !signal.aborted) {
    const range = cursor === undefined ? (before === undefined ? {} : { before }) : order === 'newest' ? { before: cursor } : { after: cursor, ...(before === undefined ? {} : { before }) };
    const page = record.list({ filter, order, limit: limit - entries.length, count: false, ...range });
    entries.push(...page.entries);
    cursor = page.next;
    if (cursor !== null && entries.length < limit) output.progress.show(reviewWords(output.words)('scanning', { seq: String(cursor) }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { entries, next: cursor ?? null, total: await record.review.count(filter, signal) };
}

function sayFacets(facets: LogFacets, output: Output): void {
  const own = reviewWords(output.words);
  const name = (value: { name: string | null; id: string }): string => value.name ?? `${own('erased')} (${value.id})`;
  const lists: Record<'category' | 'level' | 'action' | 'actor' | 'subject' | 'session', { label: string; count: number }[]> = {
    category: facets.category.values.map(({ value, count }) => ({ label: value, count })),
    level: facets.level.values.map(({ value, count }) => ({ label: value, count })),
    action: facets.action.values.map(({ value, count }) => ({ label: value, count })),
    actor: facets.actor.values.map((value) => ({ label: name(value), count: value.count })),
    subject: facets.subject.values.map((value) => ({ label: name(value), count: value.count })),
    session: facets.session.values.map(({ value, count }) => ({ label: value, count }))
  };
  for (const facet of Object.keys(lists) as (keyof typeof lists)[]) {
    const values = lists[facet];
    if (values.length === 0) continue;
    output.table([own(`facet_${facet}`).toLocaleUpperCase(output.words.language), ''], values.map(({ label, count }) => [label, formatNumber(output.words.language, count)]), { right: [1] });
    const { distinct } = facets[facet];
    if (distinct > values.length) output.say(own('facetMore', { shown: values.length, distinct }));
    output.say('');
  }
}

function sayAnnotations({ notes, reviewed }: EntryAnnotations, output: Output): void {
  const own = reviewWords(output.words);
  const when = (at: string): string => formatExact(output.words.language, new Date(at));
  for (const note of notes) output.say(own('noteLine', { seq: String(note.seq), who: visibleText(note.actorName ?? own('erased'), true), when: when(note.at), text: visibleText(note.text ?? note.state) }));
  if (reviewed !== null) output.say(own('reviewedLine', { who: visibleText(reviewed.actorName ?? own('erased'), true), when: when(reviewed.at) }));
}

/** `1204533  14:02:11  me  You restored ...`: the words of the console. */
export function entryLine(entry: LogEntry, { words }: Output): string {
  return `${String(entry.seq).padStart(6)}  ${formatExact(words.language, new Date(entry.ts))}  ${visibleText(entry.actorName ?? entry.actor, true).padEnd(12)}  ${eventSentence(words.language, entry)}`;
}

function rowLine(row: LogRow, output: Output): string {
  return row.entry === null ? `${String(row.seq).padStart(6)}  ${reviewWords(output.words)('damaged', { what: output.words.reason(row.damage ?? '') })}` : entryLine(row.entry, output);
}

function entryNumber(typed: string): number {
  return /^\d{1,15}$/.test(typed) ? Number(typed) : fail('BAD_INPUT', 'not a number', { field: 'entry', reason: `"${typed}" is not the number of an entry` });
}

/** `7` or `10-20`. */
function entryRange(typed: string): number[] {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(typed) ?? [];
  if (from === undefined || to === undefined) return [entryNumber(typed)];
  const length = Number(to) - Number(from) + 1;
  if (length < 1 || length > 10_000) fail('BAD_INPUT', 'not a range', { field: 'entries', reason: `"${typed}" is not a range that goes up, over 10,000 entries at most` });
  return Array.from({ length }, (_, index) => Number(from) + index);
}
