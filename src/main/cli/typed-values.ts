// Lengths of time, sizes and moments as they are typed in a terminal.
import { InvalidArgumentError } from 'commander';
import { fail } from '../engine/kit/errors.ts';
import type { Words } from './words.ts';

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const unitBytes: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Whole seconds of `90s`, `30m`, `4h`, `7d`, `2w`; a number alone is seconds. undefined when it is none of them. */
export function parseSeconds(text: string): number | undefined {
  const [, number = '', unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text.trim()) ?? [];
  return number === '' ? undefined : Number(number) * (unitSeconds[unit] ?? 1);
}

/** For an option; wrong usage names it. */
export function secondsOption({ say }: Words): (text: string) => number {
  return (text) => {
    const seconds = parseSeconds(text);
    if (seconds === undefined) throw new InvalidArgumentError(say('jobBadDuration', { text }));
    return seconds;
  };
}

/** Bytes of `10G`, `500M`, `1024`; decimal, as drives are sold. */
export function parseSize(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d{1,12})([KMGT]?)B?$/i.exec(text.trim()) ?? [];
  return number === '' ? undefined : Number(number) * (unitBytes[unit.toUpperCase()] ?? 1);
}

/** A moment: a date, a date with time (of this computer's zone unless it says its own), or a length of time from now on (`direction` 1) or back (-1). Throws BAD_INPUT. */
export function momentOf(text: string, { option, nowMs, direction, words: { say } }: { option: string; nowMs: number; direction: 1 | -1; words: Words }): string {
  const seconds = parseSeconds(text);
  const ms = seconds === undefined || /^\d+$/.test(text) ? Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text) : nowMs + direction * seconds * 1000;
  return Number.isFinite(ms) ? new Date(ms).toISOString() : fail('BAD_INPUT', 'no time', { field: option, reason: say('jobBadMoment', { text }) });
}
