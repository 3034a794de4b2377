import { afterEach, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from './testing/index.ts';
import { unready } from './measures.ts';

let test: TestEngine | undefined;
afterEach(async () => {
  await test?.close();
  test = undefined;
});

it('is ready once a home is open and its scheduler ticks, and says what is missing before', async () => {
  test = await createTestEngine({ init: false });
  expect(test.engine.unready()).toEqual([{ what: 'home', detail: 'no home is open' }]);
  await test.api.system.init({ secretStore: 'keyring' }, test.context);
  for (const until = Date.now() + 10_000; test.engine.unready().length > 0 && Date.now() < until; ) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(test.engine.unready()).toEqual([]);
});

it('is not ready when state.db cannot be written, the record takes nothing, or no tick came for 90 s', () => {
  const at = (lastTickAt: string | null, more: object = {}): Parameters<typeof unready>[0] => ({ jobs: { facts: { schedulerState: () => ({ scheduling: true, lastTickAt, paused: false }) } }, outbox: { failure: () => undefined }, db: { prepare: () => ({ run: () => undefined }) }, ...more }) as never;
  const tick = '2026-01-01T00:00:00.000Z';
  const nowMs = Date.parse(tick);
  expect(unready(at(tick), nowMs + 90_000)).toEqual([]);
  expect(unready(at(tick), nowMs + 91_000)).toEqual([{ what: 'scheduler', detail: `the scheduler last ticked 91 s ago, at ${tick}` }]);
  expect(unready(at(null), nowMs).map(({ what }) => what)).toEqual(['scheduler']);
  const full = { prepare: () => ({ run: () => { throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }); } }) };
  expect(unready(at(tick, { db: full, outbox: { failure: () => ({ code: 'LOG_DAMAGED', message: 'x', atMs: 0 }) } }), nowMs).map(({ what }) => what)).toEqual(['store', 'record']);
});
