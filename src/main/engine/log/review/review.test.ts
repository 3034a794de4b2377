// Reading with filters, against the plainest judge there is: every entry of the list, asked one by one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { categories, levels, type LogEntry, type LogFilter } from '../../../../contract/log.ts';
import { createTest, fold, parseWhere } from '../../../../contract/where.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog, NewEvent } from '../index.ts';
import { openTestLog, type TestClock } from '../testing.ts';
import { bucketWidth } from './histogram.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: TestClock;
/** Newest first, with what lists do not show. */
let all: (LogEntry & { session: string; trace: string })[];
const reviewed = new Set<number>();
const noted = new Set<number>();
const traces = ['a'.repeat(32), 'b'.repeat(32)];

const event = (i: number): NewEvent => ({
  action: ['app.measured', 'app.noted', 'app.failed'][i % 3] ?? '',
  category: (['app', 'note', 'experiment', 'ingest'] as const)[i % 4] ?? 'app',
  level: levels[i % 5] ?? 'info',
  actor: ['ada', 'grace', 'josé'][i % 7 === 0 ? 1 : i % 11 === 0 ? 2 : 0] ?? '',
  ...(i % 2 === 0 ? { subject: `run:${i % 10}` } : {}),
  ...(i % 6 === 0 ? { trace: traces[i % 4 === 0 ? 0 : 1] ?? '' } : {}),
  ...(i % 9 === 0 ? {} : { payload: { step: i, loss: 1 / (i + 1), message: i % 5 === 0 ? 'Calibração feita' : `gradient ${i}`, tags: i % 4 === 0 ? ['draft', i] : [], deep: { list: [{ x: i % 3 }] }, [`k${i % 3}`]: i % 2 === 0 ? null : 'yes' } })
});

beforeAll(() => {
  folder = createTestFolder();
  ({ log, clock } = openTestLog({ files, path: folder.at('log.db') }));
  for (let i = 0; i < 300; i++) {
    clock.advance(i % 50 === 49 ? -30_000 : 60_000);
    log.append(event(i));
  }
  log.close();
  // Another run of the program goes on.
  ({ log } = openTestLog({ files, path: folder.at('log.db'), clock, session: 'second-session', begin: false }));
  for (let i = 300; i < 400; i++) {
    clock.advance(60_000);
    log.append(event(i));
  }
  const mark = (seqs: number[], yes: boolean): void => {
    log.review.mark(seqs, yes, undefined);
    for (const seq of seqs) if (yes) reviewed.add(seq);
    else reviewed.delete(seq);
  };
  mark([5, 6, 7, 200], true);
  mark([6], false);
  const first = log.review.note([7], 'look again', undefined).seq;
  log.review.note([8, 9], 'both drift', undefined);
  log.review.removeNote(first, undefined);
  for (const seq of [8, 9]) noted.add(seq);
  const { entries } = log.list({ limit: 1000 });
  all = entries.map((entry) => {
    const { header } = log.show(entry.seq);
    return { ...entry, session: header.session, trace: header.trace };
  });
});
afterAll(() => {
  log.close();
  folder.remove();
});

const some = (wanted: string | string[] | undefined, test: (one: string) => boolean): boolean => wanted === undefined || [wanted].flat().some(test);
const begins = (value: string | null, wanted: string): boolean => (wanted.endsWith('*') ? value?.startsWith(wanted.slice(0, -1)) === true : value === wanted);

function passes(entry: (typeof all)[number], filter: LogFilter): boolean {
  const words = fold(`${entry.action} ${JSON.stringify(entry.payload)}`).split(/[^\p{L}\p{N}]+/u);
  return (
    (filter.category === undefined || filter.category.includes(entry.category)) &&
    (filter.level === undefined || filter.level.includes(entry.level)) &&
    some(filter.action, (wanted) => begins(entry.action, wanted)) &&
    some(filter.actor, (wanted) => begins(entry.actorName, wanted) || entry.actor === wanted) &&
    some(filter.subject, (wanted) => begins(entry.subjectName, wanted) || entry.subject === wanted) &&
    some(filter.session, (wanted) => entry.session === wanted) &&
    (filter.trace === undefined || entry.trace === filter.trace) &&
    (filter.id === undefined || entry.id === filter.id) &&
    (filter.since === undefined || entry.ts >= filter.since) &&
    (filter.until === undefined || entry.ts < filter.until) &&
    (filter.fromSeq === undefined || entry.seq >= filter.fromSeq) &&
    (filter.toSeq === undefined || entry.seq <= filter.toSeq) &&
    (filter.text === undefined || filter.text.split(' ').every((word) => words.includes(fold(word)))) &&
    (filter.payload === undefined || filter.payload.includes(entry.payloadState)) &&
    (filter.where === undefined || createTest(parseWhere(filter.where))(entry.payloadState === 'none' ? undefined : entry.payload)) &&
    (filter.reviewed === undefined || reviewed.has(entry.seq) === filter.reviewed) &&
    (filter.noted === undefined || noted.has(entry.seq) === filter.noted)
  );
}

