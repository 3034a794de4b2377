// Lists over a log that grows, over more entries than one chunk, and over entries that are damaged.
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog, NewEvent } from '../index.ts';
import { openTestLog, type TestClock } from '../testing.ts';
import { chunkSize } from './columns.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: TestClock;
let path: string;

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log, clock } = openTestLog({ files, path }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const event = (i: number): NewEvent => ({ action: i % 3 === 0 ? 'app.third' : 'app.other', category: 'app', payload: { i, text: i % 2 === 0 ? 'even' : 'odd' } });
const fill = (from: number, to: number): void => {
  for (let i = from; i < to; i += 1000) log.appendMany(Array.from({ length: Math.min(1000, to - i) }, (_, k) => event(i + k)));
};
const filters = [{ action: 'app.third' }, { text: 'even' }, { where: 'payload.i >= 10' }, { action: 'app.third', text: 'even' }, { fromSeq: 5 }];

describe('a list that is being read', () => {
  it('does not move while the log grows, and tells how many wait', async () => {
    fill(0, 60);
    for (const filter of filters) {
      const upTo = log.entries() - 1;
      const before = await log.review.rows({ filter, upTo, limit: 500 });
      fill(60, 90);
      const after = await log.review.rows({ filter, upTo, limit: 500 });
      expect(after.rows).toEqual(before.rows);
      expect(after.total).toBe(before.total);
      const waiting = await log.review.newer({ filter, above: upTo });
      const fresh = await log.review.rows({ filter, limit: 500 });
      expect(waiting).toEqual({ count: fresh.total - before.total, upTo: log.entries() - 1 });
      expect(fresh.rows.slice(waiting.count).map((row) => row.seq)).toEqual(before.rows.map((row) => row.seq));
      // Asked again as of before, after the newer ones have been taken in.
      expect((await log.review.rows({ filter, upTo, offset: 2, limit: 3 })).rows).toEqual(before.rows.slice(2, 5));
    }
  });

  it('sees what another process appends', async () => {
    fill(0, 5);
    const other = openTestLog({ files, path, clock, begin: false }).log;
    const before = (await log.review.rows({ filter: { action: 'app.third' } })).total;
    other.append(event(3));
    other.close();
    expect((await log.review.rows({ filter: { action: 'app.third' } })).total).toBe(before + 1);
  });
});

describe('more entries than fit into one chunk', () => {
  it('are found, counted and placed the same on both sides of its edge', async () => {
    const count = chunkSize + 3000;
    fill(0, count);
    const first = log.entries() - count;
    for (const [filter, test] of [
      [{ action: 'app.third' }, (i: number) => i % 3 === 0],
      [{ text: 'even' }, (i: number) => i % 2 === 0],
      [{ where: 'payload.i >= 16000 and payload.text = even' }, (i: number) => i >= 16_000 && i % 2 === 0]
    ] as const) {
      const expected = Array.from({ length: count }, (_, k) => count - 1 - k).filter(test).map((i) => first + i);
      let page = await log.review.rows({ filter, limit: 1 });
      while (!page.complete) page = await log.review.rows({ filter, limit: 1 });
      expect(page.total).toBe(expected.length);
      for (const offset of [0, 500, 1700, expected.length - 20]) expect((await log.review.rows({ filter, offset, limit: 20 })).rows.map((row) => row.seq)).toEqual(expected.slice(offset, offset + 20));
      expect((await log.review.facets({ filter })).total).toBe(expected.length);
      expect((await log.review.histogram({ filter })).matched).toBe(expected.length);
      expect(await log.review.locate({ filter, seq: expected[777] })).toMatchObject({ offset: 777 });
    }
  });

  it('a scan that is not over says how far it is, and goes on when asked again', async () => {
    fill(0, chunkSize + 3000);
    // A clock that runs: the call gives up its patience after one window.
    const slow = openTestLog({ files, path, begin: false, clock: { ...clock, monotonicMs: (() => { let ms = 0; return () => (ms += 200); })() } }).log;
    const filter = { where: 'payload.i = 3' };
    const seen: number[] = [];
    for (let asked = 0; asked < 100; asked++) {
      const page = await slow.review.rows({ filter });
      seen.push(page.scannedTo);
      if (page.complete) {
        expect(page.rows.map((row) => (row.entry?.payload as { i: number }).i)).toEqual([3]);
        break;
      }
    }
    slow.close();
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect(seen.at(-1)).toBe(0);
  });

  it('a scan stops when nobody waits for it any more', async () => {
    fill(0, 3000);
    await expect(log.review.rows({ filter: { where: 'payload.i = 3' } }, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('what cannot be read', () => {
  it('is a row that says so between its neighbours, and no filter fails over it', async () => {
    fill(0, 10);
    const db = new BetterSqlite3(path);
    db.exec("DROP TRIGGER entries_are_not_changed; DROP TRIGGER payloads_change_only_their_wrapped_key; UPDATE entries SET header = replace(header, 'app.', 'APP.') WHERE seq = 4; UPDATE payloads SET body = '{' WHERE seq = 6");
    db.close();
    const { rows } = await log.review.rows({});
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: log.entries() }, (_, k) => log.entries() - 1 - k));
    expect(rows.find((row) => row.seq === 4)).toMatchObject({ entry: null, damage: 'entry 4 has a header that is not in its canonical form' });
    expect(rows.find((row) => row.seq === 6)?.entry).toMatchObject({ payloadState: 'altered', payload: null });
    expect((await log.review.rows({ filter: { where: 'payload.i exists' } })).rows.map((row) => row.seq)).not.toContain(6);
    expect((await log.review.rows({ filter: { payload: ['altered'] } })).rows.map((row) => row.seq)).toEqual([6, 4]);
  });

  it('an encrypted payload is counted as not looked into', async () => {
    fill(0, 4);
    const db = new BetterSqlite3(path);
    db.exec("DROP TRIGGER payloads_change_only_their_wrapped_key; UPDATE payloads SET body = NULL, salt = NULL, sealed = x'00', nonce = zeroblob(12), wrapped = x'00', kek = 'k' WHERE seq = 5");
    db.close();
    const page = await log.review.rows({ filter: { where: 'not payload.nothing exists', action: 'app.*' } });
    expect(page.rows.map((row) => row.seq)).not.toContain(5);
    expect(page.sealed).toBe(1);
  });
});

describe('rows of large payloads', () => {
  it('come shortened, with enough to make a sentence of', async () => {
    const { seq } = log.append({ action: 'app.big', category: 'app', payload: { message: 'm'.repeat(20_000), seqs: Array.from({ length: 500 }, (_, i) => i), n: 3 } });
    const row = (await log.review.rows({})).rows[0];
    expect(row).toMatchObject({ seq, shortened: true });
    const payload = row?.entry?.payload as Record<string, unknown>;
    expect([(payload['message'] as string).length, (payload['seqs'] as unknown[]).length, payload['seqsCount'], payload['n']]).toEqual([301, 20, 500, 3]);
    expect((log.show(seq).entry.payload as { message: string }).message).toHaveLength(20_000);
  });
});
