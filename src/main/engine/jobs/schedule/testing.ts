// A slow model of the rules, made to disagree: it walks every second (or minute) through Intl's wall time and knows nothing of offsets, changes
// or bits. Only for tests.
import type { DayMatch } from '../../../../contract/schedule.ts';

interface Field {
  has(value: number): boolean;
  spaced: boolean;
}

const names = { month: ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'], week: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };

function field(text: string, min: number, max: number, words: string[] = []): Field {
  const value = (word: string): number => (words.includes(word) ? words.indexOf(word) : Number(word));
  const wanted = new Set<number>();
  const top = max === 7 ? 6 : max;
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [begin, b] = range === '*' ? [min, max] : range.includes('-') ? range.split('-').map(value) : [value(range), part.includes('/') ? max : value(range)];
    // 0 and 7 are one Sunday: a week that begins with it does not count it twice.
    const a = max === 7 && begin === 7 && b !== 7 ? 0 : begin;
    // Counted one by one: every `step`-th place on the way from a to b.
    for (let at = a ?? 0, place = 0, guard = 0; guard < 200; guard++, place++) {
      if (place % Number(step) === 0) wanted.add(max === 7 ? at % 7 : at);
      if (at === b) break;
      at = at === max || (at >= top && (b ?? 0) < (a ?? 0)) ? min : at + 1;
    }
  }
  return { has: (each) => wanted.has(each), spaced: /[*/-]/.test(text) };
}

/** What the clock on the wall shows: month, day, year, hour, minute, second. */
type Wall = readonly number[];

/** What the clock shows at every step from `fromMs` on, read off Intl. */
export function walls(zone: string, fromMs: number, toMs: number, stepMs: number): Wall[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  const found: Wall[] = [];
  for (let at = fromMs; at < toMs; at += stepMs) found.push((format.format(at).match(/\d+/g) ?? []).map(Number));
  return found;
}

/** The runs of an expression while the clock shows `shown`, one entry every `stepMs` from `fromMs` on. What was before is not known: begin days before a change. */
export function slowRuns(expression: string, dayMatch: DayMatch, shown: readonly Wall[], fromMs: number, stepMs: number): number[] {
  const texts = expression.split(' ');
  const [sec = '0', min = '', hour = '', dom = '', month = '', dow = ''] = texts.length === 6 ? texts : ['0', ...texts];
  const fields = [field(sec, 0, 59), field(min, 0, 59), field(hour, 0, 23)] as const;
  const months = field(month, 1, 12, names.month);
  const spaced = fields.some((each) => each.spaced);
  const open = (text: string): boolean => text === '*' || text === '?';
  const days = new Map<number, boolean>();
  const dayFits = (m: number, d: number, y: number): boolean => {
    const key = (y * 13 + m) * 32 + d;
    const known = days.get(key);
    if (known !== undefined) return known;
    const [a, b] = [open(dom) || domFits(dom, y, m, d), open(dow) || dowFits(dow, y, m, d)];
    const fit = months.has(m) && (open(dom) || open(dow) || dayMatch === 'and' ? a && b : a || b);
    days.set(key, fit);
    return fit;
  };
  const fits = ([m = 0, d = 0, y = 0, h = 0, mi = 0, s = 0]: Wall): boolean => fields[0].has(s) && fields[1].has(mi) && fields[2].has(h) && dayFits(m, d, y);
  const asNumber = ([m = 0, d = 0, y = 0, h = 0, mi = 0, s = 0]: Wall): number => Date.UTC(y, m - 1, d, h, mi, s);
  const asWall = (number: number): Wall => {
    const date = new Date(number);
    return [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCFullYear(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  };
  const runs: number[] = [];
  let highest = -Infinity;
  let before: number | undefined;
  for (const [i, wall] of shown.entries()) {
    const number = asNumber(wall);
    let isRun = fits(wall) && (spaced || number > highest);
    // Wall times that were jumped over.
    if (before !== undefined && number > before + stepMs) for (let missing = before + stepMs; missing < number && !isRun; missing += stepMs) isRun = fits(asWall(missing));
    if (isRun) runs.push(fromMs + i * stepMs);
    highest = Math.max(highest, number);
    before = number;
  }
  return runs;
}

const weekday = (y: number, m: number, d: number): number => new Date(Date.UTC(y, m - 1, d)).getUTCDay();
const lengthOf = (y: number, m: number): number => new Date(Date.UTC(y, m, 0)).getUTCDate();

function domFits(text: string, y: number, m: number, d: number): boolean {
  const length = lengthOf(y, m);
  const special = /^(?:L(?:-(\d+))?|(\d+))(W)?$/.exec(text);
  if (!special || !/[LW]/.test(text)) return field(text, 1, 31).has(d);
  const target = special[2] === undefined ? length - Number(special[1] ?? 0) : Number(special[2]);
  if (target < 1 || target > length) return false;
  if (special[3] === undefined) return d === target;
  // The nearest weekday in the month, the earlier of two that are as near.
  const weekdays = Array.from({ length }, (_, i) => i + 1).filter((day) => weekday(y, m, day) % 6 !== 0);
  const near = Math.min(...weekdays.map((day) => Math.abs(day - target)));
  return d === weekdays.find((day) => Math.abs(day - target) === near);
}

function dowFits(text: string, y: number, m: number, d: number): boolean {
  const special = /^(\w+?)(?:L|#(\d))$/.exec(text);
  if (!special) return field(text, 0, 7, names.week).has(weekday(y, m, d));
  const word = special[1] ?? '';
  const day = names.week.includes(word) ? names.week.indexOf(word) : Number(word) % 7;
  const days = Array.from({ length: lengthOf(y, m) }, (_, i) => i + 1).filter((each) => weekday(y, m, each) === day);
  return d === (special[2] === undefined ? days.at(-1) : days[Number(special[2]) - 1]);
}

/** A small generator of numbers from a seed, so that a failure can be repeated. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** An expression by chance, of every form the dialect has. */
export function randomExpression(pick: (below: number) => number, withSeconds: boolean): string {
  const one = <T>(...options: T[]): T => options[pick(options.length)] as T;
  const simple = (min: number, max: number): string => {
    const value = (): number => min + pick(max - min + 1);
    return one(() => `${value()}`, () => `${value()}`, () => '*', () => `*/${1 + pick(max)}`, () => `${value()}/${1 + pick(max)}`, () => `${value()}-${value()}`, () => `${value()}-${value()}/${1 + pick(max)}`, () => `${value()},${value()},${value()}`, () => `${value()},${value()}-${value()}/${1 + pick(5)}`)();
  };
  const day = one(() => '*', () => '*', () => '?', () => simple(1, 31), () => one('L', 'LW', `L-${pick(31)}`, `L-${pick(31)}W`, `${1 + pick(31)}W`))();
  const week = one(() => '*', () => '*', () => '?', () => simple(0, 7), () => one('MON-FRI', 'FRI-MON', 'SAT,SUN', `${pick(8)}L`, 'FRIL', `${pick(8)}#${1 + pick(5)}`, `TUE#${1 + pick(5)}`))();
  const month = one('*', '*', '*', '*/2', 'JAN-OCT', 'OCT-APR', '3,4,9-11', `${1 + pick(12)}/3`);
  return [...(withSeconds ? [simple(0, 59)] : []), simple(0, 59), one(simple(0, 23), '*', '0-4', '1', '2', '1,2,3', '0'), day, month, week].join(' ');
}
