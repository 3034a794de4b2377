// Rules 4.4, 4.5, 4.9: what a start does with what an earlier one left.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunRow } from '../model.ts';
import { at, daily, day, define, hour, minute, ok, own, Workshop } from '../testing/workshop.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = new Workshop(at('2026-03-02T10:00'));
  shop.play = () => ({ takesMs: hour, ends: ok() });
  await shop.open();
});
afterEach(() => shop.end());

const last = (name = 'job'): RunRow => shop.runsOf(name).at(-1) as RunRow;
const begin = async (more: Record<string, unknown> = {}): Promise<void> => {
  shop.now.scheduler.enqueue(shop.add(define('job', more)), { trigger: 'manual', by: 'ada' });
  await shop.elapse(minute);
};
const again = async (): Promise<void> => {
  await shop.open();
  await shop.elapse(1_000);
};

it('running, and it lives: it is adopted and its end is its end', async () => {
  await begin();
  shop.kill();
  await again();
  expect(last().state).toBe('running');
  await shop.elapse(hour);
  expect(last()).toMatchObject({ state: 'succeeded', attempts: 1 });
  expect(shop.starts).toHaveLength(1);
});

it('running, and it ended meanwhile with a result: that is applied', async () => {
  await begin();
  shop.kill();
  await shop.elapse(2 * hour);
  await again();
  expect(last()).toMatchObject({ state: 'succeeded', cause: 'exit' });
});

it('running, and it is gone: unknown, with the cause by the start of the computer', async () => {
  await begin({ work: own });
  shop.kill();
  await again();
  expect(last()).toMatchObject({ state: 'unknown', cause: 'crash', failure: { inARow: 1 } });
  expect(shop.job('job').failures).toBe(1);
  shop.now.scheduler.enqueue(shop.job('job'), { trigger: 'manual' });
  await shop.elapse(minute);
  shop.cut(minute);
  await again();
  expect(last()).toMatchObject({ state: 'unknown', cause: 'power_loss' });
});

it('starting without identity and nothing to be found: unknown, and never begun again by itself', async () => {
  const row = shop.add(define('job'));
  const opened = shop.now.ledger.open({ ...(shop.now.scheduler.write(row, { trigger: 'manual' }) as RunRow), id: '0199d5c2-0000-7000-8000-00000000000a', key: 'other' });
  shop.now.ledger.move(opened?.id as string, 'starting', { patch: { attempts: 1 }, also: () => shop.now.runs.putAttempt({ runId: opened?.id as string, attempt: 1, startedAt: shop.clock.now(), endedAt: null, identity: null, exit: null, cause: null, detail: null, output: null, taskId: null }) });
  shop.kill();
  await again();
  expect(shop.now.runs.run(opened?.id as string)).toMatchObject({ state: 'unknown', cause: 'crash_at_start' });
  expect(shop.starts.filter(({ runId }) => runId === opened?.id)).toEqual([]);
});

it('an orphan keeps its place and its locks until it ends, then nobody knows how; nothing begins beside it', async () => {
  await begin({ locks: ['repo:main'] });
  shop.kill();
  shop.orphans.add(`${shop.starts[0]?.runId}/1`);
  await again();
  expect(last()).toMatchObject({ state: 'running', flags: ['orphan'] });
  shop.now.scheduler.enqueue(shop.add(define('other', { locks: ['repo:main'] })), { trigger: 'manual' });
  await shop.elapse(10 * minute);
  expect(last('other').state).toBe('queued');
  await shop.elapse(hour);
  expect(last()).toMatchObject({ state: 'unknown', cause: 'orphan_ended' });
  expect(last('other').state).toBe('running');
});

it('an orphan can be stopped by a person', async () => {
  await begin();
  shop.kill();
  shop.orphans.add(`${shop.starts[0]?.runId}/1`);
  await again();
  expect(shop.now.scheduler.stopRun(last().id, { cause: 'user', force: false, by: 'ada' })).toBe(true);
  await shop.elapse(10_000);
  expect(last()).toMatchObject({ state: 'stopped', cause: 'user' });
});

