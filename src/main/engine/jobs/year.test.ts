// The scheduler and the model of its rules live through the same time and must tell the same of every run (testing/year.ts). A sample here; the year and many seeds in
// e2e/campaigns/jobs-year.test.ts.
import { expect, it } from 'vitest';
import { at } from './testing/workshop.ts';
import { liveThrough } from './testing/year.ts';

it.each([['spring in New York', '2026-03-07T05:00'], ['spring on Lord Howe', '2026-10-02T05:00']])('scheduler and rules tell the same: %s', async (seed, from) => {
  const { difference, runs } = await liveThrough({ seed: `${seed} ${process.env['VARVE_SEED'] ?? ''}`, startMs: at(from), days: 2 });
  expect(difference).toBeUndefined();
  expect(runs).toBeGreaterThan(20);
});
