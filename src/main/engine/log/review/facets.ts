// What there is to choose from in a filter, with counts. Each facet is counted as if nothing were chosen in it, so that the other values of a
// chosen one keep their numbers.
import type { FacetName as FacetShape, LogFacets } from '../../../../contract/review.ts';
import type { LogFilter } from '../../../../contract/log.ts';
import { fold } from '../../../../contract/where.ts';
import type * as z from 'zod';
import type { Clock } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import { categoryOfCode, levelOfCode } from '../model.ts';
import { facetBit, type FacetName } from './masks.ts';
import { createPacer } from './pacer.ts';
import type { Search } from './search.ts';

export interface FacetInput {
  filter: LogFilter;
  top: number;
  most: number;
  /** Only values with this part in their name, in this facet. */
  search?: { facet: z.infer<typeof FacetShape>; part: string } | undefined;
  signal?: AbortSignal | undefined;
}

/** Counts by number; grows with the numbers it meets. */
class Tally {
  counts = new Uint32Array(64);

  add(no: number): void {
    if (no >= this.counts.length) {
      const larger = new Uint32Array(Math.max(no + 1, this.counts.length * 2));
      larger.set(this.counts);
      this.counts = larger;
    }
    this.counts[no] = (this.counts[no] as number) + 1;
  }

  /** Numbers above 0 that occur, the most frequent first. */
  ranked(): { no: number; count: number }[] {
    const found: { no: number; count: number }[] = [];
    for (let no = 1; no < this.counts.length; no++) {
      const count = this.counts[no] as number;
      if (count > 0) found.push({ no, count });
    }
    return found.sort((a, b) => b.count - a.count || a.no - b.no);
  }
}

export async function countFacets({ db, clock, search }: { db: Database; clock: Pick<Clock, 'monotonicMs'>; search: Search }, input: FacetInput): Promise<LogFacets> {
  const { filter, top, most, signal } = input;
  const tallies: Record<FacetName, Tally> = { category: new Tally(), level: new Tally(), action: new Tally(), actor: new Tally(), subject: new Tally(), session: new Tally() };
  const spans = new Map<number, { from: number; to: number }>();
  const { category, level, action, actor, subject, session } = tallies;
  let total = 0;
  const sieve = top < 0 ? null : search.sieve(filter, top);
  if (sieve !== null) {
    await search.walk(sieve, top, 'facets', createPacer(clock, signal), (chunk) => {
      for (let k = 0; k < sieve.count; k++) {
        const i = sieve.index[k] as number;
        const missed = sieve.missed[k] as number;
        if (missed === 0) total += 1;
        if ((missed & ~facetBit.category) === 0) category.add(chunk.category[i] as number);
        if ((missed & ~facetBit.level) === 0) level.add(chunk.level[i] as number);
        if ((missed & ~facetBit.action) === 0) action.add(chunk.action[i] as number);
        if ((missed & ~facetBit.actor) === 0) actor.add(chunk.actor[i] as number);
        if ((missed & ~facetBit.subject) === 0) subject.add(chunk.subject[i] as number);
        if ((missed & ~facetBit.session) === 0) {
          const no = chunk.session[i] as number;
          session.add(no);
          widen(spans, no, chunk.at[i] as number);
        }
      }
    });
  }
  const name = createNaming(db);
  const wanted = (facet: FacetName): ((text: string) => boolean) => {
    const part = input.search?.facet === facet ? fold(input.search.part) : '';
    return (text) => part === '' || fold(text).includes(part);
  };
  const take = <V>(facet: FacetName, make: (no: number, count: number) => V | undefined): { values: V[]; distinct: number } => {
    const ranked = tallies[facet].ranked();
    const values: V[] = [];
    for (const { no, count } of ranked) {
      if (values.length === most) break;
      const value = make(no, count);
      if (value !== undefined) values.push(value);
    }
    return { values, distinct: ranked.length };
  };
  const people = (facet: 'actor' | 'subject') => {
    const fits = wanted(facet);
    return take(facet, (no, count) => {
      const found = name.person(no);
      return found !== undefined && fits(found.name ?? found.id) ? { ...found, count } : undefined;
    });
  };
  const [fitsAction, fitsSession] = [wanted('action'), wanted('session')];
  return {
    upTo: top < 0 ? null : top,
    total,
    sealed: search.sealed(filter, top),
    category: take('category', (no, count) => given(categoryOfCode.get(no), (value) => ({ value, count }))),
    level: take('level', (no, count) => given(levelOfCode.get(no), (value) => ({ value, count }))),
    action: take('action', (no, count) => given(name.action(no), (value) => (fitsAction(value) ? { value, count } : undefined))),
    actor: people('actor'),
    subject: people('subject'),
    session: take('session', (no, count) => {
      const span = spans.get(no);
      const value = name.session(no);
      return span === undefined || value === undefined || !fitsSession(value) ? undefined : { value, count, from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() };
    })
  };
}

function given<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value);
}

function widen(spans: Map<number, { from: number; to: number }>, no: number, at: number): void {
  const span = spans.get(no);
  if (span === undefined) spans.set(no, { from: at, to: at });
  else if (at < span.from) span.from = at;
  else if (at > span.to) span.to = at;
}

export interface Naming {
  action(no: number): string | undefined;
  person(no: number): { id: string; name: string | null } | undefined;
  session(no: number): string | undefined;
}

export function createNaming(db: Database): Naming {
  return {
    action: (no) => db.prepare('SELECT name FROM actions WHERE no = ?').get<{ name: string }>(no)?.name,
    person: (no) => db.prepare('SELECT id, name FROM names WHERE no = ?').get<{ id: string; name: string | null }>(no),
    session: (no) => db.prepare('SELECT name FROM sessions WHERE no = ?').get<{ name: string }>(no)?.name
  };
}
