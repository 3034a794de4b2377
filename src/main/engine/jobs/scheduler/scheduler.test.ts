// The scheduler as a whole on a real state.db, by rule number: time, works and the computer are played.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CallContext } from '../../../../contract/index.ts';
import type { RunRow } from '../model.ts';
import { at, daily, day, define, every, failing, hour, minute, ok, own, Workshop } from '../testing/workshop.ts';

const context = { actor: 'ada', via: 'api', scope: 'owner', signal: new AbortController().signal } as CallContext;
let shop: Workshop;
beforeEach(() => {
  shop = new Workshop(at('2026-03-02T10:00'));
});
afterEach(() => shop.end());

const states = (name: string): string[] => shop.runsOf(name).map(({ state, trigger }) => `${trigger} ${state}`);
const last = (name: string): RunRow => shop.runsOf(name).at(-1) as RunRow;
const manual = (job: string, more: object = {}) => shop.now.definitions.api.run({ job, reason: '', whenBusy: 'refuse', test: false, ...more }, context);

it('2.2, 2.3: starts at its time, once, and says for which', async () => {
  await shop.open();
  shop.add(define('noon', { schedule: daily('0 12') }));
  await shop.elapse(3 * hour);
  expect(shop.runsOf('noon')).toMatchObject([{ state: 'succeeded', trigger: 'schedule', occurrence: at('2026-03-02T12:00'), startedAt: at('2026-03-02T12:00'), missed: null }]);
  expect(shop.movesOf(last('noon').id)).toEqual(['new queued', 'queued starting', 'starting running', 'running succeeded']);
});

it('2.1: a job that is new, or whose times have changed, does nothing for the past', async () => {
  await shop.open();
  const row = shop.add(define('job', { schedule: every(60) }));
  await shop.elapse(90 * minute);
  shop.now.definitions.edit(row, define('job', { schedule: every(10) }), 'ada');
  await shop.elapse(hour);
  expect(shop.runsOf('job').map(({ occurrence }) => ((occurrence ?? 0) - at('2026-03-02T10:00')) / minute)).toEqual([60, 100, 110, 120, 130, 140, 150]);
});

it('2.1a: a clock that was years ahead for a moment does not silence a job for ever: new times count from now, and what ran is not run again', async () => {
  await shop.open();
  shop.add(define('hourly', { schedule: every(60) }));
  await shop.elapse(90 * minute);
  await shop.setClock(1_500 * day);
  await shop.setClock(-1_500 * day - hour);
  await shop.elapse(90 * minute);
  expect(shop.runsOf('hourly').filter(({ trigger }) => trigger === 'schedule')).toHaveLength(1);
  shop.now.definitions.edit(shop.job('hourly'), define('hourly', { schedule: every(30) }), 'ada');
  await shop.elapse(31 * minute);
  expect(shop.starts.map(({ occurrence }) => occurrence).slice(-1)).toEqual([at('2026-03-02T12:30')]);
  expect(new Set(shop.starts.map(({ key }) => key)).size).toBe(shop.starts.length);
});

it('2.5, 2.7: after sleep the newest missed time runs once, at least 2 minutes later', async () => {
  await shop.open();
  shop.add(define('hourly', { schedule: every(60) }));
  await shop.elapse(minute);
  await shop.sleep(5 * hour);
  expect(states('hourly')).toEqual(['catch_up queued']);
  expect(shop.now.scheduler.waitingFor(last('hourly').id)).toBe('catch_up');
  await shop.elapse(2 * minute - 1);
  expect(states('hourly')).toEqual(['catch_up queued']);
  await shop.elapse(2_000);
  expect(last('hourly')).toMatchObject({ state: 'succeeded', occurrence: at('2026-03-02T15:00'), missed: { count: 5, cause: 'asleep', action: 'ran_latest' } });
});

