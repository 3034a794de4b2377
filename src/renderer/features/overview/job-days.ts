// A job's last days as marks, one a day, oldest first. Pure.
import type { DayStats } from '../../../contract/runs.ts';
import type { Mark } from '../../ui/run-state.ts';

export const shownDays = 14;

export interface JobDay {
  /** `2026-11-27`. */
  name: string;
  day: Date;
  mark: Mark | 'none';
}

/** A day on which something went well and something failed has gaps; skipped and missed ones show only where nothing else was. */
export function jobDays(stats: readonly DayStats[], now: Date): JobDay[] {
  const byDay = new Map(stats.map((each) => [each.day, each]));
  return Array.from({ length: shownDays }, (_, index) => {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (shownDays - 1 - index));
    const name = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
    return { name, day, mark: markOfDay(byDay.get(name)) };
  });
}

function markOfDay(stats: DayStats | undefined): Mark | 'none' {
  if (stats === undefined || stats.runs === 0) return 'none';
  if (stats.failed > 0) return stats.succeeded + stats.partial > 0 ? 'gaps' : 'failed';
  if (stats.partial > 0) return 'gaps';
  return stats.succeeded > 0 ? 'done' : 'missed';
}
