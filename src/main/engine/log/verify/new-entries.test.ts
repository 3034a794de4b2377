// Reading only what is new: from a checkpoint that an earlier run verified, and that must carry it anew each time.
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../contract/verify.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog } from '../index.ts';
import { createTestKeys, openTestLog } from '../testing.ts';
import { dropTriggers } from './testing/tampered.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let path: string;
let clock: ReturnType<typeof openTestLog>['clock'];

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log, clock } = openTestLog({ files, path }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const add = (count: number): void => void log.appendMany(Array.from({ length: count }, (_, i) => ({ action: 'app.noted', category: 'note', subject: `s${i % 5}`, payload: i }) as const));
const change = (sql: string): void => {
  const db = new BetterSqlite3(path);
  dropTriggers(db);
  db.exec(sql);
  db.close();
};
const sound = (verdict: Verdict): Extract<Verdict, { kind: 'consistent' | 'anchored' }> => {
  if (verdict.kind !== 'consistent' && verdict.kind !== 'anchored') throw new Error(JSON.stringify(verdict));
  return verdict;
};
const newOnes = (anchors: { source: string; text: string }[] = []): Promise<Verdict> => log.verify({ mode: 'new', byItself: true, anchors });

describe('verifying what is new', () => {
  it('reads on from the last checkpoint that was verified, and says what has been checked when', async () => {
    add(300);
    const first = log.checkpoints.sign();
    const full = sound(await log.verify({ byItself: true }));
    expect(full).toMatchObject({ readFrom: 0, entries: first.size, payloads: { intact: first.size } });
    const fullAt = log.verifyState().at;
    clock.advance(60_000);
    add(20);
    log.checkpoints.sign();
    add(3);
    const verdict = sound(await newOnes());
    expect(verdict).toMatchObject({ readFrom: first.size, entries: log.entries(), checkpoint: { size: log.checkpoints.latest()?.size } });
    expect(verdict.payloads.intact).toBe(verdict.entries - first.size);
    expect(verdict.search).toBeUndefined();
    expect(verdict.head).toBe(log.head()?.hash);
    const state = log.verifyState();
    expect(state).toMatchObject({ full: { at: fullAt, entries: full.entries }, newer: { from: full.entries, entries: verdict.entries } });
    expect(state.newer?.at).toBe(state.at);
    // The next one begins where this one's last checkpoint is.
    add(1);
    expect(sound(await newOnes()).readFrom).toBe(log.checkpoints.latest()?.size);
  });

  it('reads everything the first time, after a run that found damage, and where no key is known', async () => {
    add(30);
    log.checkpoints.sign();
    expect(sound(await newOnes()).readFrom).toBe(0);
    expect(sound(await newOnes()).readFrom).toBeGreaterThan(0);
    change("UPDATE payloads SET body = '9' WHERE seq = 5");
    expect(sound(await newOnes()).readFrom).toBeGreaterThan(0); // what lies below is not read again
    expect(await log.verify({ byItself: true })).toMatchObject({ kind: 'broken', seq: 5 });
    expect(await newOnes()).toMatchObject({ kind: 'broken', seq: 5 });
    expect(log.verifyState().verdict).toMatchObject({ kind: 'broken', seq: 5 });
    const { log: unpinned } = openTestLog({ files, path, keys: { ...createTestKeys(), pinned: () => [] }, begin: false });
    expect(await unpinned.verify({ mode: 'new', byItself: true })).toMatchObject({ kind: 'broken', seq: 5 });
    unpinned.close();
  });

  it('finds and names what is wrong with the new ones as a full run does', async () => {
    add(300);
    log.checkpoints.sign();
    await log.verify({ byItself: true });
    add(30);
    log.checkpoints.sign();
    change('DELETE FROM entries WHERE seq = 320');
    expect(await newOnes()).toMatchObject({ kind: 'broken', seq: 320, what: 'removed', trustworthyBelow: 320, restsOn: { kind: 'list' } });
  });

  it.each([
    ['a size without a checkpoint', 'UPDATE verification SET verdict = json_set(verdict, \'$.checkedTo\', 17)'],
    ['a size beyond the record', 'UPDATE verification SET verdict = json_set(verdict, \'$.checkedTo\', 99999)'],
    ['nothing that can be read', "UPDATE verification SET verdict = '{}'"],
    ['a checkpoint that is none', "UPDATE checkpoints SET note = 'x' WHERE size = (SELECT verdict ->> '$.checkedTo' FROM verification)"],
    ['a checkpoint that somebody else signed', "UPDATE checkpoints SET note = replace(note, '— varve/0', '— varve/1') WHERE size = (SELECT verdict ->> '$.checkedTo' FROM verification)"],
    ['a tree that is not the signed one', 'UPDATE leaves SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE no = 17'],
    ['a tree with a level that is not the one of its leaves', 'UPDATE tiles SET hashes = zeroblob(32) WHERE level = 1'],
    ['a last entry that is not the one in the tree', "UPDATE entries SET header = replace(header, '\"level\":\"info\"', '\"level\":\"warn\"') WHERE seq = (SELECT verdict ->> '$.checkedTo' FROM verification) - 1"]
  ])('rests on nothing when the last run left %s', async (_name, sql) => {
    add(280);
    log.checkpoints.sign();
    await log.verify({ byItself: true });
    const checkedTo = log.checkpoints.latest()?.size as number;
    add(10);
    log.checkpoints.sign();
    expect(sound(await newOnes()).readFrom).toBe(checkedTo);
    change(`UPDATE verification SET verdict = json_set(verdict, '$.checkedTo', ${checkedTo})`);
    change(sql);
    const verdict = await newOnes();
    if (sql.startsWith('UPDATE verification')) expect(verdict).toMatchObject({ kind: 'consistent', readFrom: 0 });
    else expect(verdict.kind).toBe('broken');
  });

  it('counts a key that was put in force below only by the checkpoint that both have signed', async () => {
    add(10);
    const { seq } = await log.checkpoints.rotate();
    add(10);
    log.checkpoints.sign();
    await log.verify({ byItself: true });
    add(10);
    log.checkpoints.sign();
    expect(sound(await newOnes()).readFrom).toBeGreaterThan(seq + 1);
    change(`DELETE FROM checkpoints WHERE size = ${seq + 1}`);
    expect(await newOnes()).toMatchObject({ kind: 'broken', what: 'foreign-key', seq });
  });

  it('compares checkpoints from outside below and above where it begins', async () => {
    add(100);
    const old = log.checkpoints.sign();
    add(100);
    log.checkpoints.sign();
    await log.verify({ byItself: true });
    add(50);
    const young = log.checkpoints.sign();
    const held = [{ source: 'old', text: old.note }, { source: 'young', text: young.note }, { source: 'short', text: `${old.size} ${old.root.slice(0, 9)}` }];
    const verdict = sound(await newOnes(held));
    expect(verdict).toMatchObject({ kind: 'anchored', anchors: held.map(({ source }) => ({ source, outcome: 'fits' })) });
    expect(verdict.readFrom).toBeGreaterThan(old.size);
    expect(await newOnes([{ source: 'other', text: `${old.size} AAAAAAAA` }])).toMatchObject({ kind: 'broken', what: 'forked' });
  });
});

describe('what is remembered and recorded', () => {
  const recorded = (): number => log.list({ filter: { action: 'log.verified' } }).entries.length;

  it('is an event for what somebody asked for, for full runs and for bad news, and not for good news about what is new', async () => {
    add(10);
    log.checkpoints.sign();
    await log.verify({ byItself: true });
    expect(recorded()).toBe(1);
    await newOnes();
    expect(recorded()).toBe(1);
    await log.verify({ mode: 'new' });
    expect(recorded()).toBe(2);
    log.checkpoints.sign();
    change(`UPDATE payloads SET body = '9' WHERE seq = ${log.entries() - 1}`);
    expect((await newOnes()).kind).toBe('broken');
    expect(log.list({ filter: { action: 'log.verified' } }).entries[0]).toMatchObject({ level: 'error', payload: { verdict: 'broken', what: 'edited' } });
  });

  it('is not cleared by itself when a checkpoint from outside did not fit: a person must ask', async () => {
    add(10);
    const { root, size } = log.checkpoints.sign();
    await log.verify({});
    for (const [text, kind] of [[`${size + 1000} AAAAAAAA`, 'behind'], [`${size} AAAAAAAA`, 'broken']] as const) {
      expect((await log.verify({ anchors: [{ source: 'paper', text }] })).kind).toBe(kind);
      add(1);
      expect((await newOnes()).kind).toBe('consistent');
      expect((await log.verify({ byItself: true })).kind).toBe('consistent');
      expect(log.verifyState().verdict?.kind).toBe(kind);
      await log.verify({});
      expect(log.verifyState().verdict?.kind).toBe('consistent');
    }
    await log.verify({ anchors: [{ source: 'paper', text: `${size} ${root}` }] });
    expect(log.verifyState()).toMatchObject({ verdict: { kind: 'anchored' }, anchored: { anchors: [{ source: 'paper', size, outcome: 'fits' }] } });
    await newOnes();
    expect(log.verifyState()).toMatchObject({ verdict: { kind: 'consistent' }, anchored: { anchors: [{ source: 'paper' }] } });
  });

  it('says why there is no verdict, and forgets that with the next one', async () => {
    await expect(log.verify({})).rejects.toMatchObject({ code: 'EVIDENCE_MISSING' });
    expect(log.verifyState()).toMatchObject({ verdict: null, failure: { code: 'EVIDENCE_MISSING' } });
    log.checkpoints.sign();
    await log.verify({});
    expect(log.verifyState()).toMatchObject({ verdict: { kind: 'consistent' }, failure: null });
  });
});