it('2.2: without a word of the sleep it is found out within 30 s of being awake', async () => {
  await shop.open();
  shop.add(define('hourly', { schedule: every(60) }));
  await shop.elapse(minute);
  shop.clock.sleep(5 * hour);
  await shop.elapse(31_000);
  expect(last('hourly').missed).toMatchObject({ count: 5, cause: 'asleep' });
});

it('2.2: works that end one after the other do not put off the look at the clock, which would then be taken for sleep', async () => {
  await shop.open();
  shop.play = ({ run }) => ({ takesMs: run.jobName === 'short' ? 21_000 : 5 * minute, ends: ok() });
  shop.add(define('short', { schedule: { kind: 'manual' }, overlap: { policy: 'queueAll' } }));
  shop.add(define('hourly', { schedule: every(60) }));
  await shop.elapse(minute);
  await shop.sleep(90 * minute);
  for (let i = 0; i < 12; i++) await manual('short', { whenBusy: 'wait' });
  await shop.elapse(3 * minute - 1_000);
  expect(states('short')).toEqual([...Array<string>(8).fill('manual succeeded'), 'manual running', ...Array<string>(3).fill('manual queued')]);
  expect(last('hourly')).toMatchObject({ trigger: 'catch_up', state: 'running', startedAt: at('2026-03-02T11:33') });
  expect(shop.now.jobs.scheduler().lastTickAt).toBeGreaterThan(shop.clock.now() - 30_001);
});

it('2.7: what is caught up of many jobs is done one after the other, and waits again after a second start', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 10 * minute, ends: ok() });
  for (const name of ['a', 'b', 'c']) shop.add(define(name, { schedule: daily('0 12') }));
  shop.kill();
  shop.clock.sleep(day);
  await shop.open();
  await shop.elapse(minute);
  shop.kill();
  shop.clock.sleep(5 * minute);
  await shop.open();
  await shop.elapse(2 * minute - 1);
  expect(['a', 'b', 'c'].map((name) => states(name)[0])).toEqual(['catch_up queued', 'catch_up queued', 'catch_up queued']);
  await shop.elapse(hour);
  expect(shop.starts.map(({ job, atMs }) => [job, (atMs - (shop.starts[0]?.atMs ?? 0)) / minute])).toEqual([['a', 0], ['b', 10], ['c', 20]]);
  expect(last('c').missed).toMatchObject({ cause: 'app_closed', count: 1 });
});

it('2.6: another start of the computer is told from a closed app', async () => {
  await shop.open();
  shop.add(define('noon', { schedule: daily('0 12') }));
  await shop.elapse(minute);
  shop.cut(day);
  await shop.open();
  expect(last('noon').missed).toMatchObject({ cause: 'off', count: 1 });
});

it('2.4: a clock that is set back runs nothing twice', async () => {
  await shop.open();
  shop.add(define('hourly', { schedule: every(60) }));
  await shop.elapse(2 * hour + minute);
  await shop.setClock(-90 * minute);
  await shop.elapse(3 * hour);
  expect(shop.runsOf('hourly').map(({ occurrence }) => occurrence ?? 0).toSorted((a, b) => a - b)).toEqual([11, 12, 13].map((h) => at(`2026-03-02T${h}:00`)));
});

it('2.4: a clock that is set forward by hours: an hourly job catches up once, a faster one goes on', async () => {
  await shop.open();
  shop.add(define('hourly', { schedule: every(60) }));
  shop.add(define('often', { schedule: every(20) }));
  await shop.elapse(minute);
  await shop.setClock(5 * hour);
  expect(last('hourly')).toMatchObject({ trigger: 'catch_up', missed: { cause: 'clock', count: 5 } });
  expect(last('often')).toMatchObject({ state: 'missed', cause: 'policy', missed: { cause: 'clock', policy: 'skip', count: 15 } });
});

it('2.4: a wait that began before the clock was set back is as long as it was', async () => {
  await shop.open();
  shop.add(define('hourly', { schedule: every(60) }));
  await shop.elapse(minute);
  await shop.sleep(5 * hour);
  await shop.setClock(-2 * day);
  await shop.elapse(3 * minute);
  expect(states('hourly')).toEqual(['catch_up succeeded']);
});

