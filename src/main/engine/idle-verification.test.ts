// The record is verified while nothing else happens: in a host that stays, on real files and threads, with a clock that the test moves.
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, expect, it, vi } from 'vitest';
import type { EngineEvent } from '../../contract/events.ts';
import { createFakeClock, createTestEngine, taskEnd, testContext, type TestEngine, type TestEngineOptions } from './testing/index.ts';

const opened: TestEngine[] = [];
async function open(options: TestEngineOptions = {}): Promise<TestEngine & { clock: ReturnType<typeof createFakeClock> }> {
  const clock = createFakeClock();
  const test = await createTestEngine({ ...options, ports: { clock, power: { onMains: () => true } } });
  opened.push(test);
  return { ...test, clock };
}
afterEach(async () => {
  for (const test of opened.splice(0).reverse()) await test.close();
});

const state = (test: TestEngine) => test.api.log.verifyState({}, testContext);
const verifications = async (test: TestEngine): Promise<number> => (await test.api.log.list({ filter: { action: 'log.verified' }, order: 'newest', limit: 100 }, testContext)).entries.length;
const waitFor = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 50 });

it('after a minute all of it, then what is new, and every screen is told', async () => {
  const test = await open();
  const events: EngineEvent[] = [];
  const listening = (async () => { for await (const event of test.api.system.events({}, testContext)) events.push(event); })();
  test.clock.advance(61_000);
  await waitFor(async () => expect(await state(test)).toMatchObject({ running: false, full: { entries: expect.any(Number) }, verdict: { kind: 'consistent', readFrom: 0, pinned: 'home' } }));
  expect(await verifications(test)).toBe(1);
  await test.api.log.append({ action: 'app.x', category: 'app', level: 'info' }, testContext);
  test.clock.advance(125_000);
  await waitFor(async () => expect(await state(test)).toMatchObject({ running: false, newer: { entries: (await state(test)).entries } }));
  // Good news about what is new is no entry of its own: that would be something new again.
  expect(await verifications(test)).toBe(1);
  await waitFor(async () => expect(events).toContainEqual({ kind: 'changed', what: 'verify' }));
  await test.engine.stop();
  await listening;
});

it('never in a short command', async () => {
  const test = await open({ host: 'cli' });
  test.clock.advance(3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await state(test)).toMatchObject({ running: false, verdict: null });
});

it('damage is an entry and a notice, which a restart does not take away, and a good full run does', async () => {
  const test = await open();
  const { seq } = await test.api.log.append({ action: 'app.x', category: 'app', level: 'info', payload: { kept: 'so' } }, testContext);
  await test.api.checkpoints.sign({}, testContext);
  const change = (to: string): void => {
    const db = new BetterSqlite3(join(test.homePath, 'log.db'));
    db.exec('DROP TRIGGER IF EXISTS payloads_change_only_their_wrapped_key');
    db.prepare('UPDATE payloads SET body = ? WHERE seq = ?').run(`{"kept":"${to}"}`, seq);
    db.close();
  };
  change('no');
  test.clock.advance(61_000);
  await waitFor(async () => expect(await state(test)).toMatchObject({ running: false, verdict: { kind: 'broken', seq, what: 'edited', trustworthyBelow: seq } }));
  expect((await test.api.log.list({ filter: { action: 'log.verified' }, order: 'newest', limit: 1 }, testContext)).entries[0]).toMatchObject({ level: 'error', payload: { verdict: 'broken', seq } });
  const notice = { code: 'record-broken', data: { seq, what: 'edited' } };
  expect((await test.api.system.status({}, testContext)).notices).toContainEqual(notice);
  await test.engine.stop();
  const again = await open({ folder: test.folder, keyring: test.keyring });
  expect((await again.api.system.status({}, testContext)).notices).toContainEqual(notice);
  change('so');
  expect((await taskEnd(again.api, (await again.api.log.verify({}, testContext)).taskId)).result).toMatchObject({ verdict: { kind: 'consistent' } });
  expect((await again.api.system.status({}, testContext)).notices).toEqual([]);
});
