// The record over time: all entries of each bucket, and those that pass the filter when the filter's own time is left out, so that what is
// chosen can be seen among what is not. Buckets have a width that people count in.
import type { LogFilter } from '../../../../contract/log.ts';
import type { LogHistogram } from '../../../../contract/review.ts';
import type { Clock } from '../../ports.ts';
import { chunkSize } from './columns.ts';
import { isEverything } from './pages.ts';
import { createPacer, type Pacer } from './pacer.ts';
import type { Search } from './search.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const widths = [1, 10, 100, second, 5 * second, 15 * second, 30 * second, minute, 5 * minute, 15 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day];

/** The smallest width with which `spanMs` fits into `most` buckets, wherever the first one begins. */
export function bucketWidth(spanMs: number, most: number): number {
  const fits = (width: number): boolean => Math.ceil(spanMs / width) + 1 <= most || (most < 3 && width >= spanMs);
  let width = widths.find(fits);
  for (let times = 2; width === undefined; times *= 2) if (fits(28 * day * times)) width = 28 * day * times;
  return width;
}

export interface HistogramInput {
  filter: LogFilter;
  top: number;
  buckets: number;
  alignToMs: number;
  signal?: AbortSignal | undefined;
}

export async function countOverTime({ clock, search }: { clock: Pick<Clock, 'monotonicMs'>; search: Search }, { filter, top, buckets, alignToMs, signal }: HistogramInput): Promise<LogHistogram> {
  const pacer = createPacer(clock, signal);
  const range = top < 0 ? undefined : await wholeRange(search, top, pacer);
  if (range === undefined) return { upTo: top < 0 ? null : top, from: null, to: null, widthMs: 0, buckets: [], matched: 0, sealed: 0 };
  const widthMs = bucketWidth(range.to - range.from + 1, buckets);
  const start = alignToMs + Math.floor((range.from - alignToMs) / widthMs) * widthMs;
  const length = Math.floor((range.to - start) / widthMs) + 1;
  const totals = await countAll(search, top, pacer, { start, widthMs, length });
  const matched = isEverything({ ...filter, since: undefined, until: undefined }) ? totals : await countMatching(search, filter, top, pacer, { start, widthMs, length });
  const at = (index: number): string => new Date(start + index * widthMs).toISOString();
  return {
    upTo: top,
    from: at(0),
    to: at(length),
    widthMs,
    buckets: Array.from({ length }, (_, index) => ({ from: at(index), total: totals[index] ?? 0, matched: matched[index] ?? 0 })),
    matched: matched.reduce((sum, count) => sum + count, 0),
    sealed: search.sealed(filter, top)
  };
}

async function wholeRange(search: Search, top: number, pacer: Pacer): Promise<{ from: number; to: number } | undefined> {
  let from = Infinity;
  let to = -Infinity;
  for (let no = 0; no * chunkSize <= top; no++) {
    const { minAt, maxAt } = search.columns.chunk(no, top);
    from = Math.min(from, minAt);
    to = Math.max(to, maxAt);
    await pacer.breathe();
  }
  return from > to ? undefined : { from, to };
}

interface Grid {
  start: number;
  widthMs: number;
  length: number;
}

async function countAll(search: Search, top: number, pacer: Pacer, { start, widthMs, length }: Grid): Promise<Uint32Array> {
  const counts = new Uint32Array(length);
  for (let no = 0; no * chunkSize <= top; no++) {
    const chunk = search.columns.chunk(no, top);
    const end = Math.min(chunk.length, top + 1 - chunk.from);
    for (let i = 0; i < end; i++) {
      if (chunk.action[i] === 0) continue;
      const bucket = Math.floor(((chunk.at[i] as number) - start) / widthMs);
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    await pacer.breathe();
  }
  return counts;
}

async function countMatching(search: Search, filter: LogFilter, top: number, pacer: Pacer, { start, widthMs, length }: Grid): Promise<Uint32Array> {
  const counts = new Uint32Array(length);
  const sieve = search.sieve(filter, top);
  if (sieve === null) return counts;
  await search.walk(sieve, top, 'anyTime', pacer, (chunk) => {
    for (let k = 0; k < sieve.count; k++) {
      const bucket = Math.floor(((chunk.at[sieve.index[k] as number] as number) - start) / widthMs);
      counts[bucket] = (counts[bucket] as number) + 1;
    }
  });
  return counts;
}