it('2.7a: a time that comes while an older one waits to be caught up takes its place', async () => {
  await shop.open();
  shop.add(define('job', { schedule: every(60) }));
  await shop.elapse(minute);
  await shop.sleep(4 * hour + 58 * minute);
  await shop.elapse(5 * minute);
  expect(states('job')).toEqual(['catch_up skipped', 'schedule succeeded']);
  expect(shop.runsOf('job')[0]).toMatchObject({ cause: 'superseded', otherRun: last('job').id });
});

it('2.5: all that were missed run oldest first', async () => {
  await shop.open();
  shop.add(define('job', { schedule: every(60), catchUp: { policy: 'all', most: 4 } }));
  await shop.elapse(minute);
  await shop.sleep(7 * hour);
  await shop.elapse(10 * minute);
  expect(shop.starts.map(({ occurrence }) => occurrence)).toEqual([14, 15, 16, 17].map((h) => at(`2026-03-02T${h}:00`)));
  expect(shop.runsOf('job').find(({ state }) => state === 'missed')).toMatchObject({ cause: 'too_many', missed: { count: 3 } });
});

it('3.1, 3.2 skip: a run that takes longer than the gap makes the next be left out, with its id', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 150 * minute, ends: ok() });
  shop.add(define('long', { schedule: every(60) }));
  await shop.elapse(4 * hour);
  const [first, second, third] = shop.runsOf('long');
  expect(states('long')).toEqual(['schedule succeeded', 'schedule skipped', 'schedule skipped', 'schedule running']);
  expect([second?.cause, second?.otherRun, third?.otherRun]).toEqual(['overlap', first?.id, first?.id]);
});

it('3.2: left out three times in a row is counted, and forgotten by a run that ends', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 190 * minute, ends: ok() });
  shop.add(define('long', { schedule: every(60) }));
  await shop.elapse(4 * hour + minute);
  expect(shop.job('long').overlapSkips).toBe(3);
  await shop.elapse(hour);
  expect(shop.job('long').overlapSkips).toBe(0);
});

it('3.1 replace: the one under way is stopped, then the new one begins', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 5 * hour, ends: ok(), stopsInMs: 5_000 });
  shop.add(define('job', { schedule: every(60), overlap: { policy: 'replace' } }));
  await shop.elapse(2 * hour + minute);
  expect(shop.runsOf('job')).toMatchObject([{ state: 'stopped', cause: 'replaced' }, { state: 'running', startedAt: at('2026-03-02T12:00') + 5_000 }]);
  expect(shop.movesOf(shop.runsOf('job')[0]?.id as string)).toEqual(['new queued', 'queued starting', 'starting running', 'running stopping', 'stopping stopped']);
});

it('3.1 queue: one waits, the newest', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 150 * minute, ends: ok() });
  shop.add(define('job', { schedule: every(60), overlap: { policy: 'queue' } }));
  await shop.elapse(4 * hour - minute);
  expect(states('job')).toEqual(['schedule succeeded', 'schedule skipped', 'schedule running']);
  expect(shop.runsOf('job')[1]?.cause).toBe('superseded');
});

it('3.1 parallel: side by side up to the number', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 10 * hour, ends: ok() });
  shop.add(define('job', { schedule: every(60), overlap: { policy: 'parallel', most: 2 } }));
  await shop.elapse(3 * hour + minute);
  expect(states('job')).toEqual(['schedule running', 'schedule running', 'schedule queued']);
  expect(shop.now.scheduler.waitingFor(last('job').id)).toBe('other_run');
});