it('stopping, and it lives: it is asked again', async () => {
  shop.play = () => ({ takesMs: hour, ends: ok(), stopsInMs: 5_000 });
  await begin();
  shop.now.ledger.move(last().id, 'stopping', { cause: 'user', by: 'ada' });
  shop.kill();
  await again();
  await shop.elapse(10_000);
  expect(last()).toMatchObject({ state: 'stopped', cause: 'user' });
});

it('queued and retry_wait are kept: begun when it is their turn, given up after the deadline', async () => {
  const row = shop.add(define('job'));
  shop.now.scheduler.write(row, { trigger: 'schedule', occurrence: 1 });
  shop.kill();
  await again();
  expect(last().state).toBe('running');
  shop.now.scheduler.write(shop.add(define('late')), { trigger: 'schedule', occurrence: 1 });
  shop.kill();
  shop.clock.sleep(2 * day);
  await again();
  expect(last('late')).toMatchObject({ state: 'skipped', cause: 'deadline' });
});

it('4.5: a lost run of a job that may be run twice is followed by one new run, however often one starts', async () => {
  await begin({ work: own, idempotent: true });
  shop.cut(minute);
  await again();
  expect(shop.runsOf('job')).toMatchObject([{ state: 'unknown', cause: 'power_loss' }, { state: 'running', trigger: 'recovery', otherRun: shop.runsOf('job')[0]?.id }]);
  await shop.close();
  for (let i = 0; i < 3; i++) {
    await again();
    await shop.close();
  }
  await shop.open();
  expect(shop.runsOf('job')).toHaveLength(2);
});

it('4.5: it is written with the end of the lost one or not at all', async () => {
  await begin({ work: own, idempotent: true });
  for (const step of ['before commit', 'after commit'] as const) {
    shop.kill();
    let fired = false;
    shop.step = (name) => {
      if (name !== step || fired) return;
      fired = true;
      throw new Error('stop here');
    };
    await shop.open({ start: false });
    await shop.now.scheduler.start();
    shop.now.complaints.length = 0;
    const [lost, ...more] = shop.runsOf('job');
    expect(more).toHaveLength(lost?.state === 'unknown' ? 1 : 0);
    shop.step = () => undefined;
  }
});

it('4.5: one whose keeper is lost while we watch goes the same way', async () => {
  await begin({ idempotent: true });
  shop.endProcess(last().id, 1, { ...ok(), state: 'unknown', cause: 'crash' });
  await shop.elapse(1_000);
  expect(shop.runsOf('job')).toMatchObject([{ state: 'unknown', cause: 'crash' }, { trigger: 'recovery', state: 'running' }]);
});

it('nothing begins before everything that was left has been settled', async () => {
  await begin({ work: own, idempotent: true });
  shop.now.scheduler.enqueue(shop.add(define('second', { work: own })), { trigger: 'manual' });
  await shop.elapse(minute);
  shop.kill();
  const order: string[] = [];
  const startsBefore = shop.starts.length;
  shop.step = (name) => void order.push(name === 'start' ? `start with ${shop.now.runs.live().filter(({ state }) => state === 'running').length} running` : '');
  await again();
  expect(order.filter((each) => each !== '')).toEqual(['start with 0 running']);
  expect(shop.starts).toHaveLength(startsBefore + 1);
});

it('4.9: a clean end asks work of our own to end, and leaves programs alone', async () => {
  await begin({ work: own });
  shop.now.scheduler.enqueue(shop.add(define('program')), { trigger: 'manual' });
  await shop.elapse(minute);
  await shop.close();
  await again();
  expect(last()).toMatchObject({ state: 'stopped', cause: 'quit' });
  expect(last('program').state).toBe('running');
});

it('2.1, 2.3: a time that came while nobody was there is decided once, by the next start', async () => {
  shop.add(define('noon', { schedule: daily('0 12') }));
  shop.kill();
  shop.clock.sleep(day);
  await again();
  await shop.close();
  await again();
  expect(shop.runsOf('noon')).toHaveLength(1);
});
