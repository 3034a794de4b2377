// Notes and marks: events on entries, found through a table that can always be made again from them.
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog } from '../index.ts';
import { openTestLog, type TestClock } from '../testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: TestClock;
let path: string;

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log, clock } = openTestLog({ files, path }));
  for (let i = 0; i < 10; i++) log.append({ action: 'app.measured', category: 'app', subject: i < 5 ? 'participant-17' : `run:${i}`, payload: { i } });
});
afterEach(() => {
  log.close();
  folder.remove();
});

const seqOf = (i: number): number => log.list({ filter: { where: `payload.i = ${i}` } }).entries[0]?.seq ?? -1;
const noted = async (): Promise<number[]> => (await log.review.rows({ filter: { noted: true } })).rows.map((row) => row.seq);
const reviewed = async (): Promise<number[]> => (await log.review.rows({ filter: { reviewed: true } })).rows.map((row) => row.seq);
/** As somebody with a plain sqlite3 would, past every check of ours. */
const tamper = (sql: string): void => {
  const db = new BetterSqlite3(path);
  db.exec(sql);
  db.close();
};
const table = (): unknown[] => {
  const db = new BetterSqlite3(path, { readonly: true });
  const rows = db.prepare('SELECT * FROM annotations ORDER BY target, seq').all();
  db.close();
  return rows;
};
const reopen = (): void => {
  log.close();
  ({ log } = openTestLog({ files, path, clock, begin: false }));
};

