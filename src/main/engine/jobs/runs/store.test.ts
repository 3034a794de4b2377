// Lists of runs: by time, by how they ended, page after page, the same as looking at every row.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunState } from '../../../../contract/runs.ts';
import type { RunRow } from '../model.ts';
import { at, define, hour, Workshop } from '../testing/workshop.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = new Workshop(at('2026-03-02T10:00'));
  await shop.open({ start: false });
  const jobs = [shop.add(define('a')), shop.add(define('b'))];
  const states: RunState[] = ['succeeded', 'failed', 'skipped', 'missed', 'unknown', 'queued'];
  for (let i = 0; i < 120; i++) {
    await shop.elapse(hour);
    const run = shop.now.scheduler.write(jobs[i % 2] as never, { trigger: 'manual' }) as RunRow;
    shop.now.runs.update(run.id, { state: states[i % 6] as RunState });
  }
});
afterEach(() => shop.end());

it('finds what a look at every row finds', () => {
  const { runs } = shop.now;
  const all = runs.list({ limit: 1_000 });
  expect(all).toHaveLength(120);
  const from = at('2026-03-03T10:00');
  const to = at('2026-03-05T22:00');
  for (const jobId of [undefined, shop.job('a').id]) {
    for (const states of [undefined, ['failed'], ['failed', 'unknown', 'rejected'], ['queued', 'queued'], []] as (RunState[] | undefined)[]) {
      for (const [fromMs, toMs] of [[undefined, undefined], [from, undefined], [undefined, to], [from, to]]) {
        for (const before of [undefined, all[40]?.id]) {
          const expected = all.filter((run) => (jobId === undefined || run.jobId === jobId) && (states === undefined || states.includes(run.state)) && run.createdAt >= (fromMs ?? 0) && run.createdAt < (toMs ?? Infinity) && (before === undefined || run.id < before)).slice(0, 15);
          expect(runs.list({ jobId, states, fromMs, toMs, before, limit: 15 }).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        }
      }
    }
  }
});

it('knows the live ones of a job', () => {
  expect(shop.now.runs.liveOf(shop.job('b').id).map(({ state }) => state)).toEqual(Array.from({ length: 20 }, () => 'queued'));
  expect(shop.now.runs.liveOf(shop.job('a').id)).toEqual([]);
});
