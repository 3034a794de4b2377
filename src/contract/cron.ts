// Cron expressions as Varve reads them (docs/schedules.md): text in, fields out. The page reads them while one types, words are made from the
// fields, and the engine finds the times.
//
//   expression  [second] minute hour day-of-month month day-of-week | macro
//   field       part { "," part }        part   ( "*" | value | value "-" value ) [ "/" step ]
//   day fields  also "?" for "*"; day-of-month "L" ["-" n] ["W"] | n "W"; day-of-week value "L" | value "#" n: these stand alone
import type { CronFieldName, ScheduleReason, ScheduleRefusal } from './schedule.ts';

export interface CronPart {
  /** `*`, one value, a range, or from a value to the end of the field (`a/n`). */
  kind: 'all' | 'value' | 'range' | 'from';
  from: number;
  to: number;
  step: number;
}

/** A field that names values. */
export interface CronList {
  kind: 'list';
  text: string;
  parts: readonly CronPart[];
  /** In rising order, each once; Sunday is 0. */
  values: readonly number[];
  /** Exactly `*` or `?`: does not restrict. */
  open: boolean;
}

/** `L`, `L-3`, `LW`, `L-3W`: the day this many before the last of the month, or the weekday nearest to it. */
export interface CronLast {
  kind: 'last';
  text: string;
  before: number;
  weekday: boolean;
}

/** `15W`: the weekday nearest to this day. */
export interface CronNearest {
  kind: 'nearest';
  text: string;
  day: number;
}

/** `5#2`, `FRI#2`; `5L`, `FRIL` has nth null. Sunday is 0. */
export interface CronNth {
  kind: 'nth';
  text: string;
  weekday: number;
  nth: number | null;
}

export interface Cron {
  /** Six fields were written. With five, `second` is 0. */
  hasSeconds: boolean;
  second: CronList;
  minute: CronList;
  hour: CronList;
  dayOfMonth: CronList | CronLast | CronNearest;
  month: CronList;
  dayOfWeek: CronList | CronNth;
}

export class BadCron extends Error {
  override readonly name = 'BadCron';
  readonly refusal: ScheduleRefusal;

  constructor(refusal: ScheduleRefusal) {
    super(`${refusal.field}: ${refusal.reason}`);
    this.refusal = refusal;
  }
}

export const cronMonths = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;
export const cronWeekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

interface FieldRule {
  name: CronFieldName;
  min: number;
  max: number;
  /** The value of the first name. */
  names: readonly string[];
}

const rules: readonly FieldRule[] = [
  { name: 'second', min: 0, max: 59, names: [] },
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'dayOfMonth', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: cronMonths },
  { name: 'dayOfWeek', min: 0, max: 7, names: cronWeekdays }
];

const macros: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *'
};

/** Throws BadCron, which names the field and what is allowed there. */
export function parseCron(expression: string): Cron {
  const text = expression.replace(/^[ \t]+|[ \t]+$/g, '').toUpperCase();
  const fields = (text.startsWith('@') ? readMacro(text) : text).split(/[ \t]+/).filter((field) => field !== '');
  if (fields.length !== 5 && fields.length !== 6) refuse('expression', 'field-count', String(fields.length), 5, 6);
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = fields.length === 6 ? fields : ['0', ...fields];
  const list = (position: number, field = ''): CronList => readList(rules[position] as FieldRule, field);
  return {
    hasSeconds: fields.length === 6,
    second: list(0, second),
    minute: list(1, minute),
    hour: list(2, hour),
    dayOfMonth: readDayOfMonth(dayOfMonth ?? '') ?? list(3, dayOfMonth),
    month: list(4, month),
    dayOfWeek: readDayOfWeek(dayOfWeek ?? '') ?? list(5, dayOfWeek)
  };
}

/** The day field restricts the days: it is anything but exactly `*` or `?`. */
export function restricts(field: Cron['dayOfMonth'] | Cron['dayOfWeek']): boolean {
  return field.kind !== 'list' || !field.open;
}

/** Runs at a spacing rather than at times: `*`, a range or a step in second, minute or hour. Such a schedule runs in both copies of a repeated hour. */
export function isSpaced(cron: Cron): boolean {
  return [cron.second, cron.minute, cron.hour].some(({ parts }) => parts.some(({ kind }) => kind !== 'value'));
}

function refuse(field: ScheduleRefusal['field'], reason: ScheduleReason, text: string, min: number | null = null, max: number | null = null): never {
  throw new BadCron({ field, reason, text, min, max });
}

