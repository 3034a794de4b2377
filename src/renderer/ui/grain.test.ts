import { expect, it } from 'vitest';
import type { Snapshot } from '../../contract/snapshots.ts';
import { countsOf, reachOf, timesOf } from './grain.ts';
import type { Layer } from './strata.ts';

const snapshotAt = (day: number): Snapshot => ({ at: `2026-11-0${day}T00:00:00.000Z` }) as Snapshot;
const layers = [5, 4, 3].map((day) => ({ snapshot: snapshotAt(day) }) as Layer);
/** As the engine counts: before the first moment, between, and from the last on. */
const between = (times: readonly string[], events: readonly string[]): number[] => Array.from({ length: times.length + 1 }, (_, i) => events.filter((at) => (i === 0 || at >= (times[i - 1] as string)) && (i === times.length || at < (times[i] as string))).length);
const events = ['2026-11-01T10', '2026-11-02T10', '2026-11-02T11', '2026-11-03T10', '2026-11-04T10', '2026-11-04T11', '2026-11-04T12', '2026-11-05T10'];

it('counts the events before each layer, down to the older one, or to the beginning', () => {
  expect(countsOf(between(timesOf(layers, snapshotAt(2)), events), 3, true)).toEqual([3, 1, 2]);
  expect(countsOf(between(timesOf(layers, undefined), events), 3, false)).toEqual([3, 1, 3]);
});

it('reaches all the way for the most, further for more, and is seen for one alone', () => {
  expect([reachOf(0, 100), reachOf(100, 100)]).toEqual([0, 1]);
  const reaches = [1, 2, 10, 1000, 100_000].map((count) => reachOf(count, 100_000));
  expect(reaches).toEqual(reaches.toSorted((a, b) => a - b));
  expect(reaches[0]).toBeGreaterThan(0.1);
});
