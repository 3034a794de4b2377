// The outbox is tried with the real log, stopped after each of its numbered steps and started again.
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { VarveError } from '../kit/errors.ts';
import { timeOfUuid7 } from '../kit/uuid7.ts';
import type { EventLog } from '../log/index.ts';
import { openTestLog } from '../log/testing.ts';
import { createOutbox, mergeMigrations, openDatabase, outboxMigrations, type Database, type Outbox, type OutboxEvent, type OutboxLog } from './index.ts';
import { createTestFolder, type TestFolder } from './testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: ReturnType<typeof openTestLog>['clock'];
let db: Database;
let outbox: Outbox;
let seed = 1;

/** As a process starts: both files opened anew. */
function start(through?: (log: EventLog) => OutboxLog): void {
  const random = { bytes: (length: number) => Buffer.alloc(length, seed++) };
  ({ log, clock } = openTestLog({ files, path: folder.at('log.db') }));
  const migrations = mergeMigrations(outboxMigrations, [{ version: 10, up: (each) => each.exec('CREATE TABLE things (name TEXT UNIQUE) STRICT') }]);
  db = openDatabase({ path: folder.at('state.db'), files, migrations, kind: 'state' });
  outbox = createOutbox({ db, log: through?.(log) ?? log, random, clock });
}
function stop(): void {
  db.close();
  log.close();
}

beforeEach(() => {
  folder = createTestFolder();
  start();
});
afterEach(() => {
  stop();
  folder.remove();
});

const event = (name: string): OutboxEvent => ({ action: 'app.thing', category: 'app', subject: `thing:${name}`, payload: { name } });
const add = (name: string): number | bigint => outbox.commit(() => db.prepare('INSERT INTO things (name) VALUES (?)').run(name).lastInsertRowid, [event(name)]);
const things = (): unknown[] => db.prepare('SELECT name FROM things ORDER BY name').all<{ name: string }>().map((row) => row.name);
const recorded = (): unknown[] => log.list({ filter: { action: 'app.thing' }, order: 'oldest' }).entries.map((entry) => (entry.payload as { name: string }).name);
const killed = new Error('killed here');

describe('a change and its event', () => {
  it('are both there, and nothing waits', () => {
    expect(add('a')).toBe(1);
    expect([things(), recorded(), outbox.waiting()]).toEqual([['a'], ['a'], { count: 0, refused: [] }]);
  });

  it('may depend on each other', () => {
    outbox.commit(() => 'made', (result) => [event(result), event(`${result} twice`)]);
    expect(recorded()).toEqual(['made', 'made twice']);
  });

  it('are both not there when the change fails', () => {
    add('a');
    expect(() => add('a')).toThrow(/UNIQUE/);
    expect([things(), recorded(), outbox.waiting().count]).toEqual([['a'], ['a'], 0]);
  });

  it('are both not there when the log would refuse the event', () => {
    expect(() => outbox.commit(() => db.prepare("INSERT INTO things VALUES ('x')").run(), [{ action: 'home.closed', category: 'home', payload: 1 }])).toThrow(expect.objectContaining({ code: 'EVENT_REFUSED' }));
    expect([things(), recorded(), outbox.waiting().count]).toEqual([[], [], 0]);
  });
});

describe('a stop', () => {
  it('before step 1 leaves neither', () => {
    expect(() =>
      outbox.commit(() => {
        db.prepare("INSERT INTO things VALUES ('a')").run();
        throw killed;
      }, [event('a')])
    ).toThrow(killed);
    stop();
    start();
    expect([outbox.drain(), things(), recorded()]).toEqual([0, [], []]);
  });

  it('after step 1 is made good by the next start, once', () => {
    stop();
    start((real) => ({
      check: (each) => real.check(each),
      appendMany: () => {
        throw killed;
      }
    }));
    expect(add('a')).toBe(1);
    expect([things(), recorded(), outbox.waiting().count]).toEqual([['a'], [], 1]);
    const committedAt = clock.now();
    stop();
    start();
    clock.advance(60_000);
    expect(outbox.drain()).toBe(1);
    expect([things(), recorded(), outbox.waiting().count, outbox.drain()]).toEqual([['a'], ['a'], 0, 0]);
    // The id still says when the change was made; `ts` says when it was recorded.
    const entry = log.list({ filter: { action: 'app.thing' } }).entries[0];
    expect(timeOfUuid7(entry?.id ?? '')).toBe(committedAt);
    expect(entry?.ts).toBe(new Date(committedAt + 60_000).toISOString());
  });

  it('after step 2 appends none twice', () => {
    stop();
    start((real) => ({
      check: (each) => real.check(each),
      appendMany: (events) => {
        real.appendMany(events);
        throw killed;
      }
    }));
    expect(add('a')).toBe(1);
    expect([things(), recorded(), outbox.waiting().count]).toEqual([['a'], ['a'], 1]);
    const entries = log.entries();
    stop();
    start();
    expect([outbox.drain(), recorded(), outbox.waiting().count, log.entries()]).toEqual([1, ['a'], 0, entries]);
  });

  it('after step 3 leaves nothing to do', () => {
    add('a');
    const entries = log.entries();
    stop();
    start();
    expect([outbox.drain(), things(), recorded(), log.entries()]).toEqual([0, ['a'], ['a'], entries]);
  });
});

