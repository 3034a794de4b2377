// Schedules as the usual choices, and back: `weekdays at 22:30` is an expression that says just that. What no choice says is an expression of one's own.
import { BadCron, parseCron, type Cron } from '../../contract/cron.ts';
import type { DayMatch, Schedule } from '../../contract/schedule.ts';

/** `HH:MM`. */
type Time = string;

export type Choice =
  | { kind: 'day'; time: Time }
  | { kind: 'weekdays'; time: Time }
  | { kind: 'week'; days: readonly number[]; time: Time }
  | { kind: 'month'; day: number | 'last'; time: Time }
  | { kind: 'hour'; minute: number }
  | { kind: 'every'; count: number; unit: 'minute' | 'hour' }
  | { kind: 'startup' }
  | { kind: 'manual' }
  | { kind: 'cron' };
export type ChoiceKind = Choice['kind'];

/** In the order in which they are offered. */
export const choiceKinds: readonly ChoiceKind[] = ['day', 'weekdays', 'week', 'month', 'hour', 'every', 'startup', 'manual', 'cron'];

const usualTime = '09:00';
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The schedule as a choice. `preferred` is taken where it says the same: Monday to Friday, ticked one by one, stays days of the week. */
export function choiceOf(schedule: Schedule, preferred?: ChoiceKind): Choice {
  if (schedule.kind === 'startup' || schedule.kind === 'manual') return { kind: schedule.kind };
  if (schedule.kind === 'interval') return everyOf(schedule.everyMs);
  const cron = readCron(schedule.expression);
  if (preferred === 'cron' || cron === undefined) return { kind: 'cron' };
  const fitting = [dayOf(cron), weekdaysOf(cron), weekOf(cron), monthOf(cron), hourOf(cron)].filter((each) => each !== undefined);
  return fitting.find(({ kind }) => kind === preferred) ?? fitting[0] ?? { kind: 'cron' };
}

function readCron(expression: string): Cron | undefined {
  try {
    return parseCron(expression);
  } catch (error) {
    if (error instanceof BadCron) return undefined;
    throw error;
  }
}

function everyOf(everyMs: number): Choice {
  return everyMs > 0 && everyMs % hourMs === 0 ? { kind: 'every', count: everyMs / hourMs, unit: 'hour' } : { kind: 'every', count: everyMs / minuteMs, unit: 'minute' };
}

/** The one time of day the expression names; every choice with a time needs all its months. */
function timeOf({ second, minute, hour, month }: Cron): Time | undefined {
  const parts = [...second.parts, ...minute.parts, ...hour.parts];
  if (parts.length !== 3 || parts.some(({ kind }) => kind !== 'value') || second.values[0] !== 0 || !month.open) return undefined;
  return `${two(hour.values[0] ?? 0)}:${two(minute.values[0] ?? 0)}`;
}

function isOpen(field: Cron['dayOfMonth'] | Cron['dayOfWeek']): boolean {
  return field.kind === 'list' && field.open;
}

function dayOf(cron: Cron): Choice | undefined {
  const time = timeOf(cron);
  return time !== undefined && isOpen(cron.dayOfMonth) && isOpen(cron.dayOfWeek) ? { kind: 'day', time } : undefined;
}

function weekdaysOf(cron: Cron): Choice | undefined {
  const week = weekOf(cron);
  return week?.kind === 'week' && week.days.join('') === '12345' ? { kind: 'weekdays', time: week.time } : undefined;
}

function weekOf(cron: Cron): Choice | undefined {
  const [time, days] = [timeOf(cron), cron.dayOfWeek];
  return time !== undefined && isOpen(cron.dayOfMonth) && days.kind === 'list' && !days.open ? { kind: 'week', days: days.values, time } : undefined;
}

function monthOf(cron: Cron): Choice | undefined {
  const [time, day] = [timeOf(cron), cron.dayOfMonth];
  if (time === undefined || !isOpen(cron.dayOfWeek)) return undefined;
  if (day.kind === 'last' && day.before === 0 && !day.weekday) return { kind: 'month', day: 'last', time };
  return day.kind === 'list' && !day.open && day.values.length === 1 ? { kind: 'month', day: day.values[0] ?? 1, time } : undefined;
}

function hourOf({ second, minute, hour, dayOfMonth, month, dayOfWeek }: Cron): Choice | undefined {
  const [at, ...more] = minute.parts;
  const everyHour = hour.open && month.open && isOpen(dayOfMonth) && isOpen(dayOfWeek) && second.values.join() === '0';
  return everyHour && at?.kind === 'value' && more.length === 0 ? { kind: 'hour', minute: at.from } : undefined;
}

/** What a choice needs beside itself: the zone, and when an interval begins. */
export interface Around {
  zone: string;
  /** ISO. */
  now: string;
  dayMatch: DayMatch;
}

/** The schedule a choice means; undefined for `cron`, which is what is written. */
export function scheduleOf(choice: Choice, { zone, now, dayMatch }: Around): Schedule | undefined {
  const cron = (expression: string): Schedule => ({ kind: 'cron', expression, zone, dayMatch });
  switch (choice.kind) {
    case 'day':
      return cron(`${clock(choice.time)} * * *`);
    case 'weekdays':
      return cron(`${clock(choice.time)} * * 1-5`);
    case 'week':
      return cron(`${clock(choice.time)} * * ${choice.days.length === 7 ? '0-6' : [...choice.days].sort((a, b) => a - b).join(',')}`);
    case 'month':
      return cron(`${clock(choice.time)} ${choice.day === 'last' ? 'L' : choice.day} * *`);
    case 'hour':
      return cron(`${choice.minute} * * * *`);
    case 'every':
      return { kind: 'interval', everyMs: Math.round(choice.count * (choice.unit === 'hour' ? hourMs : minuteMs)), anchor: now };
    case 'startup':
    case 'manual':
      return { kind: choice.kind };
    case 'cron':
      return undefined;
  }
}

/** What another choice begins with: the time goes along. */
export function startOf(kind: ChoiceKind, before: Choice): Choice {
  const time = 'time' in before ? before.time : usualTime;
  switch (kind) {
    case 'week':
      return { kind, days: before.kind === 'weekdays' ? [1, 2, 3, 4, 5] : [1], time };
    case 'month':
      return { kind, day: 1, time };
    case 'hour':
      return { kind, minute: 0 };
    case 'every':
      return { kind, count: 15, unit: 'minute' };
    case 'startup':
    case 'manual':
    case 'cron':
      return { kind };
    case 'day':
    case 'weekdays':
      return { kind, time };
  }
}

/** A time of day as people type it (`9:05`, `0905`, `9h05`) as `HH:MM`; undefined for anything else. */
export function readTime(text: string): string | undefined {
  const [, hour, minute] = /^\s*([01]?\d|2[0-3])\s*[:.hH]?\s*([0-5]\d)\s*$/.exec(text) ?? [];
  return hour === undefined || minute === undefined ? undefined : `${hour.padStart(2, '0')}:${minute}`;
}

/** `22:30` as the first two fields: `30 22`. */
function clock(time: Time): string {
  const [hour = '0', minute = '0'] = time.split(':');
  return `${Number(minute)} ${Number(hour)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
