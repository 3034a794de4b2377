// Judged by the 40 results that restic's own tests hold, and by what a person would count on a calendar.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../format/time.ts';
import { fixturesFolder } from '../testing/index.ts';
import { decide, type Candidate } from './decide.ts';
import { keepsNothing, type Policy } from './policy.ts';
import { before, formatSpan, parseSpan } from './span.ts';
import { resticWords } from './testing/restic-words.ts';

type Short = Policy['counts'] & { within?: string; tags?: string[][]; withinPeriods?: Record<string, string> };

function policy({ within, tags = [], withinPeriods = {}, ...counts }: Short): Policy {
  const span = (text: string) => parseSpan(text)!;
  return { counts, tags, withinPeriods: Object.fromEntries(Object.entries(withinPeriods).map(([rule, text]) => [rule, span(text)])), ...(within !== undefined && { within: span(within) }) };
}

const long = '1y2m3d3h';
/** By number, as the fixtures' README lists them. */
const golden: readonly Short[] = [
  {}, { last: 10 }, { last: 15 }, { last: 99 }, { last: 200 }, { hourly: 20 }, { daily: 3 }, { daily: 10 }, { daily: 30 }, { last: 5, daily: 5 }, { last: 2, daily: 10 }, { weekly: 2 }, { weekly: 4 }, { daily: 3, weekly: 4 }, { monthly: 6 },
  { daily: 2, weekly: 2, monthly: 6 }, { yearly: 10 }, { daily: 7, weekly: 2, monthly: 3, yearly: 10 }, { tags: [['foo']] }, { tags: [['foo', 'bar']] }, { tags: [['foo'], ['bar']] },
  { within: '1d' }, { within: '2d' }, { within: '7d' }, { within: '1m' }, { within: '1m14d' }, { within: '1y1d1m' }, { within: '13d23h' }, { within: '2m2h' }, { within: long },
  { withinPeriods: { hourly: long } }, { withinPeriods: { daily: long } }, { withinPeriods: { weekly: long } }, { withinPeriods: { monthly: long } }, { withinPeriods: { yearly: long } },
  { within: '1h', withinPeriods: { hourly: '1d', daily: '7d', weekly: '1m', monthly: '1y', yearly: '9999y' } },
  { last: -1 }, { last: -1, hourly: -1 }, { hourly: -1 }, { daily: 3, weekly: 2, monthly: -1, yearly: -1 }
];

interface Golden {
  keep: { time: string; tags?: string[] }[] | null;
  reasons?: { snapshot: { time: string }; matches: string[]; counters: Record<string, number> }[];
}

const folder = fixturesFolder();
const read = (number: number): Golden => JSON.parse(readFileSync(join(folder as string, 'policy', `policy_keep_snapshots_${number}`), 'utf8')) as Golden;
const present = folder !== undefined && existsSync(join(folder, 'policy'));
const nowNs = parseTime('2026-01-01T00:00:00Z').ns;

describe.runIf(present)('the results of restic’s own tests', () => {
  it.each(golden.map((short, number) => ({ number, short })))('$number: $short', ({ number, short }) => {
    const all = (read(4).keep ?? []).map((snapshot) => ({ ...snapshot, text: snapshot.time, time: parseTime(snapshot.time) }));
    const kept = decide(all, policy(short), { nowNs }).filter(({ reasons }) => reasons.length > 0);
    const { keep, reasons } = read(number);
    expect(kept.map(({ candidate }) => candidate.text)).toEqual((keep ?? []).map(({ time }) => time));
    const counters = (left: Record<string, number>) => Object.fromEntries(Object.entries(left).filter(([, count]) => count !== 0));
    expect(kept.map((each) => ({ matches: each.reasons.map(resticWords), counters: counters(each.left) }))).toEqual((reasons ?? []).map(({ matches, counters: expected }) => ({ matches, counters: expected })));
  });

  it('are 40, and the input has 103 snapshots', () => {
    expect(golden).toHaveLength(40);
    expect(read(4).keep).toHaveLength(103);
  });
});

const at = (time: string, tags?: string[]): Candidate & { text: string } => ({ text: time, time: parseTime(time), tags });
const kept = (list: Candidate[], short: Short, options: Partial<Parameters<typeof decide>[2]> = {}): string[] =>
  decide(list as ReturnType<typeof at>[], policy(short), { nowNs, ...(options as object) })
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ candidate }) => candidate.text);

