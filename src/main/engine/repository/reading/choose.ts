// Which packs a check reads back, when it does not read all: those whose last reading lies longest ago, never first. A share by percent, or a rolling
// share: run after run, so that every byte is read back within so many days. Pure.

export type ReadWish =
  | { kind: 'none' }
  | { kind: 'all' }
  /** So many percent of the bytes, at least one pack. */
  | { kind: 'percent'; percent: number }
  /** What is due so that everything is read within `days`. `sinceMs`: the last such check (milliseconds since 1970); null: this is the first. */
  | { kind: 'rolling'; days: number; sinceMs: number | null };

export interface StoredPack {
  id: string;
  bytes: number;
}

const dayMs = 86_400_000;

/** In the order they are to be read. `readAt`: milliseconds since 1970 of the last good reading, by pack. */
export function choosePacks(packs: readonly StoredPack[], wish: ReadWish, { readAt, nowMs }: { readAt: ReadonlyMap<string, number>; nowMs: number }): StoredPack[] {
  if (wish.kind === 'none') return [];
  if (wish.kind === 'all') return [...packs];
  const last = ({ id }: StoredPack): number => readAt.get(id) ?? -Infinity;
  // Ids are hashes: among those never read any order is a random one.
  const oldestFirst = [...packs].sort((a, b) => last(a) - last(b) || (a.id < b.id ? -1 : 1));
  const total = packs.reduce((sum, { bytes }) => sum + bytes, 0);
  // A clock that was set back counts as no time at all.
  const elapsedMs = wish.kind === 'percent' || wish.sinceMs === null ? dayMs : Math.max(0, nowMs - wish.sinceMs);
  const share = wish.kind === 'percent' ? wish.percent / 100 : elapsedMs / (wish.days * dayMs);
  const quota = Math.min(1, share) * total;
  // What would be older than promised by the time of the next check, if that comes as long after this one as this one after the last.
  const overdueBefore = wish.kind === 'rolling' ? nowMs - wish.days * dayMs + elapsedMs : -Infinity;
  const chosen: StoredPack[] = [];
  let bytes = 0;
  for (const pack of oldestFirst) {
    const isOverdue = readAt.has(pack.id) && last(pack) < overdueBefore;
    if (bytes >= quota && !isOverdue) {
      // Those never read stand first; an overdue one may stand behind them.
      if (readAt.has(pack.id)) break;
      continue;
    }
    chosen.push(pack);
    bytes += pack.bytes;
  }
  return chosen.length === 0 ? oldestFirst.slice(0, 1) : chosen;
}
