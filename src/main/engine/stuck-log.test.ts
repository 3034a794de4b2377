// What a person keeps when the record takes no entries for a while: what was done stands, nothing half undone, and it is recorded later.
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import { createTestEngine, testContext, type TestEngine } from './testing/index.ts';

const open: TestEngine[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function engineWith(options: Parameters<typeof createTestEngine>[0] = {}): Promise<TestEngine> {
  const engine = await createTestEngine(options);
  open.push(engine);
  return engine;
}

/** Every append fails until the returned function is called. */
function fillLog(homePath: string): () => void {
  const db = new BetterSqlite3(join(homePath, 'log.db'));
  db.exec("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
  return () => {
    db.exec('DROP TRIGGER full');
    db.close();
  };
}

const actions = async ({ api }: TestEngine, action: string): Promise<number> => (await api.log.list({ filter: { action }, order: 'newest', limit: 10 }, testContext)).total ?? -1;
const stateCheck = async ({ api }: TestEngine): Promise<object | undefined> => (await api.system.doctor({}, testContext)).checks.find((check) => check.id === 'state');

it('a repository that was added keeps its password, a token its value, and both are recorded once the record takes entries again', async () => {
  const engine = await engineWith();
  const { api, keyring, folder, homePath } = engine;
  const empty = fillLog(homePath);
  const { repository } = await api.repositories.add({ name: 'usb', path: join(folder, 'r'), mode: 'create', password: { kind: 'value', password: 'only here' } }, testContext);
  const token = await api.gateway.tokens.create({ label: 'robot', scope: 'append' }, testContext);
  expect(token.value.length).toBeGreaterThan(20);
  expect(keyring.accounts().some((account) => account.includes(repository.id))).toBe(true);
  expect(await stateCheck(engine)).toMatchObject({ state: 'attention', data: { waiting: 2, refused: 0, code: 'INTERNAL' }, detail: expect.stringContaining('database or disk is full') });
  empty();
  expect([await actions(engine, 'repository.added'), await actions(engine, 'gateway.token-created')]).toEqual([0, 0]);
  await api.gateway.tokens.revoke({ id: token.token.id }, testContext);
  expect([await actions(engine, 'repository.added'), await actions(engine, 'gateway.token-created'), await actions(engine, 'gateway.token-revoked')]).toEqual([1, 1, 1]);
  expect(await stateCheck(engine)).toMatchObject({ state: 'well' });
});

it('a home opens although the record does not take what waits, says so, and the next start brings it over', async () => {
  const first = await engineWith();
  const empty = fillLog(first.homePath);
  await first.api.gateway.tokens.create({ label: 'robot', scope: 'append' }, testContext);
  const second = await engineWith({ folder: first.folder, keyring: first.keyring, host: 'cli' });
  expect(second.engine.homeOpen).toBe(true);
  expect(await stateCheck(second)).toMatchObject({ state: 'attention', data: { waiting: 1 } });
  empty();
  const third = await engineWith({ folder: first.folder, keyring: first.keyring, host: 'cli' });
  expect((await third.api.system.status({}, testContext)).notices).toContainEqual({ code: 'events-drained', data: { count: 1 } });
  expect(await actions(third, 'gateway.token-created')).toBe(1);
});
