// A log that is only read: nothing is added to the file, and what would add says so.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { verifyLog, type EventLog } from '../index.ts';
import { createInlineWorkers, createSeededRandom, createTestClock, openTestLog, testHomeId } from '../testing.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { verifyTask } from './task.ts';

const files = createNodeFiles();
let folder: TestFolder;
let path: string;
beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  const { log } = openTestLog({ files, path });
  log.append({ action: 'app.noted', category: 'note', payload: { text: 'kept' } });
  log.checkpoints.sign();
  log.close();
});
afterEach(() => folder.remove());

const openReading = (more: Partial<Parameters<typeof openTestLog>[0]> = {}): EventLog => openTestLog({ files, path, begin: false, readOnly: { temporaryFolder: folder.path }, ...more }).log;

describe('a log opened for reading only', () => {
  it('lists, shows, counts and verifies, and changes nothing', async () => {
    const before = readFileSync(path);
    const log = openReading();
    expect([log.entries(), log.list({}).total, log.show(2).entry.payload]).toEqual([3, 3, { text: 'kept' }]);
    expect(await log.verify({})).toMatchObject({ kind: 'consistent', entries: 3, search: 'whole' });
    expect([log.entries(), log.verifyState().verdict]).toEqual([3, null]);
    log.close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses to add anything, and says that it was opened for reading', () => {
    const log = openReading();
    const refused = expect.objectContaining({ code: 'NOT_WRITABLE', data: { path, reason: 'opened for reading only' } });
    expect(() => log.append({ action: 'app.x', category: 'app' })).toThrow(refused);
    expect(() => log.appendMany([{ action: 'app.x', category: 'app' }])).toThrow(refused);
    expect(() => log.appendFromOutside({ action: 'app.x' }, { actor: 'ada', scope: 'owner' })).toThrow(refused);
    expect(() => log.declareNamespace('lab')).toThrow(refused);
    log.close();
  });

  it('follows what other processes append', async () => {
    const clock = createTestClock();
    const log = openReading({ clock });
    const stop = new AbortController();
    const seen: number[] = [];
    const done = (async () => {
      for await (const entry of log.tail({}, undefined, stop.signal)) seen.push(entry.seq);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    const { log: other } = openTestLog({ files, path });
    const { seq } = other.append({ action: 'app.x', category: 'app' });
    other.close();
    clock.advance(250);
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await done;
    log.close();
    expect(seen).toEqual([seq]);
  });

  it('is never made where there is none, nor taken from another home', () => {
    expect(() => openReading({ homeId: 'f'.repeat(32) })).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
    rmSync(path);
    expect(() => openReading()).toThrow(expect.objectContaining({ code: 'PATH_MISSING' }));
    expect(files.lstat(path)).toBeUndefined();
  });
});

describe('verifying a log as it lies there', () => {
  const verify = () => {
    const clock = createTestClock();
    const random = createSeededRandom(5);
    const workers = createInlineWorkers({ files, clock, random }, { 'log.verify': (context, input) => verifyTask({ ...context, machine: createMachine() }, input) });
    return verifyLog({ files, clock, random, workers, path, homeId: testHomeId, session: 's', actorName: 'ada' }, {});
  };

  it('records the verdict where the log can be written', async () => {
    expect(await verify()).toMatchObject({ verdict: { kind: 'consistent', entries: 3 }, unrecorded: undefined });
    const log = openReading();
    expect(log.list({}).entries[0]).toMatchObject({ action: 'log.verified', payload: { verdict: 'consistent', entries: 3 } });
    expect(log.verifyState().verdict).toMatchObject({ kind: 'consistent', search: 'whole' });
    log.close();
  });

  it('gives the verdict on a file that cannot even be opened, and says why it is not recorded', async () => {
    writeFileSync(path, 'no database at all '.repeat(1000));
    expect(await verify()).toMatchObject({ verdict: { kind: 'broken', what: 'unreadable' }, unrecorded: { code: 'LOG_DAMAGED' } });
  });

  it('finds no evidence in an empty file and a damaged one in a database without tables, and makes neither into a log', async () => {
    writeFileSync(path, '');
    await expect(verify()).rejects.toMatchObject({ code: 'EVIDENCE_MISSING' });
    expect(readFileSync(path).length).toBe(0);
    const empty = folder.at('empty.db');
    const { default: BetterSqlite3 } = await import('better-sqlite3');
    new BetterSqlite3(empty).exec('CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY)').close();
    writeFileSync(path, readFileSync(empty));
    const before = readFileSync(path);
    expect((await verify()).verdict).toMatchObject({ kind: 'broken', what: 'unreadable' });
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});
