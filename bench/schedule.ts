// What schedules cost, in processor time: looking 28 years ahead for nothing, runs one after another, counting what was slept through.
//   npx node bench/schedule.ts
import { checkSchedule, openSchedule } from '../src/main/engine/jobs/schedule/index.ts';
import type { Schedule } from '../src/contract/schedule.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const year = 365 * 86_400_000;
const cron = (expression: string, zone = 'America/Sao_Paulo'): Schedule => ({ kind: 'cron', expression, zone, dayMatch: 'and' });

function cost(what: string, work: () => unknown): void {
  const before = process.cpuUsage();
  const came = work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${what}: ${((user + system) / 1000).toFixed(1)} ms (${String(came)})`);
}

/** The last of `count` runs, one after another. */
function walk(schedule: Schedule, count: number, step: 'next' | 'prev'): number | null {
  const timetable = openSchedule(schedule);
  let at: number | null = now;
  for (let i = 0; i < count && at !== null; i++) at = timetable[step](at);
  return at;
}

cost('the first question of a process: no run within 28 years', () => checkSchedule(cron('0 0 30 2 *'), now)?.reason);
cost('another one', () => checkSchedule(cron('0 0 31 4,6,9,11 *'), now)?.reason);
cost('29 February on a Monday, in a zone not asked before', () => walk(cron('0 0 29 2 MON', 'Australia/Lord_Howe'), 1, 'next'));
cost('100,000 runs of every second, forwards', () => walk(cron('* * * * * *'), 100_000, 'next'));
cost('100,000 runs of every second, backwards', () => walk(cron('* * * * * *'), 100_000, 'prev'));
cost('10,000 runs of weekdays at 22:30', () => walk(cron('30 22 * * 1-5'), 10_000, 'next'));
cost('every second of a quarter of a year, counted', () => openSchedule(cron('* * * * * *')).count(now - year / 4, now));
cost('every second of ten years, counted', () => openSchedule(cron('* * * * * *')).count(now - 10 * year, now));
