import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTest, parseWhere } from '../../../contract/where.ts';
import type { LogRow } from '../../../contract/review.ts';
import { bucketAt, keyed, sharesOf, timesOf } from './brush.ts';
import { chosenIn, conditionFor, entryNumberIn, instantOf, isFiltering, localOf, sameFilter, sinceDays, spanOf, toggleIn, without } from './filter.ts';
import { createRowSource, type RowsClient } from './row-source.ts';
import { atTop, centred, inSight, moved, placed, rowsTop, rowTop, showing, tallness, type Geometry, type Place } from '../../ui/row-window.ts';

describe('scrolling over the rows', () => {
  const short: Geometry = { count: 1000, rowHeight: 28, viewport: 600 };
  const long: Geometry = { count: 3_000_000, rowHeight: 28, viewport: 600 };
  const lastTop = (geometry: Geometry): number => geometry.count * geometry.rowHeight - geometry.viewport;

  it('of a short list is what the browser does by itself', () => {
    expect(tallness(short)).toBe(28_000);
    for (const scrollTop of [0, 10, 5000, 27_400]) expect(rowsTop(moved(short, { scrollTop: 3, base: 0 }, scrollTop))).toBe(scrollTop);
    expect(inSight(short, { scrollTop: 2800, base: 0 }, 0)).toEqual({ first: 100, last: 121 });
  });

  it('of three million rows fits into any browser and reaches the first and the last one', () => {
    expect(tallness(long)).toBeLessThan(17_000_000);
    const end = moved(long, atTop, tallness(long) - long.viewport);
    expect(rowsTop(end)).toBe(lastTop(long));
    expect(inSight(long, end, 0).last).toBe(2_999_999);
    expect(rowsTop(moved(long, end, 0))).toBe(0);
  });

  it('by a drag of the bar goes to the same share of the rows', () => {
    const half = moved(long, atTop, (tallness(long) - long.viewport) / 2);
    expect(Math.abs(rowsTop(half) - lastTop(long) / 2)).toBeLessThan(long.rowHeight);
  });

  it('by the wheel moves the rows by what the finger asked for, anywhere in the list, and draws them where they were', () => {
    for (const start of [0, 20_000, 42_000_000, lastTop(long) - 30_000]) {
      let place: Place = placed(long, start);
      expect(Math.abs(rowsTop(place) - start)).toBeLessThan(1);
      const row = inSight(long, place, 0).first + 3;
      const drawn = rowTop(long, place, row);
      for (let step = 0; step < 20; step++) {
        const before = rowsTop(place);
        place = moved(long, place, place.scrollTop + 100);
        expect(rowsTop(place) - before).toBeCloseTo(100, 5);
      }
      expect(rowTop(long, place, row)).toBe(drawn);
    }
  });

  it('settles without moving a row', () => {
    let place = placed(long, 42_000_000);
    for (let step = 0; step < 500; step++) place = moved(long, place, place.scrollTop + 300);
    const settled = placed(long, rowsTop(place));
    expect(rowsTop(settled)).toBeCloseTo(rowsTop(place), 6);
    expect(Math.abs(settled.scrollTop - place.scrollTop)).toBeGreaterThan(1);
  });

  it('brings a row into sight by as little as needed, or to the middle', () => {
    for (const geometry of [short, long]) {
      const index = geometry.count - 200;
      const place = centred(geometry, index);
      expect(inSight(geometry, place, 0).first).toBeLessThan(index);
      expect(inSight(geometry, place, 0).last).toBeGreaterThan(index);
      expect(showing(geometry, place, index + 2)).toBe(place);
      expect(Math.floor((rowsTop(showing(geometry, place, index - 100)) + 0.5) / 28)).toBe(index - 100);
      expect(inSight(geometry, showing(geometry, place, index + 150), 0).last).toBeGreaterThanOrEqual(index + 150);
    }
  });

  it('of nothing shows nothing', () => expect(inSight({ count: 0, rowHeight: 28, viewport: 600 }, atTop, 10).last).toBe(-1));
});

