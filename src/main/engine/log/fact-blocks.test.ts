// Looking for entries by a column block after block, over several blocks, gives what going through all of them gives; also in a log from before the blocks.
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Level, LogFilter } from '../../../contract/log.ts';
import { createNodeFiles } from '../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../store/testing.ts';
import { blockedColumns, inBlock, piecesOf, seqsWith, withBlocks } from './fact-blocks.ts';
import type { EventLog, NewEvent } from './index.ts';
import { openTestLog } from './testing.ts';

const files = createNodeFiles();
const count = 9000; // three blocks, the last one begun
const rare = 70; // one subject that comes every 70th time, and one level once
let folder: TestFolder;
let path: string;

const level = (i: number): Level => (i === 4321 ? 'error' : i % 5 === 0 ? 'debug' : 'info');
const event = (i: number): NewEvent => ({ action: 'app.step', category: i % 3 === 0 ? 'experiment' : 'app', level: level(i), actor: `person-${i % 2}`, subject: i % rare === 7 ? 'seldom' : `run-${i % 4}`, payload: { i } });

beforeAll(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  const { log } = openTestLog({ files, path });
  for (let i = 0; i < count; i += 1000) log.appendMany(Array.from({ length: 1000 }, (_, k) => event(i + k)));
  log.close();
});
afterAll(() => folder.remove());

/** As a log of version 7 had it. */
function withOldIndexes(name: string): string {
  const older = folder.at(name);
  const db = new BetterSqlite3(path);
  db.prepare('VACUUM INTO ?').run(older);
  db.close();
  const old = new BetterSqlite3(older);
  for (const column of blockedColumns) old.exec(`DROP INDEX facts_${column}; CREATE INDEX facts_${column} ON facts (${column})${column === 'subject' ? ' WHERE subject IS NOT NULL' : ''}`);
  old.exec('DELETE FROM schema_migrations WHERE version = 8');
  old.close();
  return older;
}

/** What the filter lets through, told from each entry itself; payloads carry the number of their event. */
function expected(log: EventLog, test: (i: number) => boolean): number[] {
  const seqs: number[] = [];
  for (let after: number | undefined; ; ) {
    const page = log.list({ filter: { category: ['app', 'experiment'] }, order: 'oldest', limit: 1000, count: false, ...(after === undefined ? {} : { after }) });
    for (const { seq, payload } of page.entries) if (test((payload as { i: number }).i)) seqs.push(seq);
    if (page.next === null) return seqs;
    after = page.next;
  }
}

const filters: [string, LogFilter, (i: number) => boolean][] = [
  ['a rare subject', { subject: 'seldom', action: 'app.step' }, (i) => i % rare === 7],
  ['two subjects', { subject: ['run-1', 'seldom'], action: 'app.step' }, (i) => i % rare === 7 || i % 4 === 1],
  ['subjects by the start of their name', { subject: 'run-*', action: 'app.step' }, (i) => i % rare !== 7],
  ['an actor', { actor: 'person-1', category: ['app', 'experiment'] }, (i) => i % 2 === 1],
  ['a level that occurs once', { level: ['error'] }, (i) => i === 4321],
  ['a category and a level', { category: ['experiment'], level: ['debug'] }, (i) => i % 15 === 0],
  ['a subject and a category', { subject: 'seldom', category: ['experiment'] }, (i) => i % rare === 7 && i % 3 === 0]
];