describe('the outbox', () => {
  it.each<[string, Error, string]>([
    ['is busy', new VarveError('HOME_BUSY', 'busy', { path: 'log.db', owner: 'test' }), 'HOME_BUSY'],
    ['has no space left', new VarveError('NO_SPACE', 'full', { path: 'log.db' }), 'NO_SPACE'],
    ['is damaged', new VarveError('LOG_DAMAGED', 'malformed', { what: 'malformed' }), 'LOG_DAMAGED'],
    ['cannot be written', new VarveError('NOT_WRITABLE', 'read-only', { path: 'log.db', reason: 'read-only' }), 'NOT_WRITABLE'],
    ['is told a time out of range by the clock', new VarveError('EVENT_REFUSED', 'ts: the clock', { field: 'ts', reason: 'the clock' }), 'EVENT_REFUSED'],
    ['fails in a way nobody foresaw', new TypeError('a fault'), 'INTERNAL']
  ])('keeps events while the log %s, reports the change as made, says what failed, and brings them with the next', (_name, cause, code) => {
    stop();
    let failing = true;
    start((real) => ({
      check: (each) => real.check(each),
      appendMany(events) {
        if (!failing) return real.appendMany(events);
        throw cause;
      }
    }));
    expect(add('a')).toBe(1);
    expect([things(), recorded(), outbox.waiting()]).toEqual([['a'], [], { count: 1, refused: [] }]);
    expect(outbox.failure()).toEqual({ code, message: cause.message, atMs: clock.now() });
    expect(() => outbox.drain()).toThrow(cause);
    failing = false;
    add('b');
    expect([recorded(), outbox.waiting().count, outbox.failure()]).toEqual([['a', 'b'], 0, undefined]);
  });

  it('holds what it could not bring over when the real log stops taking entries, and tells the logger', () => {
    const warnings: unknown[] = [];
    const raw = new BetterSqlite3(folder.at('log.db'));
    raw.exec("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
    outbox = createOutbox({ db, log, random: { bytes: (n) => Buffer.alloc(n, seed++) }, clock, logger: { warn: (...said) => void warnings.push(said) } });
    expect(add('a')).toBe(1);
    expect([things(), recorded(), outbox.waiting().count, outbox.failure()?.message]).toEqual([['a'], [], 1, 'database or disk is full']);
    expect(warnings).toHaveLength(1);
    raw.exec('DROP TRIGGER full');
    raw.close();
    expect([outbox.drain(), recorded(), outbox.failure()]).toEqual([1, ['a'], undefined]);
  });

  it('sets aside an event that the log will never take, tells, and lets the others through', () => {
    const poison = { ...event('poison'), level: 'loud', id: '018f0000-0000-7000-8000-000000000009' };
    for (const [no, each] of [{ ...event('before'), id: '018f0000-0000-7000-8000-000000000008' }, poison, { ...event('after'), id: '018f0000-0000-7000-8000-00000000000a' }].entries()) {
      db.prepare('INSERT INTO outbox (no, id, event) VALUES (?, ?, ?)').run(no + 1, each.id, JSON.stringify(each));
    }
    expect(outbox.drain()).toBe(2);
    expect(recorded()).toEqual(['before', 'after']);
    expect(outbox.waiting()).toEqual({ count: 1, refused: [{ id: poison.id, reason: expect.stringContaining('level') }] });
    expect(outbox.drain()).toBe(0);
  });

  it('inside a larger transaction waits for its end', () => {
    db.transaction(() => {
      add('a');
      expect(recorded()).toEqual([]);
    });
    expect(outbox.drain()).toBe(1);
    expect(recorded()).toEqual(['a']);
  });

  it('drained by two processes at once appends once', () => {
    db.prepare('INSERT INTO outbox (id, event) VALUES (?, ?)').run('018f0000-0000-7000-8000-000000000008', JSON.stringify({ ...event('a'), id: '018f0000-0000-7000-8000-000000000008' }));
    const other = new BetterSqlite3(folder.at('state.db'));
    const second = createOutbox({ db, log: { check: () => undefined, appendMany: (events) => log.appendMany(events) }, random: { bytes: (n) => Buffer.alloc(n, 9) }, clock });
    const first = createOutbox({ db, log: { check: () => undefined, appendMany: (events) => (second.drain(), log.appendMany(events)) }, random: { bytes: (n) => Buffer.alloc(n, 9) }, clock });
    first.drain();
    expect([recorded(), other.prepare('SELECT count(*) FROM outbox').pluck().get()]).toEqual([['a'], 0]);
    other.close();
  });
});