describe('the rows of a filter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A log of `total` entries of which a scan has looked through a third more with each question. */
  function fakeClient(total: number, thirds = 3): { client: RowsClient; asked: { offset: number; upTo: number | undefined; aborted: boolean }[] } {
    const asked: { offset: number; upTo: number | undefined; aborted: boolean }[] = [];
    let looked = 3 - thirds;
    const rows = async ({ offset = 0, limit = 100, upTo }: { offset?: number; limit?: number; upTo?: number }, options?: { signal?: AbortSignal }): Promise<unknown> => {
      const call = { offset, upTo, aborted: false };
      asked.push(call);
      options?.signal?.addEventListener('abort', () => (call.aborted = true));
      await new Promise((resolve) => setTimeout(resolve, 10));
      looked = Math.min(3, looked + 1);
      const known = Math.floor((total * looked) / 3);
      const seqs = Array.from({ length: Math.max(0, Math.min(limit, known - offset)) }, (_, k) => total - 1 - offset - k);
      return { rows: seqs.map((seq): Partial<LogRow> => ({ seq, notes: 0, reviewed: false })), upTo: upTo ?? total - 1, total: known, complete: looked === 3, scannedTo: total - known, sealed: 0 };
    };
    return { client: { rows } as unknown as RowsClient, asked };
  }

  it('come page by page where the eye is, of one and the same moment', async () => {
    const { client, asked } = fakeClient(1_000_000, 1);
    const source = createRowSource(client, {});
    source.resume();
    await vi.advanceTimersByTimeAsync(200);
    expect(source.state.get()).toMatchObject({ upTo: 999_999, total: 1_000_000, complete: true });
    source.want(640_020, 640_050);
    expect(source.row(640_030)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(source.row(640_030)?.seq).toBe(359_969);
    expect(asked.map(({ offset, upTo }) => [offset, upTo])).toEqual([[0, undefined], [640_000, 999_999]]);
    source.pause();
  });

  it('are forgotten when they are far away, so that memory stays flat', async () => {
    const { client } = fakeClient(1_000_000, 1);
    const source = createRowSource(client, {});
    source.resume();
    await vi.advanceTimersByTimeAsync(100);
    for (let first = 0; first < 20_000; first += 100) {
      source.want(first, first + 40);
      await vi.advanceTimersByTimeAsync(200);
    }
    const held = Array.from({ length: 20_100 }, (_, index) => source.row(index)).filter((row) => row !== undefined).length;
    expect(held).toBeLessThanOrEqual(2500);
    expect(source.row(19_920)).toBeDefined();
    source.pause();
  });

  it('that nobody looks at any more are not waited for', async () => {
    const { client, asked } = fakeClient(1_000_000, 1);
    const source = createRowSource(client, {});
    source.resume();
    await vi.advanceTimersByTimeAsync(200);
    source.want(5000, 5050);
    await vi.advanceTimersByTimeAsync(45);
    source.want(900_000, 900_050);
    await vi.advanceTimersByTimeAsync(400);
    expect(asked.filter((call) => call.offset === 900_000)).toHaveLength(1);
    expect(source.row(900_001)).toBeDefined();
    source.pause();
  });

  it('of a scan keep coming until everything has been looked at, and then no more is asked', async () => {
    const { client, asked } = fakeClient(240);
    const source = createRowSource(client, { where: 'payload.x = 1' });
    source.resume();
    const totals: number[] = [];
    source.state.subscribe(() => totals.push(source.state.get().total));
    await vi.advanceTimersByTimeAsync(2000);
    expect([...new Set(totals)]).toEqual([80, 160, 240]);
    expect(source.state.get().complete).toBe(true);
    source.want(200, 239);
    await vi.advanceTimersByTimeAsync(2000);
    expect(source.row(239)?.seq).toBe(0);
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.length).toBe(before);
    source.pause();
  });

  it('that cannot be fetched say so once, and come when asked again', async () => {
    const { client } = fakeClient(50, 1);
    let broken = true;
    const source = createRowSource({ rows: (async (...args: Parameters<RowsClient['rows']>) => (broken ? Promise.reject(new Error('gone')) : client.rows(...args))) as RowsClient['rows'] }, {});
    source.resume();
    await vi.advanceTimersByTimeAsync(1000);
    expect(source.state.get().error).toEqual(new Error('gone'));
    broken = false;
    source.retry();
    await vi.advanceTimersByTimeAsync(200);
    expect(source.state.get()).toMatchObject({ error: undefined, total: 50 });
    source.patch([49], (row) => ({ ...row, notes: 2 }));
    expect([source.row(0)?.notes, source.row(1)?.notes]).toEqual([2, 0]);
    source.pause();
  });
});

