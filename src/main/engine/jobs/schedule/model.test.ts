// The engine against a slow model that walks through Intl's wall time, over expressions by chance and months with changes of the clocks.
import { describe, expect, it } from 'vitest';
import type { DayMatch } from '../../../../contract/schedule.ts';
import { openSchedule, runsIn } from './index.ts';
import { randomExpression, seeded, slowRuns, walls } from './testing.ts';

const dayMs = 86_400_000;
const long = process.env['VARVE_LONG'] === '1';

/** Months in which the clocks of a zone do something. */
const places: readonly [zone: string, around: string][] = [
  ['America/New_York', '2025-03-09'],
  ['America/New_York', '2025-11-02'],
  ['Europe/London', '2025-10-26'],
  ['America/Sao_Paulo', '2018-11-04'], // a gap at midnight
  ['America/Sao_Paulo', '2018-02-18'], // an overlap at midnight
  ['Australia/Lord_Howe', '2026-10-04'], // by half an hour
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Asia/Amman', '2017-03-31'],
  ['Asia/Amman', '2017-10-27'],
  ['America/Santiago', '2026-04-05'],
  ['Antarctica/Troll', '2026-03-29'], // by two hours
  ['Antarctica/Troll', '2026-10-25'],
  ['Pacific/Apia', '2011-12-30'], // a day that was not
  ['Africa/Casablanca', '2026-02-15'],
  ['Asia/Pyongyang', '2018-05-04'],
  ['America/Caracas', '2016-05-01'],
  ['Asia/Gaza', '2040-10-20'], // three changes in a month
  ['UTC', '2024-02-28'],
  ['Asia/Kolkata', '2025-12-31']
];

interface Stretch {
  zone: string;
  fromMs: number;
  toMs: number;
  stepMs: number;
}

function agrees({ zone, fromMs, toMs, stepMs }: Stretch, shown: ReturnType<typeof walls>, seed: number): void {
  const pick = seeded(seed);
  const expression = randomExpression(pick, stepMs === 1000);
  const dayMatch: DayMatch = pick(3) === 0 ? 'and' : 'or';
  const about = [`seed ${seed}`, expression, zone, dayMatch];
  const want = slowRuns(expression, dayMatch, shown, fromMs, stepMs);
  const timetable = openSchedule({ kind: 'cron', expression, zone, dayMatch });
  const got = [...runsIn(timetable, fromMs - 1, toMs - 1, 'oldest-first')];
  const differs = got.findIndex((run, i) => run !== want[i]);
  const near = (runs: number[], i: number): string[] => runs.slice(Math.max(0, i - 1), i + 3).map((run) => new Date(run).toISOString());
  const at = differs < 0 ? Math.min(got.length, want.length) : differs;
  expect([about, got.length, near(got, at)]).toEqual([about, want.length, near(want, at)]);
  expect([about, [...runsIn(timetable, fromMs - 1, toMs - 1, 'newest-first')].reverse()]).toEqual([about, got]);
  expect([about, timetable.count(fromMs - 1, toMs - 1)]).toEqual([about, got.length]);
  for (let i = 0; i < 20; i++) {
    const [a, b] = [fromMs + pick(toMs - fromMs), fromMs + pick(toMs - fromMs)].sort((x, y) => x - y) as [number, number];
    expect([about, a, b, timetable.count(a, b)]).toEqual([about, a, b, got.filter((run) => run > a && run <= b).length]);
    const [before, next] = [timetable.prev(a), timetable.next(a)];
    if (before !== null && before >= fromMs) expect([about, a, before]).toEqual([about, a, got.findLast((run) => run < a)]);
    if (next !== null && next < toMs) expect([about, a, next]).toEqual([about, a, got.find((run) => run > a)]);
  }
}

describe('1.13: the engine and a slow model that walks the wall clock agree', () => {
  it.each(places)('minute by minute over a month: %s around %s', (zone, around) => {
    const stretch = { zone, fromMs: Date.parse(`${around}T00:00:00Z`) - 15 * dayMs, toMs: Date.parse(`${around}T00:00:00Z`) + 15 * dayMs, stepMs: 60_000 };
    const shown = walls(zone, stretch.fromMs, stretch.toMs, stretch.stepMs);
    for (let seed = 1; seed <= (long ? 400 : 6); seed++) agrees(stretch, shown, 10_000 * places.findIndex((place) => place[0] === zone && place[1] === around) + seed);
  });

  it.each(places.slice(0, long ? places.length : 6))('second by second over a day and a half: %s around %s', (zone, around) => {
    const stretch = { zone, fromMs: Date.parse(`${around}T00:00:00Z`) - dayMs / 2, toMs: Date.parse(`${around}T00:00:00Z`) + dayMs, stepMs: 1000 };
    const shown = walls(zone, stretch.fromMs, stretch.toMs, stretch.stepMs);
    for (let seed = 1; seed <= (long ? 80 : 3); seed++) agrees(stretch, shown, 5000 + 10_000 * places.findIndex((place) => place[0] === zone && place[1] === around) + seed);
  });
});