describe('a policy', () => {
  it('counts days on the clock of the zone a snapshot was recorded in', () => {
    const evening = at('2025-06-01T23:30:00-03:00');
    const midnight = at('2025-06-02T00:30:00-03:00');
    const sameDayUtc = [at('2025-06-02T02:30:00Z'), at('2025-06-02T03:30:00Z'), at('2025-05-01T00:00:00Z')];
    expect(kept([midnight, evening, at('2025-05-01T00:00:00-03:00')], { daily: 2 })).toEqual([midnight.text, evening.text]);
    expect(kept(sameDayUtc, { daily: 2 })).toEqual(['2025-06-02T03:30:00Z', '2025-05-01T00:00:00Z']);
  });

  it('takes weeks from Monday to Sunday, also over New Year', () => {
    const days = ['2024-12-29T12:00:00Z', '2024-12-30T12:00:00Z', '2025-01-05T12:00:00Z', '2025-01-06T12:00:00Z'].map((day) => at(day));
    expect(kept([at('2020-01-01T00:00:00Z'), ...days], { weekly: 3 })).toEqual(['2025-01-06T12:00:00Z', '2025-01-05T12:00:00Z', '2024-12-29T12:00:00Z']);
  });

  it('measures “within” from the newest snapshot that is not in the future', () => {
    const list = [at('2027-01-01T00:00:00Z'), at('2025-12-10T00:00:00Z'), at('2025-12-09T00:00:00Z'), at('2025-11-01T00:00:00Z')];
    expect(kept(list, { within: '7d' })).toEqual(['2027-01-01T00:00:00Z', '2025-12-10T00:00:00Z', '2025-12-09T00:00:00Z']);
    expect(kept([list[0]!], { within: '1h' })).toEqual(['2027-01-01T00:00:00Z']);
  });

  it('keeps the oldest while something is left of a rule, and not afterwards', () => {
    const list = ['2025-03-03T10:00:00Z', '2025-03-02T10:00:00Z', '2025-03-01T10:00:00Z', '2025-03-01T09:00:00Z'].map((time) => at(time));
    expect(kept(list, { daily: 4 })).toEqual(list.map(({ text }) => text));
    expect(kept(list, { daily: 3 })).toEqual(list.slice(0, 3).map(({ text }) => text));
  });

  it('never touches what is held, which uses up counts as any other', () => {
    const list = [at('2025-03-03T10:00:00Z', ['pin']), at('2025-03-02T10:00:00Z'), at('2025-03-01T10:00:00Z', ['pin'])];
    const heldBy = ({ tags }: Candidate) => (tags?.includes('pin') ? 'pin' : undefined);
    expect(kept(list, { last: 1 }, { heldBy })).toEqual(['2025-03-03T10:00:00Z', '2025-03-01T10:00:00Z']);
  });

  it('with a list of the empty tag keeps what has no tags', () => {
    expect(kept([at('2025-03-03T10:00:00Z', ['a']), at('2025-03-02T10:00:00Z'), at('2025-03-01T10:00:00Z', [])], { tags: [['']] })).toEqual(['2025-03-02T10:00:00Z', '2025-03-01T10:00:00Z']);
  });

  it('that keeps nothing is known as such', () => {
    expect([{}, { daily: 0 }].map((short) => keepsNothing(policy(short)))).toEqual([true, true]);
    expect([{ daily: 1 }, { last: -1 }, { within: '1h' }, { withinPeriods: { daily: '1d' } }, { tags: [['a']] }].map((short) => keepsNothing(policy(short)))).toEqual([false, false, false, false, false]);
  });
});

describe('a span', () => {
  it('is read in any order of units and written in restic’s', () => {
    expect(formatSpan(parseSpan('3h1y3d2m')!)).toBe('1y2m3d3h');
    expect(['', '1', 'd', '0d', '-1d', '1d1d', '1.5d', '1w', '10000y', '1y 2d', '1234567d'].map(parseSpan)).toEqual(Array.from({ length: 11 }, () => undefined));
  });

  it.each([
    ['2025-03-31T12:00:00Z', '1m', '2025-03-03T12:00:00Z'],
    ['2024-02-29T12:00:00.000000001-03:00', '1y', '2023-03-01T12:00:00.000000001-03:00'],
    ['2025-01-01T00:00:00+05:30', '1d1h', '2024-12-30T23:00:00+05:30'],
    ['0001-01-01T00:00:00Z', '1y', '0000-01-01T00:00:00Z']
  ])('before %s, %s long, begins at %s', (time, span, start) => {
    expect(before(parseTime(time), parseSpan(span)!)).toBe(parseTime(start).ns);
  });
});
