// varve cron next: the dialect as a person meets it, without any home.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SchedulePreview } from '../../src/contract/schedule.ts';
import { createWorld, type World } from './harness/world.ts';

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world?.dispose());

describe('varve cron next', () => {
  it('says an expression in words, with its next runs and what the clocks do to them', async () => {
    const { stdout } = await world.well(['cron', 'next', '30 2 * * SUN', '--tz', 'America/New_York', '--from', '2025-03-08', '--count', '2']);
    expect(stdout.trimEnd().split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['every Sunday at 02:30 (America/New_York)'],
      ['RUN', 'UTC', 'MOMENT', 'CLOCKS'],
      ['Sun, 9 Mar 2025, 03:00', '-04:00', '2025-03-09T07:00:00.000Z', 'the clocks go forward and 02:30 does not exist: runs at 03:00 instead'],
      ['Sun, 16 Mar 2025, 02:30', '-04:00', '2025-03-16T06:30:00.000Z']
    ]);
    expect(existsSync(world.home)).toBe(false);
  });

  it('reads two day fields as one or both, and says which', async () => {
    const next = async (...more: string[]): Promise<SchedulePreview> => (await world.well(['cron', 'next', '0 12 13 * FRI', '--tz', 'UTC', '--from', '2026-11-01', '--count', '2', '--json', ...more])).json<SchedulePreview>();
    expect(await next()).toMatchObject({ occurrences: [{ at: '2026-11-06T12:00:00.000Z' }, { at: '2026-11-13T12:00:00.000Z' }], warnings: [{ kind: 'both-days', dayMatch: 'or' }] });
    expect(await next('--day-match', 'and')).toMatchObject({ occurrences: [{ at: '2026-11-13T12:00:00.000Z' }, { at: '2027-08-13T12:00:00.000Z' }], warnings: [{ kind: 'both-days', dayMatch: 'and' }] });
  });

  it.each([
    [['61 * * * *'], 'minute'],
    [['0 3 * * FUNDAY'], 'weekday'],
    [['0 0 30 2 *'], '28 years'],
    [['0 3 * * *', '--tz', 'EST'], 'time zone'],
    [['0 3 * * *', '--from', 'soon'], '--from'],
    [['0 3 * * *', '--count', '51'], '--count'],
    [['0 3 * * *', '--day-match', 'xor'], '--day-match']
  ])('%j ends with 2 and names what is wrong: %s', async (args, named) => {
    const { code, stderr, stdout } = await world.run(['cron', 'next', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(named);
  });
});
