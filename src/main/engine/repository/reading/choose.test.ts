import { describe, expect, it } from 'vitest';
import { choosePacks, type ReadWish, type StoredPack } from './choose.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 21);
const packs = (count: number, bytes = 16): StoredPack[] => Array.from({ length: count }, (_, i) => ({ id: i.toString(16).padStart(4, '0'), bytes }));
const choose = (all: readonly StoredPack[], wish: ReadWish, readAt: ReadonlyMap<string, number> = new Map(), nowMs = now): string[] => choosePacks(all, wish, { readAt, nowMs }).map(({ id }) => id);

describe('a share by percent', () => {
  it('is that much of the bytes, and never nothing', () => {
    expect(choose(packs(200), { kind: 'percent', percent: 10 })).toHaveLength(20);
    expect(choose([{ id: 'a', bytes: 90 }, { id: 'b', bytes: 10 }], { kind: 'percent', percent: 50 })).toEqual(['a']);
    expect(choose(packs(3), { kind: 'percent', percent: 0.1 })).toHaveLength(1);
    expect(choose(packs(7), { kind: 'percent', percent: 100 })).toHaveLength(7);
    expect(choose([], { kind: 'percent', percent: 50 })).toEqual([]);
  });

  it('takes what was never read, then what was read longest ago', () => {
    const readAt = new Map([['0000', now - dayMs], ['0001', now - 3 * dayMs], ['0003', now - 2 * dayMs]]);
    expect(choose(packs(4), { kind: 'percent', percent: 75 }, readAt)).toEqual(['0002', '0001', '0003']);
  });
});

describe('a rolling share', () => {
  /** Checks every `every` days for `span` days while `grow` packs come along each time; the longest that any pack waited for its next reading, in days. */
  function longestWait({ days, every, span, grow }: { days: number; every: number; span: number; grow: number }): { wait: number; most: number } {
    const readAt = new Map<string, number>();
    const there = new Map<string, number>();
    let wait = 0;
    let most = 0;
    let sinceMs: number | null = null;
    for (let at = now; at <= now + span * dayMs; at += every * dayMs) {
      const count = at === now ? 300 : there.size + grow;
      const all = packs(count);
      for (const { id } of all) if (!there.has(id)) there.set(id, at);
      const chosen = choose(all, { kind: 'rolling', days, sinceMs }, readAt, at);
      most = at === now ? 0 : Math.max(most, chosen.length / count);
      for (const id of chosen) readAt.set(id, at);
      for (const [id, since] of there) wait = Math.max(wait, at - (readAt.get(id) ?? since));
      sinceMs = at;
    }
    return { wait: wait / dayMs, most };
  }

  it.each([
    { days: 30, every: 1, span: 120, grow: 0 },
    { days: 30, every: 7, span: 180, grow: 0 },
    { days: 30, every: 1, span: 120, grow: 1 },
    { days: 7, every: 7, span: 70, grow: 3 }
  ])('reads everything within $days days when it runs every $every, with $grow new packs each time', (how) => {
    expect(longestWait(how).wait).toBeLessThanOrEqual(how.days + how.every);
  });

  it('spreads the work: a daily check within 30 days never reads a tenth', () => expect(longestWait({ days: 30, every: 1, span: 120, grow: 0 }).most).toBeLessThan(0.1));

  it('reads everything when it has not run for that long, and something even when the clock was set back', () => {
    expect(choose(packs(50), { kind: 'rolling', days: 30, sinceMs: now - 31 * dayMs })).toHaveLength(50);
    expect(choose(packs(50), { kind: 'rolling', days: 30, sinceMs: now + dayMs })).toHaveLength(1);
  });
});
