// 11.11: how much a channel may say. Three at once, then six an hour; what is critical has a measure of its own, twenty an hour. Pure.
import type { AlertSettings } from '../../../../contract/alerts.ts';
import type { Buckets } from '../model.ts';

const measures = { normal: { most: 3, everyMs: 600_000 }, critical: { most: 20, everyMs: 180_000 } } as const;
export type RateClass = keyof typeof measures;

export function roomIn(buckets: Buckets, which: RateClass, nowMs: number): { left: number; /** When there is room again. */ nextMs: number } {
  const { most, everyMs } = measures[which];
  const bucket = buckets[which] ?? { left: most, at: nowMs };
  // A clock that was set back refills nothing.
  const left = Math.min(most, bucket.left + Math.max(0, nowMs - bucket.at) / everyMs);
  return { left: Math.floor(left + 1e-9), nextMs: nowMs + Math.ceil((Math.floor(left + 1e-9) + 1 - left) * everyMs) };
}

export function takeOne(buckets: Buckets, which: RateClass, nowMs: number): Buckets {
  const { most, everyMs } = measures[which];
  const bucket = buckets[which] ?? { left: most, at: nowMs };
  return { ...buckets, [which]: { left: Math.min(most, bucket.left + Math.max(0, nowMs - bucket.at) / everyMs) - 1, at: nowMs } };
}

/** When the quiet hours that are now end, in milliseconds since 1970; undefined while there are none. `zone`: of the person. */
export function quietUntil(quiet: AlertSettings['quietHours'], nowMs: number, zone: string): number | undefined {
  if (quiet === null || quiet.from === quiet.to) return undefined;
  const minutes = minutesOf(nowMs, zone);
  const [from, to] = [parse(quiet.from), parse(quiet.to)];
  const inside = from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
  if (!inside) return undefined;
  const ahead = (to - minutes + 24 * 60) % (24 * 60);
  return nowMs - (nowMs % 60_000) + ahead * 60_000;
}

function parse(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

function minutesOf(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).formatToParts(new Date(ms));
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value('hour') * 60 + value('minute');
}
