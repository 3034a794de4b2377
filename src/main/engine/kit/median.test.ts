import { expect, it } from 'vitest';
import { median, medianMs } from './median.ts';

it('the middle of an even count of times is a whole number of milliseconds, as the contract asks', () => {
  expect([median([1, 2]), medianMs([1, 2]), medianMs([10, 3, 7]), medianMs([])]).toEqual([1.5, 2, 7, null]);
});