describe('the brush', () => {
  const buckets = Array.from({ length: 10 }, (_, day) => ({ from: `2026-11-${String(day + 1).padStart(2, '0')}T00:00:00.000Z` }));
  const end = '2026-11-11T00:00:00.000Z';

  it('takes whole buckets, from either side, up to the end', () => {
    expect(timesOf({ from: 7, to: 3 }, buckets, end)).toEqual({ since: buckets[3]?.from, until: buckets[8]?.from });
    expect(timesOf({ from: 9, to: 9 }, buckets, end)).toEqual({ since: buckets[9]?.from, until: end });
    expect([bucketAt(-1, 10), bucketAt(0.55, 10), bucketAt(1, 10)]).toEqual([0, 5, 9]);
  });

  it('is drawn over the time that is chosen, cut at the edges', () => {
    expect(sharesOf('2026-11-06T00:00:00.000Z', undefined, buckets[0]?.from ?? '', end)).toEqual({ left: 0.5, width: 0.5 });
    expect(sharesOf('2026-10-01T00:00:00.000Z', '2026-11-03T00:00:00.000Z', buckets[0]?.from ?? '', end)?.left).toBe(0);
    expect(sharesOf('2027-01-01T00:00:00.000Z', undefined, buckets[0]?.from ?? '', end)).toBeUndefined();
    expect(sharesOf(undefined, undefined, buckets[0]?.from ?? '', end)).toBeUndefined();
  });

  it('works with keys: arrows move, Shift widens, both ends are one key away', () => {
    expect(keyed('ArrowLeft', false, 9, undefined, 10)).toEqual({ cursor: 8, stretch: { from: 8, to: 8 } });
    expect(keyed('ArrowLeft', true, 8, { from: 8, to: 8 }, 10)).toEqual({ cursor: 7, stretch: { from: 8, to: 7 } });
    expect(keyed('Home', true, 7, { from: 8, to: 7 }, 10)).toEqual({ cursor: 0, stretch: { from: 8, to: 0 } });
    expect(keyed('ArrowLeft', false, 0, undefined, 10)?.cursor).toBe(0);
    expect(keyed('a', false, 0, undefined, 10)).toBeUndefined();
  });
});

describe('the filter', () => {
  it('takes a value in and out, and is empty when nothing is left', () => {
    const one = toggleIn({}, 'actor', 'ada');
    const two = toggleIn(one, 'actor', 'grace');
    expect(chosenIn(two, 'actor')).toEqual(['ada', 'grace']);
    expect(toggleIn(toggleIn(two, 'actor', 'ada'), 'actor', 'grace')).toEqual({});
    expect(isFiltering({ text: '', category: [] })).toBe(false);
    expect(without({ since: 'x', until: 'y', text: 'z' }, 'since', 'until')).toEqual({ text: 'z' });
    expect(sameFilter({ text: 'a', level: ['warn'] }, { level: ['warn'], text: 'a', until: undefined })).toBe(true);
  });

  it('knows today and a week by the reader\'s own midnight, and dates in and out of a field', () => {
    const now = new Date(2026, 10, 21, 15, 30);
    expect(new Date(sinceDays(7, now)).getHours()).toBe(0);
    expect(spanOf({ since: sinceDays(7, now) }, now)).toBe('week');
    expect(spanOf({ since: sinceDays(7, now), until: now.toISOString() }, now)).toBeUndefined();
    expect(localOf(instantOf('2026-11-20T10:05'))).toBe('2026-11-20T10:05');
    expect([instantOf(''), instantOf('nonsense'), localOf(undefined)]).toEqual([undefined, undefined, '']);
  });

  it('understands a number as people write it, and a link', () => {
    expect(['1203990', '#1203990', '1,203,990', '1.203.990', ' 1 203 990 ', 'http://127.0.0.1:7340/#/log/1203990', '#/log/1203990'].map(entryNumberIn)).toEqual(new Array(7).fill(1_203_990));
    expect(['', 'hello', '12a', 'http://x/#/snapshots/12', '9'.repeat(20)].map(entryNumberIn)).toEqual(new Array(5).fill(undefined));
  });

  it('writes a condition that finds exactly the value it was made from', () => {
    const payload = { loss: 0.25, 'a b': [{ 'q"\\': 'say "hi"' }], ok: null, 'ação-1': true };
    for (const [path, value] of [[['loss'], 0.25], [['a b', 0, 'q"\\'], 'say "hi"'], [['ok'], null], [['ação-1'], true]] as const) {
      const condition = conditionFor(path, value);
      expect([condition, createTest(parseWhere(condition))(payload)]).toEqual([condition, true]);
      expect(createTest(parseWhere(condition))({})).toBe(false);
    }
  });
});
