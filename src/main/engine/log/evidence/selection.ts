// Which entries go into a bundle, in order, a page at a time: all that a checkpoint covers, or those that match a filter together with the
// entries that explain why a content is gone. Up to a million numbers are kept in memory; a larger selection is searched for twice.
import type { LogFilter } from '../../../../contract/log.ts';
import { VarveError } from '../../kit/errors.ts';
import type { EvidenceSource, SourceEntry } from './source.ts';

export interface Selection {
  complete: boolean;
  entries: number;
  /** How many of them have encrypted contents. */
  protected: number;
  /** Pages of entries in order; may be gone through more than once. */
  pages(): Iterable<SourceEntry[]>;
}

const pageEntries = 200;
const keptNumbers = 1_000_000;

function isEmpty(filter: LogFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}

/** Entries below `size`. `explained`: whether erased contents are shown as such. Throws NOT_FOUND when none match; `turn` is called between pages. */
export async function selectEntries(source: EvidenceSource, { filter, size, explained }: { filter: LogFilter | undefined; size: number; explained: boolean }, turn: () => Promise<void>): Promise<Selection> {
  if (filter === undefined || isEmpty(filter)) return { complete: true, entries: size, protected: source.protectedOf({ below: size }), pages: () => allPages(source, size) };
  const explaining = new Set<number>();
  let matching = 0;
  let twice = 0;
  let sealed = 0;
  let kept: number[][] | undefined = [];
  for (const seqs of matchingSeqs(source, filter, size)) {
    matching += seqs.length;
    sealed += source.protectedOf(seqs);
    if (matching > keptNumbers) kept = undefined;
    kept?.push(seqs);
    if (explained) for (const by of source.explainingOf(seqs)) if (by < size) explaining.add(by);
    // Whoever explains comes later than what it explains: it is known here before, or on the page where, it is met.
    for (const seq of seqs) if (explaining.has(seq)) twice += 1;
    await turn();
  }
  if (matching === 0) throw new VarveError('NOT_FOUND', 'no entry matches', { kind: 'event', name: JSON.stringify(filter) });
  const others = [...explaining].sort((a, b) => a - b);
  return { complete: false, entries: matching + others.length - twice, protected: sealed, pages: () => merged(source, kept ?? matchingSeqs(source, filter, size), others) };
}

function* allPages(source: EvidenceSource, size: number): Generator<SourceEntry[]> {
  for (let from = 0; from < size; from += pageEntries) yield source.range(from, size, pageEntries);
}

function* matchingSeqs(source: EvidenceSource, filter: LogFilter, size: number): Generator<number[]> {
  for (let after = -1; after < size - 1; ) {
    const { seqs, reached } = source.select(filter, after, pageEntries);
    const below = seqs.filter((seq) => seq < size);
    if (below.length > 0) yield below;
    if (below.length < seqs.length || reached <= after) return;
    after = reached;
  }
}

function* merged(source: EvidenceSource, pages: Iterable<number[]>, others: readonly number[]): Generator<SourceEntry[]> {
  let next = 0;
  for (const page of pages) {
    const seqs: number[] = [];
    for (const seq of page) {
      for (; next < others.length && (others[next] as number) < seq; next++) seqs.push(others[next] as number);
      if (others[next] === seq) next += 1;
      seqs.push(seq);
    }
    yield source.entries(seqs);
  }
  for (; next < others.length; next += pageEntries) yield source.entries(others.slice(next, next + pageEntries));
}
