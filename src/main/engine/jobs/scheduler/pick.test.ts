// Rules 2.7, 3.1, 3.3, 3.4: whose turn it is.
import { expect, it } from 'vitest';
import type { RunState, Trigger } from '../../../../contract/runs.ts';
import type { RunRow } from '../model.ts';
import { at, day, define, minute } from '../testing/workshop.ts';
import { pick, type Candidate } from './pick.ts';

const now = at('2026-03-02T12:00');
let count = 0;
function one(id: string, state: RunState, { job = id, trigger = 'schedule', createdAt = now - minute + count++, dueAt = null, paused = false, flags = [], occurrence = null, resting, ...definition }: { job?: string; trigger?: Trigger; createdAt?: number; dueAt?: number | null; paused?: boolean; flags?: RunRow['flags']; occurrence?: number | null; resting?: boolean } & Record<string, unknown> = {}): Candidate {
  return { run: { id, jobId: job, state, trigger, createdAt, dueAt, flags, occurrence } as RunRow, definition: define('job', definition), paused, ...(resting !== undefined && { resting }) };
}
function look(live: Candidate[], options: { maxRunning?: number; catchUpFromMs?: number } = {}) {
  const picked = pick(live, { nowMs: now, maxRunning: 16, ...options });
  return { begin: picked.begin.map(({ run }) => run.id), waiting: Object.fromEntries(picked.waiting.map((each) => [each.run.id, each.for])), expired: picked.expired.map(({ id }) => id), orphaned: picked.orphaned.map(({ id }) => id) };
}

it('3.4: by hand first, then files, pipelines, the schedule, what is caught up; then age', () => {
  const triggers: Trigger[] = ['catch_up', 'schedule', 'pipeline', 'file', 'manual', 'replay', 'api', 'startup'];
  expect(look(triggers.map((trigger) => one(trigger, 'queued', { trigger }))).begin).toEqual(['manual', 'replay', 'api', 'file', 'pipeline', 'schedule', 'startup', 'catch_up']);
  expect(look([one('young', 'queued', { createdAt: now - 1 }), one('old', 'queued', { createdAt: now - 2 })]).begin).toEqual(['old', 'young']);
});

it('2.5: of those caught up in one decision the oldest time begins, whatever their ids are', () => {
  const runs = [3, 1, 2].map((hours) => one(`${9 - hours}`, 'queued', { job: 'same', trigger: 'catch_up', createdAt: now, occurrence: now - hours * 60 * minute }));
  expect(look(runs)).toMatchObject({ begin: ['6'], waiting: { 7: 'other_run', 8: 'other_run' } });
});

it('3.4: only so many at once; what runs, starts or stops holds a place, a retry that waits does not', () => {
  const held = [one('a', 'running'), one('b', 'starting'), one('c', 'stopping'), one('d', 'retry_wait', { dueAt: now + 1_000 })];
  expect(look([...held, one('new', 'queued')], { maxRunning: 3 })).toMatchObject({ begin: [], waiting: { new: 'slot' } });
  expect(look([...held, one('new', 'queued')], { maxRunning: 4 }).begin).toEqual(['new']);
});

it('3.4: what waited longer than its deadline is given up, by hand never', () => {
  const old = { createdAt: now - day - 1 };
  expect(look([one('late', 'queued', old), one('just', 'queued', { createdAt: now - day }), one('hand', 'queued', { ...old, trigger: 'manual' })])).toMatchObject({ expired: ['late'], begin: ['hand', 'just'] });
});

it('3.3: runs that share a lock are never together; all locks or none', () => {
  const holder = one('holder', 'running', { locks: ['repo:main'] });
  expect(look([holder, one('both', 'queued', { locks: ['other', 'repo:main'] }), one('other', 'queued', { locks: ['other'] })])).toMatchObject({ begin: ['other'], waiting: { both: 'lock' } });
  expect(look([one('first', 'queued', { locks: ['b', 'a'] }), one('second', 'queued', { locks: ['a', 'b'] })])).toMatchObject({ begin: ['first'], waiting: { second: 'lock' } });
});

it('2.7: nothing is caught up before its time, then one at a time across all jobs; by hand is not held up', () => {
  const [a, b, hand] = [one('a', 'queued', { trigger: 'catch_up' }), one('b', 'queued', { trigger: 'catch_up' }), one('hand', 'queued', { trigger: 'manual' })];
  expect(look([a, b, hand], { catchUpFromMs: now + 1 })).toMatchObject({ begin: ['hand'], waiting: { a: 'catch_up', b: 'catch_up' } });
  expect(look([a, b, hand], { catchUpFromMs: now })).toMatchObject({ begin: ['hand', 'a'], waiting: { b: 'catch_up' } });
  expect(look([one('c', 'running', { trigger: 'catch_up' }), a])).toMatchObject({ begin: [], waiting: { a: 'catch_up' } });
});

it('3.1: of one job one at a time, also while it waits between two tries; side by side as many as the job says', () => {
  expect(look([one('a', 'running', { job: 'j' }), one('b', 'queued', { job: 'j' })])).toMatchObject({ begin: [], waiting: { b: 'other_run' } });
  expect(look([one('a', 'retry_wait', { job: 'j', dueAt: now + 1_000 }), one('b', 'queued', { job: 'j' })])).toMatchObject({ begin: [], waiting: { b: 'other_run' } });
  expect(look([one('a', 'retry_wait', { job: 'j', resting: true }), one('b', 'queued', { job: 'j' })])).toMatchObject({ begin: [], waiting: { b: 'other_run' } });
  const parallel = { job: 'j', overlap: { policy: 'parallel', most: 2 } };
  expect(look([one('a', 'running', parallel), one('b', 'queued', parallel), one('c', 'queued', parallel)])).toMatchObject({ begin: ['b'], waiting: { c: 'other_run' } });
});

it('3.5: a run that was told to begin anyway does, though not past a lock', () => {
  expect(look([one('a', 'running', { job: 'j' }), one('b', 'queued', { job: 'j', flags: ['anyway'], trigger: 'manual' })]).begin).toEqual(['b']);
  expect(look([one('a', 'running', { job: 'j', locks: ['x'] }), one('b', 'queued', { job: 'j', flags: ['anyway'], trigger: 'manual', locks: ['x'] })]).begin).toEqual([]);
});

it('9.4: a paused job begins nothing by itself; by hand it does; a retry whose pause outlasts the deadline is given up', () => {
  const retry = (dueAt: number) => one('retry', 'retry_wait', { paused: true, dueAt });
  expect(look([one('a', 'queued', { paused: true }), one('hand', 'queued', { paused: true, trigger: 'manual' }), retry(now - day)])).toMatchObject({ begin: ['hand'], waiting: { a: 'paused', retry: 'paused' }, expired: [] });
  expect(look([retry(now - day - 1)]).expired).toEqual(['retry']);
});

it('7.1: the next try begins when it is due; 7.1a: a time set by a clock that has been set back does not hold it up for ever', () => {
  const retries = { most: 2, baseSeconds: 30, capSeconds: 3600, minSeconds: 1 };
  expect(look([one('a', 'retry_wait', { dueAt: now + 1, retries })]).begin).toEqual([]);
  expect(look([one('a', 'retry_wait', { dueAt: now, retries })]).begin).toEqual(['a']);
  expect(look([one('a', 'retry_wait', { dueAt: now + day, retries })]).begin).toEqual(['a']);
});

it('a run whose job is gone is not begun', () => {
  expect(look([{ ...one('a', 'queued'), definition: undefined }])).toMatchObject({ begin: [], orphaned: ['a'] });
});
