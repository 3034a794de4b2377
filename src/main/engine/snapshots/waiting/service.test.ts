// The rules of waiting on a clock and a drive that a test moves; the rows are in a real state.db.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaveOutNothing, noHooks } from '../../../../contract/snapshots.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { VarveError } from '../../kit/errors.ts';
import type { RepositoryRow } from '../../repository/index.ts';
import { openDatabase, type Database } from '../../store/index.ts';
import { createFakeClock, createSeededRandom, type FakeClock } from '../../testing/fake-clock.ts';
import { snapshotsMigrations } from '../migrations.ts';
import { createSnapshotsStore, type SnapshotsStore, type WaitingRow } from '../store.ts';
import { createWaiting, type Waiting } from './service.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const planId = '01932b6e-0000-7000-8000-000000000001';
const wish = { planId, repositoryId: 'r', actor: 'ana', tags: ['a'], note: undefined, gentle: false };

let folder: string;
let db: Database;
let store: SnapshotsStore;
let clock: FakeClock;
let drive: 'away' | 'there' | 'another' | 'locked' | 'wrong-password';
let begun: WaitingRow[];
let events: { action: string; payload: unknown }[];
let waiting: Waiting;

function start(): Waiting {
  const refuse = (): Promise<never> => {
    if (drive === 'another') throw new VarveError('REPOSITORY_OTHER', '', { path: '/drive', repository: 'usb' });
    if (drive === 'locked') throw new VarveError('VAULT_LOCKED', '', { path: '/vault' });
    if (drive === 'wrong-password') throw new VarveError('WRONG_PASSWORD', '', { repository: 'usb' });
    throw new VarveError('REPOSITORY_MISSING', '', { path: '/drive' });
  };
  return createWaiting({
    ports: { clock, random: createSeededRandom('waiting'), logger: quiet },
    store,
    outbox: { commit: (work: () => void, more: readonly { action: string; payload: unknown }[]) => (work(), void events.push(...more)) } as never,
    repositories: { rows: () => [{ id: 'r', name: 'usb', path: '/drive' } as RepositoryRow], unlockKey: async () => (drive === 'there' ? ({} as never) : refuse()) },
    announce: () => undefined,
    begin: (row) => void begun.push(row)
  });
}
/** Moves the clock and lets what it woke come to an end. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    clock.advance(Math.min(1_000, left));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const list = () => waiting.list({}, {} as never) as Awaited<ReturnType<Waiting['list']>>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-waiting-'));
  db = openDatabase({ path: join(folder, 'state.db'), files: createNodeFiles(), migrations: snapshotsMigrations, kind: 'state' });
  store = createSnapshotsStore(db);
  store.addPlan({ id: planId, name: 'thesis', title: 'Thesis', repositoryId: 'r', paths: ['/x'], excludes: [], leaveOut: leaveOutNothing, hooks: noHooks, tags: [], zone: 'UTC', createdAt: '2026-01-01T00:00:00.000Z', gentle: false, snapshotOnQuit: false, version: 1 });
  clock = createFakeClock();
  drive = 'away';
  begun = [];
  events = [];
  waiting = start();
});
afterEach(() => {
  waiting.close();
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a wish waits while the drive is away, and is begun under the promised id when it is back', async () => {
  const { id } = waiting.put(wish, 'absent');
  await pass(60_000);
  expect(begun).toEqual([]);
  expect(list()).toMatchObject([{ id, planName: 'thesis', repositoryName: 'usb', path: '/drive', reason: 'absent' }]);
  drive = 'there';
  await pass(5_000);
  expect(begun).toMatchObject([{ id, actor: 'ana', tags: ['a'] }]);
  expect(list()).toEqual([]);
  await pass(60_000);
  expect(begun).toHaveLength(1);
  expect(events.map(({ action }) => action)).toEqual(['snapshot.waiting']);
});

it('outlives the program, and is not begun before a host that stays looks again', async () => {
  const { id } = waiting.put(wish, 'absent');
  waiting.close();
  drive = 'there';
  waiting = start();
  await pass(20_000);
  expect([begun.length, list().map((each) => each.id)]).toEqual([0, [id]]);
  waiting.start();
  await pass(5_000);
  expect(begun).toMatchObject([{ id }]);
});

it('two wishes for a plan are one, with the tags of both', async () => {
  const first = waiting.put(wish, 'absent');
  const second = waiting.put({ ...wish, tags: ['b'], note: 'later' }, 'absent');
  expect(second.id).toBe(first.id);
  drive = 'there';
  await pass(5_000);
  expect(begun).toMatchObject([{ tags: ['a', 'b'], note: 'later' }]);
});

it('goes on waiting for another drive at the place and for a locked vault, and says so', async () => {
  waiting.put(wish, 'absent');
  drive = 'another';
  await pass(5_000);
  expect(list()).toMatchObject([{ reason: 'other' }]);
  drive = 'locked';
  await pass(5_000);
  expect(list()).toMatchObject([{ reason: 'password' }]);
  drive = 'there';
  await pass(5_000);
  expect(begun).toHaveLength(1);
});

it('is begun when what is wrong is not the drive, so that the task says what it is', async () => {
  waiting.put(wish, 'absent');
  drive = 'wrong-password';
  await pass(5_000);
  expect(begun).toHaveLength(1);
});

it('can be taken back once', async () => {
  const { id } = waiting.put(wish, 'absent');
  expect(waiting.stop({ id }, {} as never)).toEqual({ stopped: true });
  expect(waiting.stop({ id }, {} as never)).toEqual({ stopped: false });
  drive = 'there';
  await pass(30_000);
  expect(begun).toEqual([]);
  expect(events.at(-1)).toMatchObject({ action: 'snapshot.waiting-ended', payload: { why: 'withdrawn', plan: 'thesis', repository: 'usb' } });
});

it('is given up after three tries that were cut off, and not before', async () => {
  waiting.put(wish, 'absent');
  drive = 'there';
  for (let tries = 1; tries <= 3; tries++) {
    await pass(5_000);
    expect(begun).toHaveLength(tries);
    waiting.close(); // the program ends in the middle
    waiting = start();
    waiting.start();
  }
  await pass(5_000);
  expect(begun).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ action: 'snapshot.waiting-ended', payload: { why: 'cut-off' } });
  expect(store.waiting()).toEqual([]);
});

it('is forgotten with its plan', async () => {
  waiting.put(wish, 'absent');
  db.prepare('DELETE FROM plans').run();
  await pass(5_000);
  expect([store.waiting(), begun]).toEqual([[], []]);
});
