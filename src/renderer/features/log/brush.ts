// Choosing a stretch of time on the histogram, by mouse or by keys. Pure: indexes of buckets in, indexes and times out.

export interface Stretch {
  from: number;
  to: number;
}

export interface Bucket {
  from: string;
}

export function ordered({ from, to }: Stretch): Stretch {
  return from <= to ? { from, to } : { from: to, to: from };
}

/** The bucket under a place along the bars, `share` of their width from the left. */
export function bucketAt(share: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor(share * count)));
}

/** First moment of the stretch, and first moment after it. */
export function timesOf(stretch: Stretch, buckets: readonly Bucket[], end: string): { since: string; until: string } | undefined {
  const { from, to } = ordered(stretch);
  const since = buckets[from]?.from;
  return since === undefined ? undefined : { since, until: buckets[to + 1]?.from ?? end };
}

/** The stretch that a time covers, for drawing: shares of the whole width, cut at its edges; undefined when it lies outside. */
export function sharesOf(since: string | undefined, until: string | undefined, from: string, to: string): { left: number; width: number } | undefined {
  if (since === undefined && until === undefined) return undefined;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const span = Math.max(1, end - start);
  const left = Math.max(0, since === undefined ? 0 : (Date.parse(since) - start) / span);
  const right = Math.min(1, until === undefined ? 1 : (Date.parse(until) - start) / span);
  return left >= 1 || right <= 0 || right <= left ? undefined : { left, width: right - left };
}

/**
 * What a key does to the cursor and the stretch that is being chosen: arrows move, with Shift they widen. undefined: not a key of the histogram.
 */
export function keyed(key: string, shift: boolean, cursor: number, stretch: Stretch | undefined, count: number): { cursor: number; stretch: Stretch } | undefined {
  const moves: Record<string, number> = { ArrowLeft: cursor - 1, ArrowDown: cursor - 1, ArrowRight: cursor + 1, ArrowUp: cursor + 1, PageUp: cursor + 10, PageDown: cursor - 10, Home: 0, End: count - 1 };
  const wanted = moves[key];
  if (wanted === undefined || count === 0) return undefined;
  const to = Math.max(0, Math.min(count - 1, wanted));
  return { cursor: to, stretch: { from: shift ? (stretch?.from ?? cursor) : to, to } };
}
