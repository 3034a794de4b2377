// Tables of expressions and their runs, taken from the test suites of well-known schedulers (shared fixtures, cron/README.md says which rows must hold).
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BadCron, parseCron } from '../../../../contract/cron.ts';
import type { DayMatch, Schedule, ScheduleField } from '../../../../contract/schedule.ts';
import { checkSchedule, openSchedule } from './index.ts';

const folder = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../../../shared/fixtures'), 'cron');
const present = existsSync(folder);
if (!present) console.log(`skipped: no fixtures at ${folder}; set VARVE_FIXTURES`);

type Row = Record<string, unknown>;

function rowsOf(file: string): Row[] {
  const { columns, rows } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { columns: string[]; rows: unknown[][] };
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

const open = (expression: unknown, zone: unknown, dayMatch: DayMatch = 'or') => openSchedule({ kind: 'cron', expression: String(expression), zone: String(zone), dayMatch } satisfies Schedule);
const ms = (text: unknown): number => Date.parse(String(text));
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const wanted = (text: unknown): string | null => (text === null ? null : new Date(ms(text)).toISOString());

/** An inclusive row counts a run exactly at `from`. */
function nextOf(row: Row, dayMatch: DayMatch = 'or'): string | null {
  return iso(open(row['expr'], row['tz'], dayMatch).next(ms(row['from']) - (row['inclusive'] === true ? 1 : 0)));
}

const differing = (file: string, wantedOf: (row: Row) => unknown, dayMatch?: DayMatch): unknown[] =>
  rowsOf(file)
    .map((row) => ({ expr: row['expr'], from: row['from'], got: nextOf(row, dayMatch), wanted: wanted(wantedOf(row)) }))
    .filter(({ got, wanted: want }) => got !== want);

const fields: Record<string, ScheduleField> = { Seconds: 'second', Minutes: 'minute', Hours: 'hour', 'Days of month': 'dayOfMonth', Months: 'month', 'Days of week': 'dayOfWeek' };

describe.skipIf(!present)('tables of other schedulers', () => {
  it('1.11 and 1.12: all 223 rows of Cronos around changes of the clocks', () => {
    expect(rowsOf('cronos-dst.json')).toHaveLength(223);
    expect(differing('cronos-dst.json', (row) => row['next'])).toEqual([]);
  });

  it('1.1 to 1.8: all 240 rows of Cronos without a change of the clocks', () => {
    expect(rowsOf('cronos-basic.json')).toHaveLength(240);
    expect(differing('cronos-basic.json', (row) => row['next'])).toEqual([]);
  });

  it('1.9: all 210 texts that Cronos refuses are refused, and the field is named', () => {
    const rows = rowsOf('cronos-invalid.json');
    expect(rows).toHaveLength(210);
    const wrong = rows.filter(({ expr, field }) => {
      try {
        parseCron(String(expr));
        return true;
      } catch (error) {
        const named = fields[String(field)];
        return !(error instanceof BadCron) || (named !== undefined && error.refusal.field !== named) || (field === '' && error.refusal.field !== 'expression');
      }
    });
    expect(wrong).toEqual([]);
  });

  it('1.9: all 10 expressions without any run have none, and are refused', () => {
    for (const { expr } of rowsOf('cronos-never.json')) {
      const now = ms('2026-11-21T00:00:00Z');
      expect([expr, open(expr, 'UTC').next(now), open(expr, 'UTC').prev(now)]).toEqual([expr, null, null]);
      expect(checkSchedule({ kind: 'cron', expression: String(expr), zone: 'UTC', dayMatch: 'or' }, now)?.reason).toBe('never');
    }
  });

  it('1.7: all 14 rows of Cronos that need both day fields hold with dayMatch "and", and not with "or"', () => {
    expect(rowsOf('cronos-day-and.json')).toHaveLength(14);
    expect(differing('cronos-day-and.json', (row) => row['next'], 'and')).toEqual([]);
    expect(differing('cronos-day-and.json', (row) => row['next'], 'or')).toHaveLength(5);
  });

  it('1.16: all 44 rows of robfig/cron, with our answer where that library leaves the rule', () => {
    expect(rowsOf('robfig-next.json')).toHaveLength(44);
    expect(differing('robfig-next.json', (row) => (row['agree'] === true ? row['sourceNext'] : row['varveNext']))).toEqual([]);
  });

  it('1.16: all 15 rows of croner, with our answer where that library leaves the rule', () => {
    expect(rowsOf('croner-dst.json')).toHaveLength(15);
    expect(differing('croner-dst.json', (row) => (row['agree'] === true ? row['sourceNext'] : row['varveNext']))).toEqual([]);
  });

  it.each(['robfig-matches.json', 'quartz-last-weekday.json'])('1.5 to 1.7: every row of %s: is this minute a run?', (file) => {
    const rows = rowsOf(file);
    expect(rows.length).toBeGreaterThanOrEqual(29);
    expect(rows.filter(({ expr, at, matches }) => (open(expr, 'UTC').next(ms(at) - 1) === ms(at)) !== matches)).toEqual([]);
  });

  it('1.16: all 20 series of cron-parser, one run after another, and backwards', () => {
    const rows = rowsOf('cron-parser-dst.json');
    expect(rows).toHaveLength(20);
    for (const { expr, tz, from, sourceRuns, agree, varveRuns } of rows) {
      const want = ((agree === true ? sourceRuns : varveRuns) as string[]).map(wanted);
      const timetable = open(expr, tz);
      const runs: number[] = [];
      for (let run = timetable.next(ms(from)); run !== null && runs.length < want.length; run = timetable.next(run)) runs.push(run);
      expect([expr, from, ...runs.map(iso)]).toEqual([expr, from, ...want]);
      const backwards = [runs.at(-1) ?? 0];
      while (backwards.length < runs.length) backwards.push(timetable.prev(backwards.at(-1) ?? 0) ?? 0);
      expect([expr, ...backwards.toReversed().map(iso)]).toEqual([expr, ...want]);
    }
  });

  it('1.11: a run that a gap moves is a run at the moment after the gap (the two rows of Amman that Cronos leaves out)', () => {
    for (const expr of ['30 0 L * *', '30 0 LW * *']) expect(iso(open(expr, 'Asia/Amman').next(ms('2017-03-31T01:00:00+03:00') - 1))).toBe('2017-03-30T22:00:00.000Z');
  });
});
