// A schedule in words: by the usual turns of speech where one says exactly what it means, otherwise field by field.
import { BadCron, parseCron, restricts, type Cron, type CronList } from '../cron.ts';
import type { Language } from '../ids.ts';
import type { DayMatch, Schedule } from '../schedule.ts';
import { speechEn } from './schedule/en.ts';
import { speechPtBR } from './schedule/pt-br.ts';
import type { Speech, Unit } from './schedule/speech.ts';

const speeches: Record<Language, Speech> = { en: speechEn, 'pt-BR': speechPtBR };
/** More times of day than this are not listed one by one. */
const mostTimes = 6;

/** `every day at 03:00`, `weekdays at 22:30`. Without the zone. What cannot be read stays as it was written. */
export function describeSchedule(language: Language, schedule: Schedule): string {
  const speech = speeches[language];
  switch (schedule.kind) {
    case 'cron':
      return describeCron(speech, schedule.expression, schedule.dayMatch);
    case 'interval':
      return describeSpan(speech, schedule.everyMs);
    case 'startup':
      return speech.startup;
    case 'manual':
      return speech.manual;
  }
}

function describeSpan(speech: Speech, everyMs: number): string {
  const sizes: [Unit, number][] = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]];
  const [unit, size] = sizes.find(([, each]) => everyMs % each === 0) ?? ['second', 1000];
  return speech.every(unit, everyMs / size);
}

function describeCron(speech: Speech, expression: string, dayMatch: DayMatch): string {
  try {
    return sayCron(speech, parseCron(expression), dayMatch);
  } catch (error) {
    if (error instanceof BadCron) return expression;
    throw error;
  }
}

function sayCron(speech: Speech, cron: Cron, dayMatch: DayMatch): string {
  const days = sayDays(speech, cron, dayMatch);
  const times = timesOfDay(cron);
  if (times) return `${days ?? speech.everyDay} ${speech.at(times)}`;
  const rhythm = sayRhythm(speech, cron) ?? readOut(speech, cron);
  return days === undefined ? rhythm : `${rhythm}, ${days}`;
}

/** Single times, few enough to name each. */
function timesOfDay({ second, minute, hour }: Cron): string[] | undefined {
  const named = [second, minute, hour].every(({ parts }) => parts.every(({ kind }) => kind === 'value'));
  if (!named || second.values.length * minute.values.length * hour.values.length > mostTimes) return undefined;
  return hour.values.flatMap((h) => minute.values.flatMap((m) => second.values.map((s) => clock(h, m, s))));
}

function clock(hour: number, minute: number, second = 0): string {
  return [hour, minute, ...(second === 0 ? [] : [second])].map((part) => String(part).padStart(2, '0')).join(':');
}

/** An even rhythm over the day, or over some hours of it. */
function sayRhythm(speech: Speech, { second, minute, hour }: Cron): string | undefined {
  const everySecond = evenStep(second, 60);
  if (everySecond !== undefined) return minute.open && hour.open ? speech.every('second', everySecond) : undefined;
  if (only(second) !== 0) return undefined;
  const hours = oneRange(hour);
  const everyMinute = evenStep(minute, 60);
  if (everyMinute !== undefined) {
    if (hour.open) return speech.every('minute', everyMinute);
    return hours && `${speech.every('minute', everyMinute)} ${speech.between(clock(hours.from, 0), clock(hours.to, 60 - everyMinute))}`;
  }
  const [at, everyHour] = [only(minute), evenStep(hour, 24)];
  if (at === undefined) return undefined;
  if (everyHour !== undefined) return at === 0 ? speech.every('hour', everyHour) : `${speech.every('hour', everyHour)} ${speech.atMinute(at)}`;
  return hours && `${speech.every('hour', 1)} ${speech.between(clock(hours.from, at), clock(hours.to, at))}`;
}

/** `*` or `*`/n with an n that divides the field: the distance is the same everywhere. */
function evenStep({ parts: [part, ...more] }: CronList, size: number): number | undefined {
  const fromStart = part !== undefined && (part.kind === 'all' || (part.kind === 'from' && part.from === 0));
  return fromStart && more.length === 0 && size % part.step === 0 ? part.step : undefined;
}

function only({ values }: CronList): number | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function oneRange({ parts: [part, ...more] }: CronList): { from: number; to: number } | undefined {
  return part?.kind === 'range' && part.step === 1 && part.from < part.to && more.length === 0 ? part : undefined;
}

/** Second, minute and hour exactly as they are. */
function readOut(speech: Speech, { second, minute, hour }: Cron): string {
  const fields: [Unit, CronList][] = [['second', second], ['minute', minute], ['hour', hour]];
  return fields
    .filter(([unit, field]) => unit !== 'second' || only(field) !== 0)
    .map(([unit, field]) => (field.open ? speech.every(unit, 1) : speech.field(unit, sayValues(speech, field.values, String), field.values.length)))
    .join('; ');
}

/** `0, 7 and 14`; three and more in a row become `9 to 17`. */
function sayValues(speech: Speech, values: readonly number[], name: (value: number) => string): string {
  const pieces: string[] = [];
  for (let i = 0; i < values.length; i++) {
    let end = i;
    while (values[end + 1] === (values[end] ?? 0) + 1) end++;
    if (end - i < 2) pieces.push(name(values[i] ?? 0));
    else {
      pieces.push(speech.run(name(values[i] ?? 0), name(values[end] ?? 0)));
      i = end;
    }
  }
  return speech.and(pieces);
}

/** Which days; undefined for all. */
function sayDays(speech: Speech, cron: Cron, dayMatch: DayMatch): string | undefined {
  const [byMonth, byWeek] = [restricts(cron.dayOfMonth) ? sayDaysOfMonth(speech, cron.dayOfMonth) : undefined, restricts(cron.dayOfWeek) ? sayWeekdays(speech, cron.dayOfWeek) : undefined];
  const { month, dayOfMonth } = cron;
  if (byWeek === undefined && dayOfMonth.kind === 'list' && dayOfMonth.values.length === 1 && month.values.length === 1) return speech.onDate(dayOfMonth.values[0] ?? 0, month.values[0] ?? 0);
  const days = byMonth !== undefined && byWeek !== undefined ? speech[dayMatch === 'or' ? 'either' : 'both'](byMonth, byWeek) : (byMonth ?? byWeek);
  if (month.values.length === 12) return days;
  const months = speech.inMonths(sayValues(speech, month.values, (value) => speech.month(value)));
  return byMonth !== undefined && byWeek !== undefined ? `${months}, ${days}` : `${days ?? speech.everyDay} ${months}`;
}

function sayDaysOfMonth(speech: Speech, field: Cron['dayOfMonth']): string {
  if (field.kind === 'last') return speech.onLast(field.before, field.weekday);
  if (field.kind === 'nearest') return speech.nearest(field.day);
  return speech.onDays(sayValues(speech, field.values, String), field.values.length === 1);
}

function sayWeekdays(speech: Speech, field: Cron['dayOfWeek']): string {
  if (field.kind === 'nth') return speech.onNth(field.weekday, field.nth);
  const days = field.values.join('');
  if (days === '12345') return speech.mondayToFriday;
  if (days === '06') return speech.weekend;
  // A week begins with Monday in words.
  return speech.onWeekdays([...field.values].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7)));
}