it('3.5, 9.5: by hand while busy is refused with the run that is in the way, or waits, or begins anyway', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: hour, ends: ok() });
  shop.add(define('job'));
  const first = await manual('job', { reason: 'because' });
  await expect(manual('job')).rejects.toMatchObject({ code: 'CONFLICT', data: { kind: 'run', name: first.id } });
  await manual('job', { whenBusy: 'anyway' });
  await manual('job', { whenBusy: 'wait' });
  await shop.elapse(minute);
  expect(shop.runsOf('job')).toMatchObject([{ state: 'running', by: 'ada', reason: 'because' }, { state: 'running' }, { state: 'queued' }]);
});

it('9.5: by hand leaves the schedule as it is, unless the job says that it stands for the next time', async () => {
  await shop.open();
  shop.add(define('keeps', { schedule: daily('0 12') }));
  shop.add(define('stands', { schedule: daily('0 12'), satisfiesSchedule: true }));
  await manual('keeps');
  await manual('stands');
  await shop.elapse(minute);
  await manual('stands');
  await shop.elapse(day + 3 * hour);
  expect(shop.runsOf('keeps').map(({ trigger, occurrence }) => [trigger, occurrence])).toEqual([['manual', null], ['schedule', at('2026-03-02T12:00')], ['schedule', at('2026-03-03T12:00')]]);
  expect(shop.runsOf('stands').map(({ trigger, occurrence }) => [trigger, occurrence])).toEqual([['manual', at('2026-03-02T12:00')], ['manual', null], ['schedule', at('2026-03-03T12:00')]]);
});

it('9.4: a pause lets what runs go on, begins nothing, and leaves one record at its end', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 30 * minute, ends: ok() });
  shop.add(define('job', { schedule: every(60) }));
  await shop.elapse(hour + minute);
  await shop.now.definitions.api.pause({ job: 'job', reason: 'away' }, context);
  await shop.elapse(5 * hour);
  expect(states('job')).toEqual(['schedule succeeded']);
  await shop.now.definitions.api.resume({ job: 'job', catchUp: false }, context);
  expect(last('job')).toMatchObject({ state: 'missed', cause: 'paused', missed: { count: 5, cause: 'paused', action: 'none', first: '2026-03-02T12:00:00.000Z', last: '2026-03-02T16:00:00.000Z' } });
  await shop.elapse(hour);
  expect(last('job')).toMatchObject({ state: 'running', occurrence: at('2026-03-02T17:00') });
});

it('9.4: resumed with catching up, the newest time runs once', async () => {
  await shop.open();
  shop.add(define('job', { schedule: every(60) }));
  await shop.elapse(10 * minute);
  await shop.now.definitions.api.pause({ job: 'job', reason: '' }, context);
  await shop.elapse(5 * hour);
  await shop.now.definitions.api.resume({ job: 'job', catchUp: true }, context);
  await shop.elapse(minute);
  expect(shop.runsOf('job')).toMatchObject([{ state: 'succeeded', trigger: 'catch_up', occurrence: at('2026-03-02T15:00'), missed: { count: 5, cause: 'paused' } }]);
});

it('9.4a: a pause with an end ends then: a time at its very end runs, and what comes after it is no longer paused, however late it is noticed', async () => {
  await shop.open();
  shop.add(define('noon', { schedule: daily('0 12') }));
  await shop.now.definitions.api.pause({ job: 'noon', reason: '', until: '2026-03-04T12:00:00.000Z' }, context);
  await shop.elapse(minute);
  shop.kill();
  shop.clock.sleep(3 * day);
  await shop.open();
  expect(shop.runsOf('noon').map(({ state, missed }) => [state, missed?.count, missed?.cause])).toEqual([['missed', 2, 'paused'], ['queued', 1, 'app_closed']]);
  shop.add(define('one', { schedule: daily('0 12') }));
  await shop.now.definitions.api.pause({ job: 'one', reason: '', until: '2026-03-06T12:00:00.000Z' }, context);
  await shop.elapse(2 * day);
  expect(shop.runsOf('one').map(({ state, occurrence }) => [state, occurrence])).toEqual([['missed', at('2026-03-05T12:00')], ['succeeded', at('2026-03-06T12:00')]]);
});

