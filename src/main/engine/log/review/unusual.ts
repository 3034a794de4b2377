// When is a number unusual? Medians and median deviations, because one wild day must not make the next one look normal. Pure.
import { median as medianOf } from '../../kit/median.ts';

/** 0 of none: nothing is usual then. */
export function median(values: readonly number[]): number {
  return medianOf(values) ?? 0;
}

export function deviation(values: readonly number[], from = median(values)): number {
  return median(values.map((value) => Math.abs(value - from)));
}

/** Below this many earlier windows nothing is called usual. */
export const fewestWindows = 4;
/** Differences smaller than this are never worth a word. */
const leastDifference = 5;
/** Makes a median deviation comparable with a standard deviation. */
const asSigma = 1.4826;

export interface Rate {
  direction: 'more' | 'fewer';
  usual: number;
  spread: number;
}

/**
 * `earlier`: counts of the windows before, the latest first. `weekly`: how many windows make a week, where that is a whole number: a quiet Sunday
 * is not unusual when Sundays are quiet.
 */
export function judgeRate(count: number, earlier: readonly number[], weekly: number | undefined): Rate | undefined {
  if (earlier.length < fewestWindows) return undefined;
  const usual = median(earlier);
  const spread = deviation(earlier, usual);
  if (!isFar(count, usual, spread)) return undefined;
  const sameDay = weekly === undefined ? [] : earlier.filter((_, index) => (index + 1) % weekly === 0);
  if (sameDay.length >= 3 && !isFar(count, median(sameDay), deviation(sameDay))) return undefined;
  return { direction: count > usual ? 'more' : 'fewer', usual, spread };
}

/** Further than three deviations, and than chance alone would go for such a count. */
function isFar(count: number, usual: number, spread: number): boolean {
  const difference = Math.abs(count - usual);
  return difference >= leastDifference && difference > 3 * Math.max(asSigma * spread, Math.sqrt(Math.max(usual, 1)));
}

const fewestGaps = 5;

/**
 * `gaps`: times between one and the next. What comes in bursts has a rhythm between the bursts, so gaps under a quarter of the longest one do
 * not count. Unusual is a silence of more than twice the longest gap there has been.
 */
export function judgeSilence(silentMs: number, gaps: readonly number[]): { gapMs: number; times: number } | undefined {
  const longest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
  const rhythm = gaps.filter((gap) => gap * 4 >= longest && gap > 0);
  if (rhythm.length < fewestGaps || silentMs <= 2 * longest) return undefined;
  return { gapMs: Math.round(median(rhythm)), times: rhythm.length + 1 };
}
