import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../contract/schedule.ts';
import { checkSchedule } from '../../main/engine/jobs/schedule/index.ts';
import { choiceKinds, choiceOf, readTime, scheduleOf, startOf, type Choice } from './schedule-choice.ts';

const around = { zone: 'America/Sao_Paulo', now: '2026-11-21T12:00:00.000Z', dayMatch: 'or' } as const;
const cron = (expression: string): Schedule => ({ kind: 'cron', expression, zone: around.zone, dayMatch: 'or' });
const choices: [Choice, string][] = [
  [{ kind: 'day', time: '03:00' }, '0 3 * * *'],
  [{ kind: 'weekdays', time: '22:30' }, '30 22 * * 1-5'],
  [{ kind: 'week', days: [0, 3], time: '09:05' }, '5 9 * * 0,3'],
  [{ kind: 'week', days: [0, 1, 2, 3, 4, 5, 6], time: '09:00' }, '0 9 * * 0-6'],
  [{ kind: 'month', day: 15, time: '00:00' }, '0 0 15 * *'],
  [{ kind: 'month', day: 'last', time: '18:00' }, '0 18 L * *'],
  [{ kind: 'hour', minute: 20 }, '20 * * * *']
];

describe('choices and expressions', () => {
  it.each(choices)('%j is %s, and back', (choice, expression) => {
    expect(scheduleOf(choice, around)).toEqual(cron(expression));
    expect(choiceOf(cron(expression), choice.kind)).toEqual(choice);
    expect(choiceOf(cron(expression))).toEqual(choice);
  });

  it('intervals are minutes, or hours where they are whole', () => {
    for (const choice of [{ kind: 'every', count: 90, unit: 'minute' }, { kind: 'every', count: 2, unit: 'hour' }] as const) {
      const schedule = scheduleOf(choice, around);
      expect(schedule).toEqual({ kind: 'interval', everyMs: choice.unit === 'hour' ? 7_200_000 : 5_400_000, anchor: around.now });
      expect(schedule && choiceOf(schedule)).toEqual(choice);
    }
    expect(choiceOf({ kind: 'interval', everyMs: 60 * 60_000, anchor: around.now })).toEqual({ kind: 'every', count: 1, unit: 'hour' });
  });

  it('start-up and by hand stay what they are', () => {
    for (const kind of ['startup', 'manual'] as const) expect(choiceOf(scheduleOf({ kind }, around) as Schedule)).toEqual({ kind });
  });

  it('other spellings of the same are found again', () => {
    expect([choiceOf(cron('@daily')), choiceOf(cron('00 09 ? * MON-FRI')), choiceOf(cron('0 0 9 * * SUN')), choiceOf(cron('@hourly'))]).toEqual([{ kind: 'day', time: '00:00' }, { kind: 'weekdays', time: '09:00' }, { kind: 'week', days: [0], time: '09:00' }, { kind: 'hour', minute: 0 }]);
  });

  it.each(['0 3 13 * FRI', '0 3 1,15 * *', '0 3 * 6 *', '0,30 3 * * *', '30 0 3 * * *', '*/15 * * * *', '0 */2 * * *', '0 3 L-1 * *', '0 3 LW * *', '0 3 * * FRIL', '0 3-3 * * *', '* * * * *', '61 * * * *', ''])('%j is said by no choice', (expression) => {
    expect(choiceOf(cron(expression))).toEqual({ kind: 'cron' });
  });

  it('the preferred choice holds as long as it says the same', () => {
    expect(choiceOf(cron('0 9 * * 1-5'))).toEqual({ kind: 'weekdays', time: '09:00' });
    expect(choiceOf(cron('0 9 * * 1-5'), 'week')).toEqual({ kind: 'week', days: [1, 2, 3, 4, 5], time: '09:00' });
    expect(choiceOf(cron('0 9 * * 1-5'), 'cron')).toEqual({ kind: 'cron' });
    expect(choiceOf(cron('0 9 1 * *'), 'week')).toEqual({ kind: 'month', day: 1, time: '09:00' });
  });

  it('whatever is chosen begins as something that can be used, with the time that was there', () => {
    const from: Choice = { kind: 'weekdays', time: '22:30' };
    for (const kind of choiceKinds) {
      const schedule = scheduleOf(startOf(kind, from), around);
      expect([kind, schedule === undefined ? null : checkSchedule(schedule, Date.parse(around.now))]).toEqual([kind, null]);
    }
    expect([startOf('day', from), startOf('week', from), startOf('month', { kind: 'manual' })]).toEqual([{ kind: 'day', time: '22:30' }, { kind: 'week', days: [1, 2, 3, 4, 5], time: '22:30' }, { kind: 'month', day: 1, time: '09:00' }]);
  });

  it('times are read as people type them', () => {
    expect(['22:30', '9:05', '0905', '9h05', ' 7.15 ', '24:00', '9', '9:5', '12:60', ''].map(readTime)).toEqual(['22:30', '09:05', '09:05', '09:05', '07:15', undefined, undefined, undefined, undefined, undefined]);
  });
});
