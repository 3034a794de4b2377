// Lists of runs: by time, by how they ended, page after page, the same as looking at every row.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunState } from '../../../../contract/runs.ts';
import { createHousekeepingStore } from '../housekeeping/store.ts';
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

it('shows of a job what is so now: after each new run, each change and each removal', () => {
  const { runs, db } = shop.now;
  const { id } = shop.job('a');
  const direct = (): unknown => ({ last: runs.last(id), marks: runs.marks(id, 14) });
  expect(runs.shown(id)).toEqual(direct());
  expect(runs.shown(id)).toBe(runs.shown(id));
  const run = shop.now.scheduler.write(shop.job('a'), { trigger: 'manual' }) as RunRow;
  expect(runs.shown(id).last?.id).toBe(run.id);
  for (const change of [{ state: 'running' }, { state: 'succeeded', endedAt: 1 }, { note: 'a word' }] as Partial<RunRow>[]) {
    runs.update(run.id, change);
    expect(runs.shown(id)).toEqual(direct());
  }
  expect(runs.shown(id).marks.at(-1)).toMatchObject({ id: run.id, state: 'succeeded' });
  createHousekeepingStore(db, { onRemoved: runs.forgetShown }).deleteRuns([run.id]);
  expect(runs.shown(id)).toEqual(direct());
  expect(runs.shown(id).last?.id).not.toBe(run.id);
});

it('knows the live ones of a job', () => {
  expect(shop.now.runs.liveOf(shop.job('b').id).map(({ state }) => state)).toEqual(Array.from({ length: 20 }, () => 'queued'));
  expect(shop.now.runs.liveOf(shop.job('a').id)).toEqual([]);
});