it('9.4: everything paused: nothing begins by itself, a person still can, and each job has its record after', async () => {
  await shop.open();
  shop.add(define('a', { schedule: every(60) }));
  shop.add(define('b', { schedule: every(120) }));
  await shop.now.definitions.api.pauseAll({ until: '2026-03-02T15:30:00.000Z', reason: 'move' }, context);
  await shop.elapse(2 * hour);
  await manual('a');
  await shop.elapse(3 * hour + 45 * minute);
  expect(states('a')).toEqual(['manual succeeded', 'schedule missed']);
  expect(last('a').missed).toMatchObject({ count: 5, cause: 'paused' });
  expect(last('b').missed).toMatchObject({ count: 2, cause: 'paused' });
  await expect(shop.now.definitions.api.pauseAll({ until: '2026-04-30T00:00:00.000Z', reason: '' }, context)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

it('7.1 to 7.4: tries again after its delay, fails with the last, and is counted as one failed run', async () => {
  await shop.open();
  shop.chance = 0.5;
  shop.play = () => ({ takesMs: 1_000, ends: failing() });
  shop.add(define('job', { retries: { most: 2 } }));
  const { id } = await manual('job');
  await shop.elapse(5 * minute);
  expect(shop.starts.map(({ attempt, atMs }) => [attempt, atMs - at('2026-03-02T10:00')])).toEqual([[1, 0], [2, 17_000], [3, 49_000]]);
  expect(last('job')).toMatchObject({ state: 'failed', attempts: 3, failure: { detail: 'ended with 1', inARow: 1 } });
  expect(shop.movesOf(id).slice(3)).toEqual(['running retry_wait', 'retry_wait starting', 'starting running', 'running retry_wait', 'retry_wait starting', 'starting running', 'running failed']);
  expect(shop.job('job')).toMatchObject({ failures: 1 });
});

it('7.4: failures in a row are counted until the first success; tests and what was left out are not', async () => {
  await shop.open();
  shop.add(define('job'));
  shop.play = () => ({ takesMs: 1_000, ends: failing({ retry: false }) });
  for (const test of [false, true, false]) {
    await manual('job', { test });
    await shop.elapse(minute);
  }
  expect(shop.job('job')).toMatchObject({ failures: 2, failingSince: at('2026-03-02T10:00') + 1_000, lastGoodAt: null });
  shop.play = () => ({ takesMs: 1_000, ends: ok() });
  await manual('job');
  await shop.elapse(minute);
  expect(shop.job('job')).toMatchObject({ failures: 0, failingSince: null, lastGoodAt: at('2026-03-02T10:03') + 1_000 });
});

it('7.5: pauses itself after so many failures, in the same breath as the last of them', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 1_000, ends: failing({ retry: false }) });
  shop.add(define('job', { schedule: every(60), pauseAfter: 2 }));
  await shop.elapse(6 * hour);
  expect(states('job')).toEqual(['schedule failed', 'schedule failed']);
  expect(shop.job('job').paused).toMatchObject({ reason: '2 failed runs in a row', until: null });
  expect([...shop.log.values()].map(({ action }) => action)).toContain('job.paused');
});

it('8.1: a second run for one occasion is not written', async () => {
  await shop.open();
  const job = shop.add(define('job'));
  const wanted = { trigger: 'schedule', occurrence: 1, key: 'k' } as const;
  expect(shop.now.scheduler.enqueue(job, wanted)).toBeDefined();
  expect(shop.now.scheduler.enqueue(job, wanted)).toBeUndefined();
  await shop.elapse(minute);
  expect(shop.starts).toHaveLength(1);
});

it('a job that runs at start does so at every start, and not when it is paused', async () => {
  await shop.open();
  shop.add(define('boot', { schedule: { kind: 'startup' } }));
  await shop.elapse(minute);
  for (const wait of [minute, minute]) {
    await shop.close();
    await shop.open();
    await shop.elapse(wait);
  }
  expect(states('boot')).toEqual(['startup succeeded', 'startup succeeded']);
  await shop.now.definitions.api.pause({ job: 'boot', reason: '' }, context);
  await shop.close();
  await shop.open();
  await shop.elapse(minute);
  expect(shop.runsOf('boot')).toHaveLength(2);
});

