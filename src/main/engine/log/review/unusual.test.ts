import { describe, expect, it } from 'vitest';
import { deviation, judgeRate, judgeSilence, median } from './unusual.ts';

describe('medians', () => {
  it('stand in the middle, whatever the extremes', () => {
    expect([median([]), median([3]), median([1, 9]), median([1000, 2, 3])]).toEqual([0, 3, 5, 3]);
    expect(deviation([10, 12, 8, 1000])).toBe(2);
  });
});

describe('a count against the usual', () => {
  const days = (count: number): number[] => new Array<number>(28).fill(count);

  it('is unusual far above and far below, with the numbers', () => {
    expect(judgeRate(12, [340, 338, 345, 350, 331, 342, 344], undefined)).toEqual({ direction: 'fewer', usual: 342, spread: 3 });
    expect(judgeRate(1200, days(310), undefined)).toEqual({ direction: 'more', usual: 310, spread: 0 });
  });

  it('is not for what chance alone would do, and not for a handful', () => {
    expect(judgeRate(330, days(310), undefined)).toBeUndefined();
    expect(judgeRate(4, days(0), undefined)).toBeUndefined();
    expect(judgeRate(0, days(4), undefined)).toBeUndefined();
  });

  it('one wild day does not make the next one look normal', () => {
    expect(judgeRate(9000, [9000, ...days(100)], undefined)?.direction).toBe('more');
  });

  it('says nothing while there is too little to compare with', () => expect(judgeRate(9000, [1, 2, 1], undefined)).toBeUndefined());

  it('a quiet Sunday is no news when Sundays are quiet, a quiet Wednesday is', () => {
    // The latest first: yesterday was a Saturday, seven windows back the last Sunday.
    const week = [0, 100, 103, 99, 100, 101, 0];
    const earlier = [...week, ...week, ...week, ...week];
    expect(judgeRate(0, earlier, 7)).toBeUndefined();
    expect(judgeRate(0, earlier, undefined)?.direction).toBe('fewer');
    const wednesday = earlier.slice(3).concat(earlier.slice(0, 3));
    expect(judgeRate(0, wednesday, 7)?.direction).toBe('fewer');
  });
});

describe('silence', () => {
  const hour = 3_600_000;

  it('of what came every hour is noticed after twice the longest gap', () => {
    const gaps = [hour, hour, 1.2 * hour, hour, 0.9 * hour, hour, hour];
    expect(judgeSilence(2.3 * hour, gaps)).toBeUndefined();
    expect(judgeSilence(2.5 * hour, gaps)).toEqual({ gapMs: hour, times: 8 });
  });

  it('of what comes in a burst each day is measured between the bursts', () => {
    const burst = [1000, 1000, 1000];
    const gaps = Array.from({ length: 6 }, () => [...burst, 24 * hour]).flat();
    expect(judgeSilence(20 * hour, gaps)).toBeUndefined();
    expect(judgeSilence(50 * hour, gaps)).toEqual({ gapMs: 24 * hour, times: 7 });
  });

  it('of what never had a rhythm is not', () => {
    expect(judgeSilence(1000 * hour, [hour, 300 * hour, 2 * hour])).toBeUndefined();
    expect(judgeSilence(1000 * hour, [0, 0, 0, 0, 0, 0, 0, 0])).toBeUndefined();
  });
});