const filters: [string, () => LogFilter][] = [
  ['nothing', () => ({})],
  ['a category', () => ({ category: ['note'] })],
  ['several categories and levels', () => ({ category: ['note', 'experiment'], level: ['warn', 'error'] })],
  ['several actions', () => ({ action: ['app.noted', 'app.failed'] })],
  ['the start of an action', () => ({ action: 'app.*' })],
  ['several people', () => ({ actor: ['grace', 'josé'] })],
  ['an opaque id', () => ({ actor: all.find((entry) => entry.actorName === 'grace')?.actor ?? '' })],
  ['a subject', () => ({ subject: 'run:4' })],
  ['several subjects by their start', () => ({ subject: ['run:*', 'nobody'] })],
  ['a session', () => ({ session: 'second-session' })],
  ['a trace', () => ({ trace: traces[1] })],
  ['a trace and a category', () => ({ trace: traces[0], category: ['app'] })],
  ['an id', () => ({ id: all[17]?.id })],
  ['a range of entries', () => ({ fromSeq: 100, toSeq: 120 })],
  ['a time', () => ({ since: all[250]?.ts, until: all[100]?.ts })],
  ['words', () => ({ text: 'calibracao' })],
  ['words and a session', () => ({ text: 'gradient', session: 'second-session' })],
  ['words and a trace', () => ({ text: 'gradient', trace: traces[0] })],
  ['entries without content', () => ({ payload: ['none'] })],
  ['entries with content that fits', () => ({ payload: ['intact'], level: ['debug'] })],
  ['a number in the content', () => ({ where: 'payload.loss > 0.01' })],
  ['an exact number in the content', () => ({ where: `payload.loss = ${1 / 8}` })],
  ['a condition within a category', () => ({ where: 'payload.step < 50', category: ['app'] })],
  ['content that is not there', () => ({ where: 'not payload.k1 exists', action: 'app.*' })],
  ['null, lists and depth', () => ({ where: 'payload.k0 = null or payload.tags ~ draft and payload.deep.list[0].x = 1' })],
  ['contains, without accents', () => ({ where: 'payload.message ~ CALIBRAC' })],
  ['condition, words and time at once', () => ({ where: 'payload.step >= 20', text: 'gradient', since: all[350]?.ts })],
  ['what is reviewed', () => ({ reviewed: true })],
  ['what is not, within a category', () => ({ reviewed: false, category: ['app'] })],
  ['what has notes', () => ({ noted: true })],
  ['what has no notes, by words', () => ({ noted: false, text: 'gradient' })],
  ['somebody nobody knows', () => ({ actor: 'nobody' })]
];

describe('every filter', () => {
  it.each(filters)('by %s: the same entries in rows, list, facets and histogram', async (_name, make) => {
    const filter = make();
    const expected = all.filter((entry) => passes(entry, filter)).map((entry) => entry.seq);
    expect(expected.length > 0 || filter.actor === 'nobody').toBe(true);

    const page = await log.review.rows({ filter, limit: 500 });
    expect(page.rows.map((row) => row.seq)).toEqual(expected);
    expect(page).toMatchObject({ total: expected.length, complete: true, sealed: 0 });
    const middle = Math.floor(expected.length / 2);
    expect((await log.review.rows({ filter, offset: middle, limit: 3 })).rows.map((row) => row.seq)).toEqual(expected.slice(middle, middle + 3));

    const listed: number[] = [];
    for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
      const part = log.list({ filter, before, limit: 7 });
      listed.push(...part.entries.map((entry) => entry.seq));
      before = part.next;
    }
    expect(listed).toEqual(expected);

    const facets = await log.review.facets({ filter });
    expect(facets.total).toBe(expected.length);
    const other = (without: Partial<LogFilter>): typeof all => all.filter((entry) => passes(entry, { ...filter, ...without }));
    for (const { value, count } of facets.category.values) expect([value, count]).toEqual([value, other({ category: [value] }).length]);
    for (const { value, count } of facets.level.values) expect([value, count]).toEqual([value, other({ level: [value] }).length]);
    for (const { value, count } of facets.action.values) expect([value, count]).toEqual([value, other({ action: value }).length]);
    for (const { name, count } of facets.actor.values) expect([name, count]).toEqual([name, other({ actor: name ?? '' }).length]);
    for (const { id, count } of facets.subject.values) expect([id, count]).toEqual([id, other({ subject: id }).length]);
    for (const { value, count } of facets.session.values) expect([value, count]).toEqual([value, other({ session: value }).length]);
    if (filter.category === undefined) expect(facets.category.values.reduce((sum, { count }) => sum + count, 0)).toBe(expected.length);

    const histogram = await log.review.histogram({ filter, buckets: 20 });
    const anyTime = all.filter((entry) => passes(entry, { ...filter, since: undefined, until: undefined }));
    expect(histogram.buckets.length).toBeLessThanOrEqual(20);
    expect(histogram.matched).toBe(anyTime.length);
    histogram.buckets.forEach(({ from, total, matched }, index) => {
      const to = histogram.buckets[index + 1]?.from ?? histogram.to ?? '';
      const inside = (entry: LogEntry): boolean => entry.ts >= from && entry.ts < to;
      expect([total, matched]).toEqual([all.filter(inside).length, anyTime.filter(inside).length]);
    });
  });

  it('counts what is chosen in a facet together with what could be chosen instead', async () => {
    const { level, category, total } = await log.review.facets({ filter: { level: ['warn'], category: ['app'] } });
    expect(level.values.map(({ value }) => value).toSorted()).toEqual([...new Set(all.filter((entry) => entry.category === 'app').map((entry) => entry.level))].toSorted());
    expect(category.values.find(({ value }) => value === 'app')?.count).toBe(total);
  });

  it('finds facet values by a part of their name, without accents', async () => {
    const { actor } = await log.review.facets({ search: { facet: 'actor', part: 'JOS' } });
    expect(actor.values.map(({ name }) => name)).toEqual(['josé']);
    expect(actor.distinct).toBe(3);
  });

  it('a condition that cannot be read is refused with the place, before anything is looked at', async () => {
    await expect(log.review.rows({ filter: { where: 'payload.x ==' } })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'where' } });
    expect(() => log.list({ filter: { where: 'x' } })).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});