it('5.6: the time limit of Varve\'s own work counts only while the computer is awake', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: day, ends: ok() });
  shop.add(define('job', { work: own, timeoutSeconds: 600 }));
  await manual('job');
  await shop.elapse(5 * minute);
  await shop.sleep(5 * hour);
  await shop.elapse(3 * minute);
  expect(states('job')).toEqual(['manual running']);
  await shop.elapse(2 * minute);
  expect(last('job')).toMatchObject({ state: 'timed_out', cause: 'timeout' });
  expect(shop.movesOf(last('job').id).slice(3)).toEqual(['running stopping', 'stopping timed_out']);
});

it('5.6, 7.5: what is done elsewhere and does not report its end in time has failed, in one breath with what follows from it', async () => {
  await shop.open();
  const job = shop.add(define('elsewhere', { work: { kind: 'external' }, timeoutSeconds: 600, pauseAfter: 1 }));
  const { id } = shop.now.ledger.open(shop.now.scheduler.fresh(job, 'queued', { trigger: 'api' })) as RunRow;
  for (const state of ['starting', 'running'] as const) shop.now.ledger.move(id, state, { patch: { startedAt: shop.clock.now() } });
  await shop.elapse(9 * minute);
  expect(last('elsewhere').state).toBe('running');
  await shop.elapse(2 * minute);
  expect(last('elsewhere')).toMatchObject({ state: 'timed_out', cause: 'timeout', failure: { inARow: 1 } });
  expect(shop.job('elsewhere').paused).toMatchObject({ reason: '1 failed runs in a row' });
});

it('4: stopped by a person: what waits at once, what runs when it has ended', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: hour, ends: ok(), stopsInMs: 4_000 });
  shop.add(define('job', { overlap: { policy: 'queue' } }));
  const first = await manual('job');
  const second = await manual('job', { whenBusy: 'wait' });
  await shop.elapse(0);
  for (const { id } of [first, second]) shop.now.scheduler.stopRun(id, { cause: 'user', force: false, by: 'ada' });
  expect(states('job')).toEqual(['manual stopping', 'manual stopped']);
  await shop.elapse(5_000);
  expect(states('job')).toEqual(['manual stopped', 'manual stopped']);
  expect([...shop.log.values()].find(({ action }) => action === 'run.stopping')).toMatchObject({ actor: 'ada', payload: { cause: 'user' } });
});

it('4: a stop between the intent and the start is kept and done when it has begun', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: hour, ends: ok() });
  shop.add(define('job'));
  shop.step = (name) => {
    if (name !== 'start') return;
    shop.step = () => undefined;
    expect(shop.now.scheduler.stopRun(last('job').id, { cause: 'user', force: false, by: 'ada' })).toBe(true);
  };
  await manual('job');
  await shop.elapse(minute);
  expect(shop.movesOf(last('job').id)).toEqual(['new queued', 'queued starting', 'starting running', 'running stopping', 'stopping stopped']);
});

it('4, 6.3: what cannot be started has failed and is not tried again; where it was to be stopped it is stopped', async () => {
  await shop.open();
  shop.play = () => ({ takesMs: 0, ends: failing({ cause: 'spawn', detail: 'work could not be started: ENOENT', exit: null }), failsToStart: true });
  shop.add(define('job', { retries: { most: 3 } }));
  await manual('job');
  await shop.elapse(minute);
  expect(last('job')).toMatchObject({ state: 'failed', cause: 'spawn', attempts: 1, failure: { detail: 'work could not be started: ENOENT' } });
  shop.step = (name) => void (name === 'start' && shop.now.scheduler.stopRun(last('job').id, { cause: 'user', force: false, by: 'ada' }));
  await manual('job');
  await shop.elapse(minute);
  expect(last('job')).toMatchObject({ state: 'stopped', cause: 'user' });
});

