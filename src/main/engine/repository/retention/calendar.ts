// In which hour, day, week, month and year a snapshot was taken, on the clock of the zone it was recorded in. Two snapshots lie in the same
// one exactly when the numbers are equal.
import type { GoTime } from '../format/time.ts';

export const dayMs = 86_400_000;
const dayNs = 86_400_000_000_000n;

/** What the clock on the wall showed: days since 1970-01-01 and nanoseconds of that day. */
export function localClock({ ns, offset }: GoTime): { days: number; ns: bigint } {
  const local = ns + BigInt(offset === 'Z' ? 0 : offset) * 60_000_000_000n;
  const rest = ((local % dayNs) + dayNs) % dayNs;
  return { days: Number((local - rest) / dayNs), ns: rest };
}

export type Period = 'hour' | 'day' | 'week' | 'month' | 'year';

export function periodOf(time: GoTime, period: Period): number {
  const { days, ns } = localClock(time);
  if (period === 'hour') return days * 24 + Number(ns / 3_600_000_000_000n);
  if (period === 'day') return days;
  // A week begins on Monday; 1970-01-01 was a Thursday. The ISO week is in the year of its Thursday, so the week itself tells them apart.
  if (period === 'week') return Math.floor((days + 3) / 7);
  const date = new Date(days * dayMs);
  return period === 'month' ? date.getUTCFullYear() * 12 + date.getUTCMonth() : date.getUTCFullYear();
}
