import { expect, it } from 'vitest';
import { chanceOf, retryDelayMs, usualRetryDelay } from './retry-delay.ts';

it('7.1: the delay is by chance up to the doubled base, never above the cap, with the least added', () => {
  const rule = { baseSeconds: 30, capSeconds: 100, minSeconds: 1 };
  expect([1, 2, 3, 9].map((failed) => retryDelayMs(rule, failed, 0.5))).toEqual([16_000, 31_000, 51_000, 51_000]);
  expect(retryDelayMs(rule, 1, 0)).toBe(1_000);
});

it('7.1: usually half a minute at most at first and an hour in the end, however often it failed', () => {
  const most = chanceOf({ bytes: (count) => new Uint8Array(count).fill(255) });
  expect(most).toBeLessThan(1);
  expect([1, 2, 3, 20, 5_000].map((failed) => Math.round(retryDelayMs(usualRetryDelay, failed, most) / 1000))).toEqual([31, 61, 121, 3601, 3601]);
  expect(retryDelayMs(usualRetryDelay, 5, chanceOf({ bytes: (count) => new Uint8Array(count) }))).toBe(1000);
});