function readMacro(text: string): string {
  const name = text.toLowerCase();
  const known = Object.hasOwn(macros, name) ? macros[name] : undefined;
  if (known !== undefined) return known;
  if (name === '@startup' || name === '@reboot') refuse('expression', 'macro-startup', name);
  return refuse('expression', /^@every[ \t]/.test(name) ? 'macro-every' : 'macro', name);
}

function readDayOfMonth(text: string): CronLast | CronNearest | undefined {
  const last = /^L(?:-(\d{1,9}))?(W)?$/.exec(text);
  if (last) {
    const before = Number(last[1] ?? 0);
    if (before > 30) refuse('dayOfMonth', 'last-offset', text, 0, 30);
    return { kind: 'last', text, before, weekday: last[2] !== undefined };
  }
  const nearest = /^(\d{1,2})W$/.exec(text);
  if (!nearest) return undefined;
  return { kind: 'nearest', text, day: readValue(rules[3] as FieldRule, nearest[1] ?? '') };
}

function readDayOfWeek(text: string): CronNth | undefined {
  const rule = rules[5] as FieldRule;
  const last = /^(\d{1,2}|[A-Z]{3})L$/.exec(text);
  if (last) return { kind: 'nth', text, weekday: readValue(rule, last[1] ?? '') % 7, nth: null };
  const nth = /^(\d{1,2}|[A-Z]{3})#(\d*)$/.exec(text);
  if (!nth) return undefined;
  const weekday = readValue(rule, nth[1] ?? '') % 7;
  const count = Number(nth[2] || NaN);
  return count >= 1 && count <= 5 ? { kind: 'nth', text, weekday, nth: count } : refuse('dayOfWeek', 'nth', text, 1, 5);
}

function readList(rule: FieldRule, text: string): CronList {
  const open = text === '*' || (text === '?' && (rule.name === 'dayOfMonth' || rule.name === 'dayOfWeek'));
  if (!open && text.includes('?')) refuse(rule.name, 'question', text);
  refuseSpecial(rule.name, text);
  const parts = (open ? '*' : text).split(',').map((part) => readPart(rule, part));
  const values = new Set(parts.flatMap((part) => valuesOf(rule, part)));
  return { kind: 'list', text, parts, values: [...values].sort((a, b) => a - b), open };
}

const specials: Partial<Record<CronFieldName, RegExp>> = { dayOfMonth: /^(?:LW?|\d+W)$/, dayOfWeek: /#|^(?:\d+|[A-Z]{3})L$/ };
const anySpecial = /#|^(?:LW?|\d+[LW]+|[A-Z]{3}L)$/;

/** What stands alone was read already; here it stands with something else, or in another field. */
function refuseSpecial(field: CronFieldName, text: string): void {
  const pieces = text.split(/[,/-]/);
  if (!pieces.some((piece) => anySpecial.test(piece))) return;
  const own = specials[field];
  refuse(field, own && pieces.some((piece) => own.test(piece)) ? 'special-alone' : 'special-elsewhere', text);
}

function readPart(rule: FieldRule, text: string): CronPart {
  if (text === '') refuse(rule.name, 'empty', text);
  const [range = '', stepText, ...more] = text.split('/');
  const step = stepText === undefined ? 1 : readStep(rule, text, more.length > 0 ? '' : stepText);
  if (range === '*') return { kind: 'all', from: rule.min, to: rule.max, step };
  const ends = range.split('-');
  if (ends.length > 2 || ends.includes('')) refuse(rule.name, 'range', text, rule.min, rule.max);
  const [from = 0, to] = ends.map((end) => readValue(rule, end));
  if (to !== undefined) return { kind: 'range', from, to, step };
  return stepText === undefined ? { kind: 'value', from, to: from, step } : { kind: 'from', from, to: rule.max, step };
}

function readStep(rule: FieldRule, part: string, text: string): number {
  const step = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return step >= 1 && step <= rule.max ? step : refuse(rule.name, 'step', part, 1, rule.max);
}

function readValue(rule: FieldRule, text: string): number {
  const named = rule.names.indexOf(text);
  if (named >= 0) return named + rule.min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= rule.min && value <= rule.max ? value : refuse(rule.name, 'value', text, rule.min, rule.max);
}

/** A range whose end comes before its beginning goes on at the field's beginning; its step goes on counting. */
function valuesOf(rule: FieldRule, part: CronPart): number[] {
  const isWeek = rule.name === 'dayOfWeek';
  const turn = isWeek ? 7 : rule.max - rule.min + 1;
  const from = isWeek && part.to < part.from ? part.from % 7 : part.from;
  const length = part.to < from ? part.to + turn - from : part.to - from;
  const values: number[] = [];
  for (let i = 0; i <= length; i += part.step) values.push(isWeek ? (from + i) % 7 : ((from + i - rule.min) % turn) + rule.min);
  return values;
}