it('conditions: what does not hold is waited for, others have their turn meanwhile, and patience ends', async () => {
  await shop.open();
  let network = false;
  shop.unmet = ({ name }) => (name === 'net' && !network ? 'network' : undefined);
  shop.add(define('net', { schedule: daily('0 12') }));
  shop.add(define('other', { schedule: daily('0 12') }));
  await shop.now.definitions.api.setMaxRunning({ most: 1 }, context);
  await shop.elapse(2 * hour + 5 * minute);
  expect([states('net'), states('other'), shop.now.scheduler.waitingFor(last('net').id)]).toEqual([['schedule queued'], ['schedule succeeded'], 'network']);
  await shop.elapse(6 * minute);
  expect(last('net')).toMatchObject({ state: 'skipped', cause: 'condition' });
  await shop.elapse(day - 6 * minute);
  network = true;
  await shop.elapse(11_000);
  expect(last('net')).toMatchObject({ state: 'succeeded', occurrence: at('2026-03-03T12:00') });
});

it('conditions: one that cannot be looked at does not hold up the others', async () => {
  await shop.open();
  shop.unmet = ({ name }) => {
    if (name === 'a') throw new Error('no answer');
    return undefined;
  };
  shop.add(define('a', { schedule: daily('0 12') }));
  shop.add(define('b', { schedule: daily('0 12') }));
  await shop.elapse(3 * hour);
  expect([states('a'), states('b')]).toEqual([['schedule queued'], ['schedule succeeded']]);
  expect(shop.now.complaints.splice(0)[0]).toContain('no answer');
});

it('2.3: one job whose times cannot be read does not hold up the others', async () => {
  await shop.open();
  shop.add(define('bad', { schedule: daily('0 12') }));
  shop.add(define('good', { schedule: daily('0 12') }));
  // As if its zone had been taken out of this computer's tables.
  shop.kill();
  const db = await shop.open({ start: false });
  db.db.prepare("UPDATE job_definitions SET definition = replace(definition, '\"UTC\"', '\"Mars/Olympus\"') WHERE definition LIKE '%\"bad\"%'").run();
  shop.kill();
  await shop.open();
  await shop.elapse(3 * hour);
  expect(states('good')).toEqual(['schedule succeeded']);
  expect(shop.now.complaints.splice(0)[0]).toContain('bad');
});

it('2.3: of many that are due at once some are decided at a time, and all of them by what the look knew, also when another look or a stop comes in between', async () => {
  await shop.open();
  await shop.now.definitions.api.setMaxRunning({ most: 16 }, context);
  const names = Array.from({ length: 44 }, (_, i) => `job-${i}`);
  for (const name of names) shop.add(define(name, { schedule: daily('0 12') }));
  const decided = (): number => names.filter((name) => shop.runsOf(name).length > 0).length;
  await shop.elapse(hour + 59 * minute);
  shop.clock.set(minute);
  shop.now.scheduler.wake();
  expect(decided()).toBe(40);
  // Asleep right after the first of them: what is left over was due on time all the same.
  shop.clock.sleep(3 * hour);
  shop.now.scheduler.wake();
  shop.now.scheduler.pump();
  await shop.elapse(2);
  expect(decided()).toBe(44);
  expect(new Set(names.map((name) => last(name).trigger))).toEqual(new Set(['schedule']));
  await shop.elapse(5 * minute);
  expect(names.every((name) => last(name).state === 'succeeded')).toBe(true);

  // A stop in between forgets nothing and decides nothing twice.
  shop.clock.set(day);
  shop.now.scheduler.wake();
  shop.kill();
  await shop.open();
  await shop.elapse(minute);
  for (const name of names) expect(shop.runsOf(name).map(({ occurrence }) => occurrence)).toEqual([at('2026-03-02T12:00'), at('2026-03-03T12:00')]);
});
