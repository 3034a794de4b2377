// A schedule in English.
import { list, type Speech } from './speech.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
const and = (items: readonly string[]): string => list(items, ' and ');
const day = (weekday: number): string => weekdays[weekday] ?? '';
const days = (count: number): string => (count === 1 ? 'one day' : `${count} days`);

export const speechEn: Speech = {
  and,
  either: (one, other) => `${one} and also ${other}`,
  both: (one, other) => `on days that fit both “${one}” and “${other}”`,
  everyDay: 'every day',
  at: (times) => `at ${and(times)}`,
  every: (unit, count) => (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`),
  atMinute: (minute) => `at minute ${minute}`,
  between: (from, to) => `from ${from} to ${to}`,
  mondayToFriday: 'weekdays',
  weekend: 'Saturdays and Sundays',
  onWeekdays: (of) => (of.length === 1 ? `every ${day(of[0] ?? 0)}` : `every ${and(of.map(day))}`),
  onNth: (weekday, nth) => `on the ${nth === null ? 'last' : ordinals[nth - 1]} ${day(weekday)} of the month`,
  onDays: (of, isOne) => `on ${isOne ? 'day' : 'days'} ${of} of the month`,
  onDate: (of, month) => `every year on ${months[month - 1]} ${of}`,
  onLast: (before, weekday) => {
    const which = before === 0 ? 'the last day of the month' : `${days(before)} before the last day of the month`;
    if (!weekday) return before === 0 ? `on ${which}` : which;
    return before === 0 ? 'on the last weekday (Monday to Friday) of the month' : `on the weekday (Monday to Friday) nearest to ${which}`;
  },
  nearest: (of) => `on the weekday (Monday to Friday) nearest to day ${of} of the month`,
  inMonths: (of) => `in ${of}`,
  month: (month) => months[month - 1] ?? '',
  field: (unit, values, count) => `${unit}${count === 1 ? '' : 's'} ${values}`,
  run: (from, to) => `${from} to ${to}`,
  startup: 'when Varve starts',
  manual: 'only by hand'
};