describe('the place of an entry', () => {
  it('is its offset in the filter, or none when it does not pass', async () => {
    const filter: LogFilter = { category: ['note'] };
    const notes = all.filter((entry) => passes(entry, filter));
    expect(await log.review.locate({ filter, seq: notes[40]?.seq })).toEqual({ seq: notes[40]?.seq, offset: 40, complete: true });
    const other = all.find((entry) => entry.category === 'app')?.seq;
    expect(await log.review.locate({ filter, seq: other })).toMatchObject({ offset: null, complete: true });
    expect(await log.review.locate({ seq: 3 })).toEqual({ seq: 3, offset: all.length - 4, complete: true });
  });

  it('by a moment is the newest entry at or before it', async () => {
    for (const filter of [{}, { category: ['app' as const] }]) {
      const listed = all.filter((entry) => passes(entry, filter));
      const at = listed[33]?.ts ?? '';
      const expected = listed.findIndex((entry) => entry.ts <= at);
      expect(await log.review.locate({ filter, at })).toEqual({ seq: listed[expected]?.seq, offset: expected, complete: true });
      expect(await log.review.locate({ filter, at: '2020-01-01T00:00:00.000Z' })).toEqual({ seq: null, offset: null, complete: true });
    }
  });

  it('has its neighbours around it, whatever the filter', () => {
    expect(log.review.context({ seq: 50, before: 2, after: 3 }).map((row) => row.seq)).toEqual([48, 49, 50, 51, 52, 53]);
    expect(log.review.context({ seq: 0, before: 5, after: 1 }).map((row) => row.seq)).toEqual([0, 1]);
    expect(() => log.review.context({ seq: 10_000, before: 1, after: 1 })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('the histogram', () => {
  it('begins its buckets where the reader\'s day begins', async () => {
    const { buckets, widthMs } = await log.review.histogram({ buckets: 3, alignTo: '2026-11-20T03:00:00.000Z' });
    expect(widthMs).toBe(6 * 3_600_000);
    expect(buckets[0]?.from).toBe('2026-11-20T21:00:00.000Z');
  });

  it('has widths that people count in', () => {
    const day = 86_400_000;
    expect([bucketWidth(1, 90), bucketWidth(day, 90), bucketWidth(365 * day, 90), bucketWidth(40 * 365 * day, 90)]).toEqual([1, 1_800_000, 7 * day, 224 * day]);
  });
});

describe('entries between moments', () => {
  it('are all counted, each where it belongs, also where the moments lie outside the record or are the same', async () => {
    const entries = log.list({ limit: 1000 }).entries;
    const at = entries.map(({ ts }) => Date.parse(ts)).sort((a, b) => a - b);
    const middle = new Date(at[Math.floor(at.length / 2)] as number).toISOString();
    const times = ['1999-01-01T00:00:00.000Z', middle, middle, '2999-01-01T00:00:00.000Z'];
    const before = at.filter((ms) => ms < Date.parse(middle)).length;
    const { counts, upTo } = await log.review.between({ times });
    expect(counts).toEqual([0, before, 0, entries.length - before, 0]);
    expect((await log.review.between({ times, upTo: 9 })).counts.reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(upTo).toBe(entries.length - 1);
    expect((await log.review.between({ times: times.toReversed() })).counts).toEqual(counts);
  });
});

describe('types of values', () => {
  it('every category and level that occurs has a name', async () => {
    const { category, level } = await log.review.facets({});
    expect(category.values.every(({ value }) => categories.includes(value))).toBe(true);
    expect(level.values).toHaveLength(5);
  });
});
