// Rules 4.1, 4.2: the only way to a state, one event for each move, in one transaction or not at all.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunRow } from '../model.ts';
import { at, define, minute, Workshop } from '../testing/workshop.ts';
import { tallyAfter } from './ledger.ts';

let shop: Workshop;
let run: RunRow;
beforeEach(async () => {
  shop = new Workshop(at('2026-03-02T10:00'));
  await shop.open({ start: false });
  run = shop.now.scheduler.write(shop.add(define('job')), { trigger: 'manual', by: 'ada', reason: 'to see' }) as RunRow;
  await shop.elapse(0);
});
afterEach(() => shop.end());

const events = () => [...shop.log.values()].filter(({ action }) => action.startsWith('run.'));

it('4.2: each move leaves one event that says from where, to where, why and by whom', () => {
  shop.now.ledger.move(run.id, 'stopped', { cause: 'user', by: 'grace' });
  expect(events()).toMatchObject([
    { action: 'run.queued', category: 'job', actor: 'ada', subject: 'job:job', payload: { run: run.id, from: 'new', to: 'queued', trigger: 'manual', reason: 'to see' } },
    { action: 'run.stopped', actor: 'grace', payload: { run: run.id, from: 'queued', to: 'stopped', cause: 'user' } }
  ]);
});

it('4.1: what the table does not know is refused, and nothing is written', () => {
  expect(() => shop.now.ledger.move(run.id, 'succeeded')).toThrow('from queued to succeeded');
  shop.now.ledger.move(run.id, 'stopped', { cause: 'user' });
  expect(() => shop.now.ledger.move(run.id, 'queued')).toThrow('from stopped to queued');
  expect(() => shop.now.ledger.open({ ...run, id: 'x', key: 'x', state: 'running' })).toThrow('begin as running');
  expect(shop.now.runs.run(run.id)?.state).toBe('stopped');
  expect(events()).toHaveLength(2);
});

it('4.2: what fails inside the transaction leaves neither state nor event nor word to anybody', async () => {
  const told: string[] = [];
  shop.now.ledger.onEnded(({ state }) => void told.push(state));
  const also = (): never => {
    throw new Error('no room');
  };
  expect(() => shop.now.ledger.move(run.id, 'stopped', { cause: 'user', also })).toThrow('no room');
  expect(() => shop.now.db.transaction(() => [shop.now.ledger.move(run.id, 'stopped', { cause: 'user' }), also()])).toThrow('no room');
  await shop.elapse(minute);
  expect([shop.now.runs.run(run.id)?.state, events().length, told]).toEqual(['queued', 1, []]);
  shop.now.ledger.move(run.id, 'stopped', { cause: 'user' });
  await shop.elapse(0);
  expect(told).toEqual(['stopped']);
});

it('4.2: a listener that fails takes nothing back, and others of the process go on', async () => {
  shop.now.ledger.onEnded(() => {
    throw new Error('no mail today');
  });
  shop.now.ledger.move(run.id, 'stopped', { cause: 'user' });
  await shop.elapse(0);
  expect(shop.now.runs.run(run.id)?.state).toBe('stopped');
  expect(shop.now.complaints.splice(0)[0]).toContain('no mail today');
});

it('8.1: a second row for one key is not written, and says nothing', () => {
  expect(shop.now.ledger.open({ ...run, id: 'other' })).toBeUndefined();
  expect(shop.now.runs.run('other')).toBeUndefined();
  expect(events()).toHaveLength(1);
});

it('4.2: an event that could not reach the record waits, and is there once after it is brought over', () => {
  shop.step = (name) => {
    if (name === 'append') throw new Error('the record is busy');
  };
  shop.now.ledger.move(run.id, 'stopped', { cause: 'user' });
  expect([shop.now.runs.run(run.id)?.state, events().length]).toEqual(['stopped', 1]);
  shop.step = () => undefined;
  shop.now.drain();
  shop.now.drain();
  expect(events()).toHaveLength(2);
});

it('7.4: tallies: failures in a row, since when, the last good one, what was left out', () => {
  const none = { definition: define('job'), lastGoodAt: 5, failingSince: null, failures: 0, overlapSkips: 2 };
  const after = (state: RunRow['state'], job = none, cause: RunRow['cause'] = null) => tallyAfter(job, { state, cause, endedAt: 100, createdAt: 90 });
  expect(after('succeeded')).toEqual({ lastGoodAt: 100, failingSince: null, failures: 0, overlapSkips: 0 });
  expect(after('partial')).toEqual({ lastGoodAt: 5, failingSince: null, failures: 0, overlapSkips: 0 });
  expect(after('partial', { ...none, definition: define('job', { alerts: { partialIsSuccess: true } }) })).toMatchObject({ lastGoodAt: 100 });
  for (const state of ['failed', 'timed_out', 'unknown'] as const) expect(after(state, { ...none, failures: 2, failingSince: 50 as never })).toEqual({ lastGoodAt: 5, failingSince: 50, failures: 3, overlapSkips: 0 });
  expect(after('skipped', none, 'overlap')).toMatchObject({ overlapSkips: 3, failures: 0 });
  for (const state of ['skipped', 'missed', 'stopped', 'rejected'] as const) expect(after(state)).toBeUndefined();
});
