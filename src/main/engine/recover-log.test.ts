import { closeSync, existsSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArchive } from './packages/archive/read.ts';
import { packHome } from './packages/restore/testing.ts';
import { recoverLog } from './recover-log.ts';
import { stateMigrations } from './state-migrations.ts';
import { createTestEngine, testContext, type TestEngine } from './testing/index.ts';

let home: TestEngine;
let file: string;
let packedEntries: number;
const note = (i: number) => ({ action: 'app.noted', category: 'app' as const, level: 'info' as const, payload: { text: `note ${i}`, filler: 'x'.repeat(500) } });
const path = (): string => join(home.homePath, 'log.db');

beforeEach(async () => {
  home = await createTestEngine({});
  for (let i = 0; i < 5; i++) await home.api.log.append(note(i), testContext);
  file = join(home.folder, 'backup-eventlog-20260102-030405.tar.gz');
  const { id } = (await home.api.system.status({}, testContext)).home as { id: string };
  await home.engine.stop();
  await packHome({ ports: home.ports, homePath: home.homePath, homeId: id, to: file, stateMigrations });
  packedEntries = count();
  const again = await reopen();
  for (let i = 5; i < 60; i++) await again.api.log.append(note(i), testContext);
  await again.close();
});
afterEach(() => home.close());

const reopen = (): Promise<TestEngine> => createTestEngine({ folder: home.folder, init: false, keyring: home.keyring });

function sql<T>(work: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(path());
  try {
    return work(db);
  } finally {
    db.close();
  }
}
const count = (): number => sql((db) => (db.prepare('SELECT count(*) AS count FROM entries').get() as { count: number }).count);
const recover = (input: { from?: boolean; dryRun?: boolean } = {}): ReturnType<typeof recoverLog> =>
  recoverLog({ ports: home.ports, config: { homePath: home.homePath, session: 'recovering', environment: {} } }, { package: input.from === false ? undefined : { path: file, members: () => readArchive(home.ports, file) }, dryRun: input.dryRun ?? false });
/** Takes away what the triggers hold. */
const tamper = (statement: string): void => sql((db) => {
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as { name: string }[]) db.exec(`DROP TRIGGER "${name}"`);
  db.exec(statement);
});

async function texts(): Promise<string[]> {
  const again = await reopen();
  const { entries } = await again.api.log.list({ filter: { action: 'app.noted' }, order: 'oldest', limit: 200 }, testContext);
  await again.close();
  return entries.flatMap(({ payload }) => (payload === null ? [] : [(payload as { text: string }).text]));
}

describe('a damaged record', () => {
  it('that is damaged where the package still has it loses nothing', async () => {
    const all = await texts();
    const entries = count();
    tamper('UPDATE payloads SET body = \'{"text":"forged"}\' WHERE seq = 4');
    const report = await recover();
    expect(report).toMatchObject({ entries, fromPackage: packedEntries, fromFile: entries - packedEntries, stopped: '', tail: 0, lostCheckpointSize: null, verdict: { kind: 'consistent' } });
    expect(await texts()).toEqual(all);
    expect(readdirSync(home.homePath).filter((name) => name.startsWith('log.db.damaged-'))).not.toEqual([]);
  });

  it('that is no database any more comes back as the package has it, and says what was lost', async () => {
    writeFileSync(path(), 'no database');
    for (const ending of ['-wal', '-shm']) rmSync(path() + ending, { force: true });
    expect(await recover()).toMatchObject({ entries: packedEntries, fromPackage: packedEntries, fromFile: 0, verdict: { kind: 'consistent' } });
    expect((await texts()).length).toBe(5);
  });

  it('that is damaged behind the package keeps what is proven and takes the rest in as found', async () => {
    const entries = count();
    const broken = entries - 10;
    tamper(`UPDATE payloads SET body = '{"text":"forged"}' WHERE seq = ${broken}`);
    const dry = await recover({ dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, imported: 0, keptAs: null });
    expect(count()).toBe(entries);
    expect(readdirSync(home.homePath).filter((name) => name.startsWith('log.db.'))).toEqual([]);
    const report = await recover();
    expect(report).toMatchObject({ entries: dry.entries, stopped: expect.stringContaining(`entry ${broken}`) as string, verdict: { kind: 'consistent' } });
    expect(report.entries).toBeLessThanOrEqual(broken);
    expect(report.imported).toBe(report.tail);
    expect(report.lostCheckpointSize).toBe(entries);
    const again = await reopen();
    const [event] = (await again.api.log.list({ filter: { action: 'log.recovered' }, order: 'newest', limit: 1 }, testContext)).entries;
    expect(event).toMatchObject({ payload: { entries: report.entries, lostCheckpoint: { size: entries } } });
    const found = await again.api.log.list({ filter: { action: 'app.recovered' }, order: 'oldest', limit: 200 }, testContext);
    expect(found.entries.length).toBe(report.tail);
    await again.close();
  });

  it('can be recovered from itself alone', async () => {
    const entries = count();
    tamper(`UPDATE payloads SET body = '{"text":"forged"}' WHERE seq = ${entries - 1}`);
    const report = await recover({ from: false });
    expect(report).toMatchObject({ fromPackage: 0, verdict: { kind: 'consistent' } });
    expect(report.entries).toBeGreaterThan(0);
  });

  it('keeps erased what was erased after the package was made', async () => {
    const again = await reopen();
    const { entries: [first] } = await again.api.log.list({ filter: { action: 'app.noted' }, order: 'oldest', limit: 1 }, testContext);
    await again.api.erasure.erase({ seqs: [first?.seq ?? -1], reason: 'subject-request', basis: 'lgpd-18-vi' } as never, testContext);
    await again.close();
    tamper('UPDATE payloads SET body = \'{"text":"forged"}\' WHERE seq = 4');
    await recover();
    expect(sql((db) => db.prepare('SELECT body FROM payloads WHERE seq = ?').get(first?.seq))).toBeUndefined();
    expect(await texts()).not.toContain('note 0');
  });

  it('can be recovered again after a stop between the two renames', async () => {
    const aside = join(home.homePath, 'log.db.damaged-20260101-000000');
    sql((db) => db.pragma('wal_checkpoint(TRUNCATE)'));
    const { renameSync } = await import('node:fs');
    renameSync(path(), aside);
    const report = await recover();
    expect(report).toMatchObject({ keptAs: aside, tail: 0, verdict: { kind: 'consistent' } });
    expect(existsSync(path())).toBe(true);
  });

  it('reads around pages that are gone', async () => {
    sql((db) => db.pragma('wal_checkpoint(TRUNCATE)'));
    const fd = openSync(path(), 'r+');
    for (let page = 30; page < 34; page++) writeSync(fd, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(fd);
    const report = await recover();
    expect(report.entries).toBeGreaterThanOrEqual(packedEntries);
    expect(report.verdict.kind).toBe('consistent');
  });
});
