// The time that an old line claims. Written as an instant where it says which one; otherwise as it stands there: a guess would look like knowledge.
import type { Mapping } from '../../../../contract/intake.ts';
import { NumberText } from '../json-text.ts';

const calendar = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s?([Zz]|[+-]\d{2}:?\d{2})?$/;
const longestText = 100;
/** Seconds up to the year 5138, milliseconds from 1973 on. */
const millisecondsFrom = 1e11;

export function claimedTime(value: unknown, { as, zone }: NonNullable<Mapping['time']>): string | undefined {
  if (value instanceof NumberText) return ofNumber(value.digits, as);
  if (typeof value !== 'string' || value === '') return undefined;
  if (as !== 'text' && /^\d{9,16}(?:\.\d{1,9})?$/.test(value)) return ofNumber(value, as);
  return ofText(value, zone) ?? value.slice(0, longestText);
}

function ofNumber(digits: string, as: 'auto' | 'text' | 'seconds' | 'milliseconds'): string {
  const number = Number(digits);
  if (as === 'text' || !Number.isFinite(number)) return digits.slice(0, longestText);
  const milliseconds = as === 'milliseconds' || (as === 'auto' && Math.abs(number) >= millisecondsFrom) ? number : number * 1000;
  return instant(milliseconds) ?? digits.slice(0, longestText);
}

function ofText(text: string, zone: string | undefined): string | undefined {
  const match = calendar.exec(text);
  const offset = match?.[4] ?? zone;
  if (match === null || offset === undefined) return undefined;
  const [, day = '', time = '', fraction = ''] = match;
  const plain = /^[Zz]$/.test(offset) ? 'Z' : offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
  return instant(Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}.${fraction.padEnd(3, '0').slice(0, 3)}${plain}`));
}

function instant(milliseconds: number): string | undefined {
  const date = new Date(Math.round(milliseconds));
  const year = date.getUTCFullYear();
  return Number.isNaN(year) || year < 0 || year > 9999 ? undefined : date.toISOString();
}
