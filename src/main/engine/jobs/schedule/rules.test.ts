// The rules of schedules, by their numbers (README.md).
import { describe, expect, it } from 'vitest';
import { BadCron, parseCron } from '../../../../contract/cron.ts';
import type { DayMatch, Schedule, ScheduleRefusal } from '../../../../contract/schedule.ts';
import { checkSchedule, openSchedule, previewSchedule, readMoment, requireSchedule, runsIn } from './index.ts';
import { randomExpression, seeded } from './testing.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const cron = (expression: string, zone = 'UTC', dayMatch: DayMatch = 'or'): Schedule => ({ kind: 'cron', expression, zone, dayMatch });
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString().replace('.000Z', 'Z'));

function runs(schedule: Schedule, from: string, count: number): (string | null)[] {
  return [...runsIn(openSchedule(schedule), Date.parse(from), Infinity, 'oldest-first').take(count)].map(iso);
}

function refused(expression: string): Pick<ScheduleRefusal, 'field' | 'reason'> | null {
  try {
    parseCron(expression);
    return null;
  } catch (error) {
    if (!(error instanceof BadCron)) throw error;
    return { field: error.refusal.field, reason: error.refusal.reason };
  }
}

describe('1.1 fields', () => {
  it('are five, or six with the second first; split on spaces and tabs, in any case', () => {
    expect(runs(cron(' \t0  3\t* * mon '), '2026-11-21T00:00:00Z', 1)).toEqual(['2026-11-23T03:00:00Z']);
    expect(runs(cron('30 0 3 * * MON'), '2026-11-21T00:00:00Z', 1)).toEqual(['2026-11-23T03:00:30Z']);
    for (const text of ['', '* * * *', '* * * * * * *', '0 0 1 1 * 2027 x']) expect([text, refused(text)]).toEqual([text, { field: 'expression', reason: 'field-count' }]);
  });
});

describe('1.2 values', () => {
  it.each([
    ['60 * * * * *', 'second'], ['60 * * * *', 'minute'], ['* 24 * * *', 'hour'], ['* * 0 * *', 'dayOfMonth'], ['* * 32 * *', 'dayOfMonth'], ['* * * 0 *', 'month'], ['* * * 13 *', 'month'],
    ['* * * * 8', 'dayOfWeek'], ['* * * * MONDAY', 'dayOfWeek'], ['* * * JANUARY *', 'month'], ['001 * * * *', 'minute'], ['1.5 * * * *', 'minute'], ['* * * MON *', 'month']
  ] as const)('%s is refused at the %s', (text, field) => {
    expect(refused(text)).toEqual({ field, reason: 'value' });
  });

  it('0 and 7 are Sunday', () => {
    for (const sunday of ['0', '7', 'SUN', 'sun', '07']) expect(runs(cron(`0 0 * * ${sunday}`), '2026-11-21T12:00:00Z', 2)).toEqual(['2026-11-22T00:00:00Z', '2026-11-29T00:00:00Z']);
  });
});

