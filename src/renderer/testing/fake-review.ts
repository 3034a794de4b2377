// Reading the log over made-up entries, for tests and the dev page.
import type { LogEntry, LogFilter } from '../../contract/log.ts';
import type { LogNote, LogRow, LogView } from '../../contract/review.ts';
import type { VarveClient } from '../../contract/index.ts';
import { createTest, parseWhere } from '../../contract/where.ts';
import type { World } from './fake-data.ts';

type ReviewClient = VarveClient['review'];
type Faked<T> = { [K in keyof T]: T[K] extends (input: infer I, ...rest: never[]) => Promise<infer O> ? (input: I) => Promise<O> : Faked<T[K]> };

function some(wanted: string | string[] | undefined, ...values: (string | null)[]): boolean {
  return wanted === undefined || [wanted].flat().some((one) => values.includes(one));
}

export function createFakeReview(world: World): { api: ReviewClient; filtered(filter: LogFilter): LogEntry[] } {
  const notes = new Map<number, LogNote[]>();
  const reviewed = new Map<number, string>();
  const views = new Map<string, LogView>();

  function passes(entry: LogEntry, filter: LogFilter): boolean {
    if (filter.category && !filter.category.includes(entry.category)) return false;
    if (filter.level && !filter.level.includes(entry.level)) return false;
    if (!some(filter.action, entry.action) || !some(filter.actor, entry.actorName, entry.actor) || !some(filter.subject, entry.subjectName, entry.subject)) return false;
    if (filter.since !== undefined && entry.ts < filter.since) return false;
    if (filter.until !== undefined && entry.ts >= filter.until) return false;
    if (filter.reviewed !== undefined && reviewed.has(entry.seq) !== filter.reviewed) return false;
    if (filter.noted !== undefined && ((notes.get(entry.seq)?.length ?? 0) > 0) !== filter.noted) return false;
    if (filter.where !== undefined && !createTest(parseWhere(filter.where))(entry.payload)) return false;
    return filter.text === undefined || `${entry.action} ${JSON.stringify(entry.payload)}`.toLowerCase().includes(filter.text.toLowerCase());
  }
  const filtered = (filter: LogFilter = {}, upTo = Infinity): LogEntry[] => world.entries.filter((entry) => entry.seq <= upTo && passes(entry, filter));
  const newest = (): number | null => world.entries[0]?.seq ?? null;
  const toRow = (entry: LogEntry): LogRow => ({ seq: entry.seq, entry, damage: null, shortened: false, notes: notes.get(entry.seq)?.length ?? 0, reviewed: reviewed.has(entry.seq) });
  const ranked = <K extends string>(keys: readonly K[]): { key: K; count: number }[] => {
    const counts = new Map<K, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count);
  };
  const now = (): string => new Date().toISOString();

  const api: Faked<ReviewClient> = {
    rows: async ({ filter, upTo, offset = 0, limit = 100 }) => {
      const all = filtered(filter, upTo);
      return { rows: all.slice(offset, offset + limit).map(toRow), upTo: upTo ?? newest(), total: all.length, complete: true, scannedTo: 0, sealed: 0 };
    },
    newer: async ({ filter, above }) => ({ count: filtered(filter).filter((entry) => entry.seq > above).length, upTo: newest() }),
    locate: async ({ filter, upTo, seq, at }) => {
      const all = filtered(filter, upTo);
      const offset = all.findIndex((entry) => (seq === undefined ? entry.ts <= (at ?? '') : entry.seq === seq));
      return { seq: all[offset]?.seq ?? null, offset: offset < 0 ? null : offset, complete: true };
    },
    context: async ({ seq, before = 5, after = 5 }) => ({ rows: world.entries.filter((entry) => entry.seq >= seq - before && entry.seq <= seq + after).toReversed().map(toRow) }),
    facets: async ({ filter = {}, upTo }) => {
      const without = (key: keyof LogFilter): LogEntry[] => filtered({ ...filter, [key]: undefined }, upTo);
      const values = <K extends string>(key: keyof LogFilter, of: (entry: LogEntry) => K) => {
        const list = ranked(without(key).map(of)).map(({ key: value, count }) => ({ value, count }));
        return { values: list, distinct: list.length };
      };
      const named = (key: keyof LogFilter, of: (entry: LogEntry) => string | null) => {
        const list = ranked(without(key).flatMap((entry) => of(entry) ?? [])).map(({ key: name, count }) => ({ id: name, name, count }));
        return { values: list, distinct: list.length };
      };
      const [first, last] = [world.entries.at(-1)?.ts ?? now(), world.entries[0]?.ts ?? now()];
      return { upTo: upTo ?? newest(), total: filtered(filter, upTo).length, sealed: 0, category: values('category', (entry) => entry.category), level: values('level', (entry) => entry.level), action: values('action', (entry) => entry.action), actor: named('actor', (entry) => entry.actorName), subject: named('subject', (entry) => entry.subjectName), session: { values: [{ value: 'c'.repeat(32), count: world.entries.length, from: first, to: last }], distinct: 1 } };
    },
    between: async ({ times }) => {
      const bounds = times.toSorted();
      return { upTo: newest(), counts: [...bounds, undefined].map((to, index) => world.entries.filter(({ ts }) => (index === 0 || ts >= (bounds[index - 1] ?? '')) && (to === undefined || ts < to)).length) };
    },
    histogram: async ({ filter, buckets = 90, upTo }) => {
      const [from, to] = [world.entries.at(-1)?.ts ?? null, world.entries[0]?.ts ?? null];
      if (from === null || to === null) return { upTo: null, from: null, to: null, widthMs: 0, buckets: [], matched: 0, sealed: 0 };
      const start = Date.parse(from);
      const widthMs = Math.ceil((Date.parse(to) - start + 1) / buckets);
      const list = Array.from({ length: buckets }, (_, index) => ({ from: new Date(start + index * widthMs).toISOString(), total: 0, matched: 0 }));
      const count = (entries: readonly LogEntry[], kind: 'total' | 'matched'): void => {
        for (const entry of entries) {
          const bucket = list[Math.floor((Date.parse(entry.ts) - start) / widthMs)];
          if (bucket) bucket[kind] += 1;
        }
      };
      const matched = filtered({ ...filter, since: undefined, until: undefined }, upTo);
      count(world.entries, 'total');
      count(matched, 'matched');
      return { upTo: upTo ?? newest(), from, to: new Date(start + buckets * widthMs).toISOString(), widthMs, buckets: list, matched: matched.length, sealed: 0 };
    },
    hints: async () => {
      const at = now();
      const last = world.entries.find((entry) => entry.action === 'train.epoch') ?? world.entries[0];
      if (!last) return { at, windowMs: 86_400_000, windows: 28, hints: [] };
      return {
        at,
        windowMs: 86_400_000,
        windows: 28,
        hints: [
          { kind: 'silence' as const, about: { kind: 'action' as const, value: 'sensor.heartbeat', name: null }, last: last.seq, at: last.ts, silentMs: 93_600_000, gapMs: 3_600_000, times: 412 },
          { kind: 'rate' as const, direction: 'fewer' as const, about: { kind: 'action' as const, value: last.action, name: null }, count: 12, usual: 340, spread: 21, windows: 28 },
          { kind: 'new' as const, about: { kind: 'actor' as const, value: 'a0011223344556677', name: 'notebook-agent' }, count: 3, first: last.seq, at: last.ts }
        ]
      };
    },
    inclusion: async () => ({ leaf: 'e'.repeat(64), checkpoint: { size: world.entries.length, at: now(), root: 'a'.repeat(64) }, steps: Array.from({ length: 9 }, (_, step) => ({ hash: String(step).repeat(64), side: step % 3 === 0 ? ('left' as const) : ('right' as const), reached: step === 8 ? 'a'.repeat(64) : `${step}f`.repeat(32) })), holds: true }),
    annotations: async ({ seq }) => {
      const at = reviewed.get(seq);
      return { notes: notes.get(seq) ?? [], reviewed: at === undefined ? null : { seq: seq + 1, at, actorName: 'ana' } };
    },
    note: async ({ seqs, text }) => {
      const seq = world.entries.length + notes.size;
      for (const target of seqs) notes.set(target, [...(notes.get(target) ?? []), { seq, at: now(), actorName: 'ana', text, state: 'intact' }]);
      return { seq };
    },
    removeNote: async ({ note }) => {
      for (const [target, list] of notes) notes.set(target, list.filter((each) => each.seq !== note));
      return { seq: note + 1 };
    },
    mark: async ({ seqs, reviewed: yes }) => {
      for (const seq of seqs) if (yes) reviewed.set(seq, now());
      else reviewed.delete(seq);
      return { seq: 0 };
    },
    accessCsv: async () => ({ fileName: 'varve-access.csv', content: 'entry\r\n', entries: 0 }),
    views: {
      list: async () => [...views.values()],
      save: async ({ name, filter }) => {
        const view = { id: name, name, filter: filter as LogFilter, changedAt: now() };
        views.set(name, view);
        return view;
      },
      remove: async ({ name }) => (views.delete(name), { removed: true as const })
    }
  };
  return { api: api as unknown as ReviewClient, filtered };
}
