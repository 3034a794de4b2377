import { expect, it } from 'vitest';
import type { DayStats } from '../../../contract/runs.ts';
import { jobDays } from './job-days.ts';

const day = (name: string, more: Partial<DayStats>): DayStats => ({ day: name, runs: 1, succeeded: 0, partial: 0, failed: 0, other: 0, items: null, medianMs: null, ...more });

it('shows 14 days, the last one today, and what mattered most on each', () => {
  const days = jobDays([day('2026-12-01', { succeeded: 1 }), day('2026-11-30', { failed: 2 }), day('2026-11-29', { runs: 2, failed: 1, succeeded: 1 }), day('2026-11-28', { partial: 1 }), day('2026-11-27', { other: 1 }), day('2026-11-01', { failed: 1 })], new Date(2026, 11, 1, 15));
  expect(days).toHaveLength(14);
  expect(days.map(({ mark }) => mark)).toEqual([...Array.from({ length: 9 }, () => 'none'), 'missed', 'gaps', 'gaps', 'failed', 'done']);
  expect(days.at(-1)?.name).toBe('2026-12-01');
});