describe('1.3 lists, ranges and steps', () => {
  const values = (text: string, field: 'minute' | 'hour' | 'dayOfWeek'): readonly number[] => {
    const read = parseCron(field === 'minute' ? `${text} * * * *` : field === 'hour' ? `* ${text} * * *` : `* * * * ${text}`)[field];
    return read.kind === 'list' ? read.values : [];
  };

  it('wrap where the end comes before the beginning; a step goes on counting there, and begins anew at each turn of its field', () => {
    expect(values('22-2', 'hour')).toEqual([0, 1, 2, 22, 23]);
    expect(values('50-10/15', 'minute')).toEqual([5, 50]);
    expect(values('*/40', 'minute')).toEqual([0, 40]);
    expect(values('7/20', 'minute')).toEqual([7, 27, 47]);
    expect(values('FRI-MON', 'dayOfWeek')).toEqual([0, 1, 5, 6]);
    expect(values('6-7', 'dayOfWeek')).toEqual([0, 6]);
    expect(values('7-1', 'dayOfWeek')).toEqual([0, 1]);
    expect(values('7-5/4', 'dayOfWeek')).toEqual([0, 4]);
    expect(values('0-7', 'dayOfWeek')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(values('MON/2', 'dayOfWeek')).toEqual([0, 1, 3, 5]);
    expect(values('1,5-7,*/30', 'minute')).toEqual([0, 1, 5, 6, 7, 30]);
  });

  it.each(['*/0 * * * *', '*/60 * * * *', '1/ * * * *', '*/x * * * *', '*/2/2 * * * *', '*/-1 * * * *'])('%s has a step that is refused', (text) => {
    expect(refused(text)).toEqual({ field: 'minute', reason: 'step' });
  });

  it('a step that does not divide its field is warned of, with what it stands for', () => {
    expect(previewSchedule(cron('*/40 * * * *'), now, 1).warnings).toEqual([{ kind: 'step-restarts', field: 'minute', text: '*/40', values: [0, 40] }]);
    for (const even of ['*/15 * * * *', '0 */6 * * *', '0 0 * */3 *', '10-40/7 * * * *']) expect([even, previewSchedule(cron(even), now, 1).warnings]).toEqual([even, []]);
  });
});

describe('1.4 the question mark', () => {
  it('is a star in the day fields, and nothing elsewhere', () => {
    expect(runs(cron('0 0 ? * ?'), '2026-11-21T00:00:00Z', 1)).toEqual(['2026-11-22T00:00:00Z']);
    expect(refused('? * * * *')).toEqual({ field: 'minute', reason: 'question' });
    expect(refused('0 0 ?,1 * *')).toEqual({ field: 'dayOfMonth', reason: 'question' });
    expect(refused('0 0 * ? *')).toEqual({ field: 'month', reason: 'question' });
  });
});

describe('1.5 L and W in the day of the month', () => {
  it('find the last day, days before it, and the nearest weekday without leaving the month', () => {
    expect(runs(cron('0 0 L * *'), '2027-01-15T00:00:00Z', 2)).toEqual(['2027-01-31T00:00:00Z', '2027-02-28T00:00:00Z']);
    expect(runs(cron('0 0 L-29 * *'), '2027-01-31T00:00:00Z', 2)).toEqual(['2027-03-02T00:00:00Z', '2027-04-01T00:00:00Z']);
    // 1 May 2027 is a Saturday, 31 January 2027 a Sunday, 15 May 2027 a Saturday, 15 August 2027 a Sunday.
    expect(runs(cron('0 0 1W 5 *'), '2027-01-01T00:00:00Z', 1)).toEqual(['2027-05-03T00:00:00Z']);
    expect(runs(cron('0 0 31W 1 *'), '2027-01-01T00:00:00Z', 1)).toEqual(['2027-01-29T00:00:00Z']);
    expect(runs(cron('0 0 15W 5,8 *'), '2027-01-01T00:00:00Z', 2)).toEqual(['2027-05-14T00:00:00Z', '2027-08-16T00:00:00Z']);
    expect(runs(cron('0 0 31W * *'), '2027-01-31T00:00:00Z', 1)).toEqual(['2027-03-31T00:00:00Z']);
    expect(runs(cron('0 0 LW 1 *'), '2027-01-01T00:00:00Z', 1)).toEqual(['2027-01-29T00:00:00Z']);
  });

  it.each(['L,1', '1,L', 'L/2', '15W,20', 'L-3-5', '1-15W', 'LW,L'])('%s does not stand alone', (text) => {
    expect(refused(`0 0 ${text} * *`)).toEqual({ field: 'dayOfMonth', reason: 'special-alone' });
  });

  it('L-31 and L in other fields are refused', () => {
    expect(refused('0 0 L-31 * *')).toEqual({ field: 'dayOfMonth', reason: 'last-offset' });
    expect(refused('0 L * * *')).toEqual({ field: 'hour', reason: 'special-elsewhere' });
    expect(refused('0 0 * * L')).toEqual({ field: 'dayOfWeek', reason: 'special-elsewhere' });
    expect(refused('0 0 FRI#2 * *')).toEqual({ field: 'dayOfMonth', reason: 'special-elsewhere' });
  });
});

describe('1.6 L and # in the weekday', () => {
  it('find the last and the k-th; a month without a fifth has no run', () => {
    expect(runs(cron('0 18 * * FRIL'), '2026-11-21T00:00:00Z', 2)).toEqual(['2026-11-27T18:00:00Z', '2026-12-25T18:00:00Z']);
    expect(runs(cron('0 0 * * 5#2'), '2026-11-21T00:00:00Z', 1)).toEqual(['2026-12-11T00:00:00Z']);
    expect(runs(cron('0 0 * * MON#5'), '2026-11-21T00:00:00Z', 2)).toEqual(['2026-11-30T00:00:00Z', '2027-03-29T00:00:00Z']);
    for (const text of ['FRI#0', 'FRI#6', 'FRI#']) expect(refused(`0 0 * * ${text}`)).toEqual({ field: 'dayOfWeek', reason: 'nth' });
    for (const text of ['FRIL,1', 'FRI#2,MON', '1-5L', 'FRI#2/2']) expect(refused(`0 0 * * ${text}`)?.field).toBe('dayOfWeek');
  });
});

describe('1.7 both day fields restricted', () => {
  const from = '2026-11-01T00:00:00Z';

  it('runs on days that fit either, or both with dayMatch and; the reading is a warning', () => {
    expect(runs(cron('0 12 13 * FRI'), from, 3)).toEqual(['2026-11-06T12:00:00Z', '2026-11-13T12:00:00Z', '2026-11-20T12:00:00Z']);
    expect(runs(cron('0 12 13 * FRI', 'UTC', 'and'), from, 2)).toEqual(['2026-11-13T12:00:00Z', '2027-08-13T12:00:00Z']);
    expect(previewSchedule(cron('0 12 13 * FRI', 'UTC', 'and'), now, 1).warnings).toEqual([{ kind: 'both-days', dayMatch: 'and' }]);
  });

  it('only exactly * or ? does not restrict: */2 does', () => {
    expect(runs(cron('0 0 */15 * MON'), from, 4)).toEqual(['2026-11-02T00:00:00Z', '2026-11-09T00:00:00Z', '2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z']);
    expect(previewSchedule(cron('0 0 */1 * MON'), now, 1).warnings).toEqual([{ kind: 'both-days', dayMatch: 'or' }]);
    expect(runs(cron('0 0 ? * MON'), from, 2)).toEqual(['2026-11-02T00:00:00Z', '2026-11-09T00:00:00Z']);
  });
});

describe('1.8 short forms', () => {
  it.each([
    ['@hourly', '2026-11-21T13:00:00Z'], ['@daily', '2026-11-22T00:00:00Z'], ['@Midnight', '2026-11-22T00:00:00Z'], ['@weekly', '2026-11-22T00:00:00Z'], ['@monthly', '2026-12-01T00:00:00Z'],
    ['@yearly', '2027-01-01T00:00:00Z'], [' @annually ', '2027-01-01T00:00:00Z']
  ])('%s', (text, first) => {
    expect(runs(cron(text), '2026-11-21T12:00:00Z', 1)).toEqual([first]);
  });

  it('what is another kind of schedule says which', () => {
    expect([refused('@startup'), refused('@reboot'), refused('@every 15m'), refused('@fortnightly'), refused('@daily 1')].map((each) => each?.reason)).toEqual(['macro-startup', 'macro-startup', 'macro-every', 'macro', 'macro']);
  });
});

describe('1.9 refusals', () => {
  it('reach the one who saves, with the field and what is allowed', () => {
    expect(() => requireSchedule(cron('0 25 * * *'), now)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', data: { field: 'hour', reason: '"25" is not allowed here; write a number from 0 to 23' } }));
    expect(() => requireSchedule(cron('0 3 * * *', 'Europe/Lisbon'), now)).not.toThrow();
  });

  it('a day that never comes is refused; 29 February and a fifth Monday in February come', () => {
    expect(checkSchedule(cron('0 0 30 2 *'), now)).toMatchObject({ field: 'expression', reason: 'never' });
    expect(checkSchedule(cron('0 0 31 4,6,9,11 *'), now)).toMatchObject({ reason: 'never' });
    expect(checkSchedule(cron('0 0 29 2 MON', 'UTC', 'and'), now)).toBeNull();
    expect(runs(cron('0 0 29 2 MON', 'UTC', 'and'), '2026-11-21T00:00:00Z', 1)).toEqual(['2044-02-29T00:00:00Z']);
    expect(runs(cron('0 0 * 2 MON#5'), '2026-11-21T00:00:00Z', 1)).toEqual(['2044-02-29T00:00:00Z']);
  });

  it('a day that some months lack is warned of', () => {
    expect(previewSchedule(cron('0 0 31 * *'), now, 1).warnings).toEqual([{ kind: 'missing-day', day: 31 }]);
    expect(previewSchedule(cron('0 0 31 1,3 *'), now, 1).warnings).toEqual([]);
  });
});

describe('1.10 zones', () => {
  it.each(['UTC', 'Etc/UTC', 'America/Sao_Paulo', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'US/Eastern'])('%s is one', (zone) => {
    expect(checkSchedule(cron('0 3 * * *', zone), now)).toBeNull();
  });

  it.each([['+03:00', 'zone-fixed'], ['-0300', 'zone-fixed'], ['Etc/GMT+3', 'zone-fixed'], ['GMT-3', 'zone-fixed'], ['EST', 'zone-fixed'], ['CET', 'zone-fixed'], ['local', 'zone-unknown'], ['', 'zone-unknown'], ['America/Nowhere', 'zone-unknown']])('%j is refused', (zone, reason) => {
    expect(checkSchedule(cron('0 3 * * *', zone), now)).toMatchObject({ field: 'zone', reason });
  });
});

describe('1.11 gap', () => {
  it('runs once, at the first moment after it, and says so', () => {
    expect(previewSchedule(cron('30 2 * * *', 'America/New_York'), Date.parse('2025-03-08T12:00:00Z'), 2).occurrences).toEqual([
      { at: '2025-03-09T07:00:00.000Z', local: '2025-03-09T03:00:00-04:00', note: 'gap', missing: '2025-03-09T02:30:00' },
      { at: '2025-03-10T06:30:00.000Z', local: '2025-03-10T02:30:00-04:00', note: null, missing: null }
    ]);
  });

  it('several times in the gap, or the moment after it as well, are still one run', () => {
    expect(runs(cron('0,20,40 2,3 * * *', 'America/New_York'), '2025-03-09T06:00:00Z', 3)).toEqual(['2025-03-09T07:00:00Z', '2025-03-09T07:20:00Z', '2025-03-09T07:40:00Z']);
    const [first] = previewSchedule(cron('0 * * * *', 'America/New_York'), Date.parse('2025-03-09T06:00:00Z'), 1).occurrences;
    expect(first).toMatchObject({ at: '2025-03-09T07:00:00.000Z', note: null });
  });

  it('a day that was left out whole (Apia, 30 December 2011) moves to the next', () => {
    expect(runs(cron('0 12 30 * *', 'Pacific/Apia'), '2011-12-01T00:00:00Z', 2)).toEqual(['2011-12-30T10:00:00Z', '2012-01-29T22:00:00Z']);
  });
});

describe('1.12 overlap', () => {
  const notes = (expression: string, from: string, count: number): unknown[] => previewSchedule(cron(expression, 'America/New_York'), Date.parse(from), count).occurrences.map(({ at, note }) => [at, note]);

  it('fixed times run in the first copy alone', () => {
    expect(notes('30 1 * * *', '2025-11-02T00:00:00Z', 2)).toEqual([['2025-11-02T05:30:00.000Z', 'overlap-first'], ['2025-11-03T06:30:00.000Z', null]]);
    expect(openSchedule(cron('30 1 * * *', 'America/New_York')).prev(Date.parse('2025-11-02T07:00:00Z'))).toBe(Date.parse('2025-11-02T05:30:00Z'));
  });

  it('what has a spacing keeps it through both copies', () => {
    expect(notes('*/30 1 * * *', '2025-11-02T00:00:00Z', 5)).toEqual([
      ['2025-11-02T05:00:00.000Z', 'overlap-both'], ['2025-11-02T05:30:00.000Z', 'overlap-both'], ['2025-11-02T06:00:00.000Z', 'overlap-both'], ['2025-11-02T06:30:00.000Z', 'overlap-both'], ['2025-11-03T06:00:00.000Z', null]
    ]);
  });
});

describe('1.13 order', () => {
  it('next is strictly after, prev strictly before, and they agree, over expressions and zones by chance', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const pick = seeded(13);
    for (let i = 0; i < 400; i++) {
      const [zone, expression] = [zones[pick(zones.length)] ?? 'UTC', randomExpression(pick, i % 4 === 0)];
      const timetable = openSchedule(cron(expression, zone, i % 3 === 0 ? 'and' : 'or'));
      let t = Date.parse('1990-01-01T00:00:00Z') + pick(50 * 365 * 86_400) * 1000 + pick(1000);
      for (let step = 0; step < 10; step++) {
        const [next, prev] = [timetable.next(t), timetable.prev(t)];
        if (next === null) break;
        expect([expression, zone, t, next > t, prev === null || prev < t]).toEqual([expression, zone, t, true, true]);
        if (prev !== null) expect([expression, zone, t, timetable.next(prev)]).toEqual([expression, zone, t, timetable.prev(next) === t ? t : next]);
        expect([expression, zone, next, timetable.next((timetable.prev(next) ?? t) as number)]).toEqual([expression, zone, next, next]);
        t = next;
      }
    }
  });

  it('runs of a long sleep come newest first or oldest first, and are counted without walking over them', () => {
    const timetable = openSchedule(cron('* * * * * *', 'America/Sao_Paulo'));
    const [after, upto] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2026-12-31T00:00:00Z')];
    expect(timetable.count(after, upto)).toBe((upto - after) / 1000);
    expect([...runsIn(timetable, after, upto, 'newest-first').take(2)]).toEqual([upto, upto - 1000]);
    expect([...runsIn(timetable, after, upto, 'oldest-first').take(2)]).toEqual([after + 1000, after + 2000]);
    expect([...runsIn(timetable, upto, upto, 'newest-first')]).toEqual([]);
  });

  it('what is counted is what runs: over a gap, an overlap, and to the last half second of a day', () => {
    const count = (expression: string, after: string, upto: string): number => openSchedule(cron(expression, 'America/New_York')).count(Date.parse(after), Date.parse(upto));
    expect([count('30 2 * * *', '2025-03-09T00:00:00-05:00', '2025-03-10T00:00:00-04:00'), count('0,30 2,3 * * *', '2025-03-09T00:00:00-05:00', '2025-03-10T00:00:00-04:00'), count('30 2 * * *', '2025-03-09T06:59:59.999Z', '2025-03-09T07:00:00Z')]).toEqual([1, 2, 1]);
    expect([count('30 1 * * *', '2025-11-02T00:00:00-04:00', '2025-11-03T00:00:00-05:00'), count('*/30 1 * * *', '2025-11-02T00:00:00-04:00', '2025-11-03T00:00:00-05:00'), count('30 1 * * *', '2025-11-02T05:45:00Z', '2025-11-02T06:45:00Z')]).toEqual([1, 4, 0]);
    expect(count('* * * * *', '2025-07-01T00:00:00.500-04:00', '2025-07-01T23:59:59.500-04:00')).toBe(1439);
  });
});

describe('1.14 seconds', () => {
  it('runs closer than ten seconds are warned of; jobs that start programs refuse them', () => {
    expect(previewSchedule(cron('*/5 * * * * *'), now, 1).warnings).toEqual([{ kind: 'close-together', gapMs: 5000, leastMs: 10_000 }]);
    expect(openSchedule(cron('0,59 * * * * *')).smallestGapMs).toBe(1000);
    expect(openSchedule(cron('0,30 0 0 * * *')).smallestGapMs).toBe(30_000);
    expect(openSchedule(cron('59 59 23 * * *')).smallestGapMs).toBe(86_400_000);
    expect(openSchedule({ kind: 'manual' }).smallestGapMs).toBe(Infinity);
  });
});

describe('1.15 intervals', () => {
  const every15: Schedule = { kind: 'interval', everyMs: 900_000, anchor: '2026-11-21T12:07:00.000Z' };

  it('count elapsed time from their anchor, through changes of the clocks', () => {
    expect(runs(every15, '2026-11-21T12:07:00Z', 2)).toEqual(['2026-11-21T12:22:00Z', '2026-11-21T12:37:00Z']);
    expect(runs(every15, '2026-01-01T00:00:00Z', 1)).toEqual(['2026-11-21T12:07:00Z']);
    const timetable = openSchedule(every15);
    expect(iso(timetable.prev(Date.parse('2026-11-21T12:22:00Z')))).toBe('2026-11-21T12:07:00Z');
    expect(timetable.prev(Date.parse('2026-11-21T12:07:00Z'))).toBeNull();
    expect(timetable.count(Date.parse('2026-11-21T12:07:00Z'), Date.parse('2026-11-21T13:07:00Z'))).toBe(4);
    expect(timetable.count(0, Date.parse('2026-11-21T12:06:59Z'))).toBe(0);
  });

  it('are a minute or more', () => {
    expect(checkSchedule({ ...every15, everyMs: 59_999 }, now)).toMatchObject({ field: 'every', reason: 'every-short' });
    expect(checkSchedule({ ...every15, everyMs: 400 * 86_400_000 }, now)).toMatchObject({ reason: 'every-long' });
    expect(checkSchedule({ ...every15, everyMs: 60_000 }, now)).toBeNull();
  });
});

describe('the ends of time', () => {
  it('are no traps: a year of two digits, and the last that is written with four', () => {
    expect(runs(cron('0 0 29 2 *'), '0095-01-01T00:00:00Z', 2)).toEqual(['0096-02-29T00:00:00Z', '0104-02-29T00:00:00Z']);
    expect(previewSchedule(cron('0 0 1 * *'), Date.parse('9999-11-15T00:00:00Z'), 5).occurrences.map(({ at }) => at)).toEqual(['9999-12-01T00:00:00.000Z']);
  });
});

describe('at start-up and by hand', () => {
  it('have no times', () => {
    for (const kind of ['startup', 'manual'] as const) expect(previewSchedule({ kind }, now, 5)).toEqual({ occurrences: [], warnings: [], refusal: null });
  });
});

describe('a moment as a person writes it', () => {
  it('is meant in the zone, the first of two, the change where it never was', () => {
    const read = (text: string): string | null => iso(readMoment(text, 'America/New_York') ?? null);
    expect([read('2025-07-01'), read('2025-07-01T10:00'), read('2025-11-02 01:30'), read('2025-03-09T02:30'), read('2025-07-01T10:00:00Z'), read('2025-07-01T10:00:30.5-03:00')]).toEqual([
      '2025-07-01T04:00:00Z', '2025-07-01T14:00:00Z', '2025-11-02T05:30:00Z', '2025-03-09T07:00:00Z', '2025-07-01T10:00:00Z', '2025-07-01T13:00:30.500Z'
    ]);
    for (const text of ['2025-02-30', '2025-07-01T25:00', 'soon', '']) expect([text, read(text)]).toEqual([text, null]);
  });
});
