// Rules 3.1, 3.2 and 2.7a: where a new run stands among those of its job.
import { expect, it } from 'vitest';
import type { RunState, Trigger } from '../../../../contract/runs.ts';
import type { RunRow } from '../model.ts';
import { define } from '../testing/workshop.ts';
import { placeOf } from './enqueue.ts';

const run = (id: string, state: RunState, trigger: Trigger = 'schedule'): RunRow => ({ id, state, trigger }) as RunRow;
const job = (policy: string, more: object = {}) => define('job', { overlap: { policy }, ...more });
const ids = (rows: readonly RunRow[]): string[] => rows.map(({ id }) => id);
const busy: RunState[] = ['awaiting_approval', 'queued', 'starting', 'running', 'stopping', 'retry_wait'];

it('3.1: with nothing in the way every policy queues', () => {
  for (const policy of ['skip', 'queue', 'queueAll', 'parallel', 'replace']) expect(placeOf('schedule', job(policy), [])).toEqual({ state: 'queued', cause: null, otherRun: null, supersedes: [], replaces: [] });
});

it('3.1, 3.2 skip: whatever live state the other is in, the new one is left out and names it', () => {
  for (const state of busy) expect(placeOf('schedule', job('skip'), [run('a', state)]), state).toMatchObject({ state: 'skipped', cause: 'overlap', otherRun: 'a' });
});

it('3.1 queue: one waits; a newer one takes its place, what is under way goes on', () => {
  const place = placeOf('schedule', job('queue'), [run('a', 'running'), run('b', 'queued')]);
  expect([place.state, ids(place.supersedes), place.replaces]).toEqual(['queued', ['b'], []]);
});

it('3.1 queueAll: fifty wait, the next is left out', () => {
  const waiting = Array.from({ length: 49 }, (_, i) => run(`w${i}`, 'queued'));
  expect(placeOf('schedule', job('queueAll'), [run('a', 'running'), ...waiting]).state).toBe('queued');
  expect(placeOf('schedule', job('queueAll'), [run('a', 'running'), ...waiting, run('w', 'queued')])).toMatchObject({ state: 'skipped', cause: 'too_many', otherRun: 'a' });
});

it('3.1 replace: those under way are stopped for it, those waiting give way', () => {
  const place = placeOf('schedule', job('replace'), [run('a', 'running'), run('b', 'retry_wait'), run('c', 'queued')]);
  expect([place.state, ids(place.replaces), ids(place.supersedes), place.otherRun]).toEqual(['queued', ['a', 'b'], ['c'], 'a']);
});

it('2.7a: a waiting catch-up run is in nobody\'s way, and gives way to a newer time where only the newest counts', () => {
  for (const trigger of ['schedule', 'catch_up'] as const) {
    const place = placeOf(trigger, job('skip'), [run('old', 'queued', 'catch_up')]);
    expect([place.state, ids(place.supersedes)]).toEqual(['queued', ['old']]);
    expect(placeOf(trigger, job('skip', { catchUp: { policy: 'all' } }), [run('old', 'queued', 'catch_up')]).supersedes).toEqual([]);
  }
});

it('2.7a: one that is left out itself outdates nothing', () => {
  expect(placeOf('schedule', job('skip'), [run('a', 'running'), run('old', 'queued', 'catch_up')])).toMatchObject({ state: 'skipped', supersedes: [] });
});