describe('a note', () => {
  it('is an event of whoever wrote it, and stands on its entries until it is taken off', async () => {
    const [a, b] = [seqOf(1), seqOf(2)];
    const { seq } = log.review.note([b, a, b], 'the drift starts here', 'grace');
    expect(log.show(seq).entry).toMatchObject({ action: 'note.added', category: 'note', actorName: 'grace', payload: { seqs: [a, b], text: 'the drift starts here' } });
    expect(log.review.annotations(a).notes).toEqual([{ seq, at: log.show(seq).entry.ts, actorName: 'grace', text: 'the drift starts here', state: 'intact' }]);
    expect(await noted()).toEqual([b, a]);
    log.review.removeNote(seq, undefined);
    expect(log.review.annotations(a).notes).toEqual([]);
    expect(await noted()).toEqual([]);
    expect(log.show(seq).entry.payload).toMatchObject({ text: 'the drift starts here' });
    expect(() => log.review.removeNote(seq, undefined)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('is found by its words like any entry', () => {
    log.review.note([seqOf(1)], 'Calibração suspeita', undefined);
    expect(log.list({ filter: { text: 'calibracao' } }).entries.map((entry) => entry.action)).toEqual(['note.added']);
  });

  it('on what belongs to one thing is about that thing, so that erasing the thing reaches it', () => {
    expect(log.show(log.review.note([seqOf(1), seqOf(2)], 'x', undefined).seq).entry.subjectName).toBe('participant-17');
    expect(log.show(log.review.note([seqOf(1), seqOf(7)], 'x', undefined).seq).entry.subjectName).toBe(null);
  });

  it('on an entry that is not there is refused, and nothing is written', () => {
    const before = log.entries();
    expect(() => log.review.note([3, 10_000], 'x', undefined)).toThrow(expect.objectContaining({ code: 'NOT_FOUND', data: { kind: 'event', name: '10000' } }));
    expect(log.entries()).toBe(before);
  });

  it('cannot be written past the engine', () => {
    const owner = { actor: 'ada', scope: 'owner' } as const;
    for (const action of ['note.added', 'review.marked']) expect(() => log.appendFromOutside({ action, category: 'note', payload: { seqs: [1], text: 'x' } }, owner)).toThrow(expect.objectContaining({ code: 'EVENT_REFUSED' }));
  });
});

describe('a reviewed mark', () => {
  it('says who and when, can be taken back, and is written once', async () => {
    const [a, b] = [seqOf(1), seqOf(2)];
    const mark = log.review.mark([a, b], true, 'grace');
    expect(log.review.annotations(a).reviewed).toEqual({ seq: mark?.seq, at: log.show(mark?.seq ?? 0).entry.ts, actorName: 'grace' });
    expect(log.review.mark([a, b], true, 'grace')).toBeUndefined();
    log.review.mark([b], false, undefined);
    expect(await reviewed()).toEqual([a]);
    expect(log.review.annotations(b).reviewed).toBeNull();
    expect((await log.review.rows({ filter: { action: 'app.measured' } })).rows.filter((row) => row.reviewed).map((row) => row.seq)).toEqual([a]);
  });

  it('does not change a list that is being read: it shows things as they stood at its newest entry', async () => {
    const upTo = log.entries() - 1;
    const open = { filter: { reviewed: false, action: 'app.measured' }, upTo };
    const before = (await log.review.rows(open)).rows.map((row) => row.seq);
    log.review.mark([seqOf(3)], true, undefined);
    expect((await log.review.rows(open)).rows.map((row) => row.seq)).toEqual(before);
    expect((await log.review.rows({ filter: open.filter })).rows.map((row) => row.seq)).toEqual(before.filter((seq) => seq !== seqOf(3)));
  });
});

describe('the table behind them', () => {
  it('is made again from the events when it is emptied, changed or added to', async () => {
    const [a, b] = [seqOf(1), seqOf(2)];
    log.review.note([a], 'first', undefined);
    log.review.removeNote(log.review.note([b], 'second', undefined).seq, undefined);
    log.review.mark([a, b], true, undefined);
    log.review.mark([b], false, undefined);
    const before = table();
    for (const change of ['DELETE FROM annotations', 'DELETE FROM annotations WHERE kind = 2', 'UPDATE annotations SET target = target + 100 WHERE kind = 3', 'INSERT INTO annotations VALUES (4, 9, 1, NULL)']) {
      tamper(change);
      expect(table()).not.toEqual(before);
      reopen();
      expect(log.review.annotations(a).notes.map((note) => note.text)).toEqual(['first']);
      expect(table()).toEqual(before);
    }
    expect(await reviewed()).toEqual([a]);
  });

  it('forgets a note whose words are erased, and so does a table that is made again', async () => {
    const a = seqOf(1);
    const { seq } = log.review.note([a], 'about a person', undefined);
    await log.erasures.erase({ seqs: [seq], reason: 'subject-request', basis: 'lgpd-18-vi' });
    expect(log.review.annotations(a).notes).toEqual([]);
    expect((await log.review.rows({ filter: { noted: true } })).total).toBe(0);
    const before = table();
    tamper('DELETE FROM annotations');
    reopen();
    log.review.annotations(a);
    expect(table()).toEqual(before);
    expect(log.show(seq).entry.payloadState).toBe('erased');
  });

  it('goes with the entry that is erased, and with the thing that is: notes may quote them', async () => {
    const [a, b] = [seqOf(1), seqOf(7)];
    const onA = log.review.note([a], 'participant said so', undefined).seq;
    const onB = log.review.note([b], 'other', undefined).seq;
    await log.erasures.erase({ seqs: [b], reason: 'own-wish', basis: 'none' });
    expect(log.show(onB).entry.payloadState).toBe('erased');
    expect(log.show(onA).entry.payloadState).toBe('intact');
    await log.erasures.erase({ subject: 'participant-17', reason: 'subject-request', basis: 'lgpd-18-vi' });
    expect(log.show(onA).entry.payloadState).toBe('erased');
    expect(log.review.annotations(a).notes).toEqual([]);
  });

  it('is not needed to notice that an entry is listed under another session or trace than its header', async () => {
    log.append({ action: 'app.traced', category: 'app', trace: 'a'.repeat(32) });
    await log.checkpoints.signNow();
    expect((await log.verify({})).kind).toBe('consistent');
    log.close();
    for (const change of ["INSERT INTO sessions (name) VALUES ('another'); UPDATE facts SET session = (SELECT no FROM sessions WHERE name = 'another') WHERE seq = 4", 'UPDATE facts SET session = 1, trace = zeroblob(16) WHERE seq = 4', 'UPDATE facts SET trace = NULL WHERE trace IS NOT NULL']) {
      tamper(`CREATE TABLE kept AS SELECT * FROM facts; ${change}`);
      const reading = openTestLog({ files, path, clock, begin: false, readOnly: { temporaryFolder: folder.path } }).log;
      expect([change, await reading.verify({})]).toEqual([change, expect.objectContaining({ kind: 'broken', what: 'edited' })]);
      reading.close();
      tamper('UPDATE facts SET session = kept.session, trace = kept.trace FROM kept WHERE kept.seq = facts.seq; DROP TABLE kept');
    }
    ({ log } = openTestLog({ files, path, clock, begin: false }));
  });

  it('is neither there nor missed in a log of before that is only read', async () => {
    await log.checkpoints.signNow();
    log.close();
    tamper(`DROP TRIGGER annotations_leave_with_their_payload; DROP TABLE annotations; DROP TABLE sessions; DROP INDEX facts_trace; ALTER TABLE facts DROP COLUMN session; ALTER TABLE facts DROP COLUMN trace; DELETE FROM schema_migrations WHERE version = 5`);
    const reading = openTestLog({ files, path, clock, begin: false, readOnly: { temporaryFolder: folder.path } }).log;
    expect((await reading.review.rows({ filter: { action: 'app.measured' } })).total).toBe(10);
    expect((await reading.review.rows({ filter: { reviewed: true } })).total).toBe(0);
    expect((await reading.review.rows({ filter: { reviewed: false, session: 'test-session' } })).total).toBe(0);
    expect((await reading.review.facets({})).session.values).toEqual([]);
    expect(reading.review.annotations(3)).toEqual({ notes: [], reviewed: null });
    expect((await reading.verify({})).kind).toBe('consistent');
    reading.close();
    ({ log } = openTestLog({ files, path, clock, begin: false }));
    expect((await log.review.rows({ filter: { session: 'test-session' } })).total).toBe(log.entries());
    expect((await log.verify({})).kind).toBe('consistent');
  });
});