describe.each(['as it is kept now', 'as it was kept before version 8, read only'])('a log %s', (how) => {
  let log: EventLog;
  beforeAll(() => {
    log = how === 'as it is kept now' ? openTestLog({ files, path, begin: false }).log : openTestLog({ files, path: withOldIndexes('read-only.db'), begin: false, readOnly: { temporaryFolder: folder.path } }).log;
  });
  afterAll(() => log.close());

  it.each(filters)('lists %s, both ways, in pages, and counts it', (_name, filter, test) => {
    const all = expected(log, test);
    expect(all.length).toBeGreaterThan(0);
    for (const order of ['oldest', 'newest'] as const) {
      const seen: number[] = [];
      for (let next: number | null | undefined; next !== null; ) {
        const page = log.list({ filter, order, limit: 700, ...(typeof next !== 'number' ? {} : order === 'oldest' ? { after: next } : { before: next }) });
        seen.push(...page.entries.map(({ seq }) => seq));
        expect(page.total).toBe(all.length);
        ({ next } = page);
      }
      expect(seen).toEqual(order === 'oldest' ? all : all.toReversed());
    }
    const middle = all[Math.floor(all.length / 2)] as number;
    const part = log.list({ filter: { ...filter, fromSeq: middle }, order: 'oldest', limit: 1000 });
    expect(part.entries.map(({ seq }) => seq)).toEqual(all.filter((seq) => seq >= middle).slice(0, 1000));
    expect(part.total).toBe(all.filter((seq) => seq >= middle).length);
    expect(log.list({ filter, before: Number.MAX_SAFE_INTEGER, limit: 1 }).entries[0]?.seq).toBe(all.at(-1));
  });

  it('finds the first and all entries of a name', () => {
    const db = new BetterSqlite3(log.path, { readonly: true });
    const no = db.prepare("SELECT no FROM names WHERE name = 'seldom'").pluck().get() as number;
    const all = db.prepare('SELECT seq FROM facts WHERE subject = ? ORDER BY seq').pluck().all(no) as number[];
    const asked = { prepare: (sql: string) => ({ get: (...p: unknown[]) => db.prepare(sql).get(...p), all: (...p: unknown[]) => db.prepare(sql).all(...p) }) } as unknown as Parameters<typeof seqsWith>[0];
    expect(seqsWith(asked, 'subject', no, { above: -1, limit: 1 })).toEqual(all.slice(0, 1));
    expect(seqsWith(asked, 'subject', no, { above: all[3] as number, limit: count })).toEqual(all.slice(4));
    expect(seqsWith(asked, 'subject', no, { above: 10 * count, limit: 5 })).toEqual([]);
    db.close();
  });
});

it.each(blockedColumns)('is searched by the index of %s, and by nothing that SQLite would have to build first', (column) => {
  const db = new BetterSqlite3(path, { readonly: true });
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${withBlocks} SELECT f.seq FROM block CROSS JOIN facts f WHERE ${inBlock} AND f.${column} IN (?, ?)`).all(0, 4, -1, count, 1, 2) as { detail: string }[];
  expect(plan.map(({ detail }) => detail).filter((detail) => detail.includes(' f '))).toEqual([`SEARCH f USING COVERING INDEX facts_${column} (<expr>=? AND ${column}=? AND rowid>? AND rowid<?)`]);
  db.close();
});

it('is brought up to date, and searched by the new indexes', () => {
  const older = withOldIndexes('older.db');
  const { log } = openTestLog({ files, path: older, begin: false });
  const found = log.list({ filter: { subject: 'seldom' }, limit: 1000 }).entries.length;
  expect(found).toBe(Math.floor((count - 8) / rare) + 2); // with its introduction
  log.close();
  const db = new BetterSqlite3(older, { readonly: true });
  expect(db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'facts_subject'").pluck().get()).toMatch(/seq >> 12, subject/);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});

it('cuts a range into pieces that cover it once, in order', () => {
  for (const order of ['oldest', 'newest'] as const) {
    const pieces = [...piecesOf({ above: 5000, below: 2_000_000 }, order)];
    const inOrder = order === 'oldest' ? pieces : pieces.toReversed();
    expect(inOrder[0]?.above).toBe(5000);
    expect(inOrder.at(-1)?.below).toBe(2_000_000);
    for (const [at, piece] of inOrder.entries()) if (at > 0) expect(piece.above).toBe((inOrder[at - 1]?.below ?? 0) - 1);
  }
  expect([...piecesOf({ above: 10, below: 11 }, 'newest')]).toEqual([]);
});
