// Pages by offset, the place of one entry, and what has come since. A page is answered as soon as it is full; counting on goes a moment longer,
// and whoever asks again goes on from there.
import type { LogFilter } from '../../../../contract/log.ts';
import type { Clock } from '../../ports.ts';
import type { MatchSet } from './match-set.ts';
import { createPacer } from './pacer.ts';
import type { Search } from './search.ts';

/** How long a call looks for a page, and how long it counts on once it has it. */
const patienceMs = 400;
const countingMs = 60;

export interface FoundPage {
  seqs: number[];
  total: number;
  complete: boolean;
  scannedTo: number;
}

export interface Pages {
  page(input: { filter: LogFilter; top: number; offset: number; limit: number; signal?: AbortSignal | undefined }): Promise<FoundPage>;
  newer(input: { filter: LogFilter; above: number; top: number; signal?: AbortSignal | undefined }): Promise<number>;
  /** Number and place of the newest entry that passes and has `seq` or less, or a time of `atMs` or less. */
  locate(input: { filter: LogFilter; top: number; seq?: number | undefined; atMs?: number | undefined; signal?: AbortSignal | undefined }): Promise<{ seq: number | null; offset: number | null; complete: boolean }>;
}

export function isEverything(filter: LogFilter): boolean {
  return Object.values(filter).every((value) => value === undefined || value === '');
}

export function createPages({ clock, search }: { clock: Pick<Clock, 'monotonicMs'>; search: Search }): Pages {
  /** Goes on while `more` says so and time is left. */
  async function advance(set: MatchSet, top: number, more: (elapsedMs: number) => boolean, signal: AbortSignal | undefined): Promise<void> {
    const pacer = createPacer(clock, signal);
    while (set.stepUp(top)) await pacer.breathe();
    while (!set.done && more(pacer.elapsedMs())) {
      set.step();
      await pacer.breathe();
    }
  }

  function everything(top: number, offset: number, limit: number): FoundPage {
    const seqs: number[] = [];
    for (let seq = top - offset; seq >= 0 && seqs.length < limit; seq--) seqs.push(seq);
    return { seqs, total: top + 1, complete: true, scannedTo: 0 };
  }

  /** The newest entry at or before the moment, among `count` entries of which `seqAt` knows the numbers. */
  async function offsetOfMoment(atMs: number, top: number, count: number, seqAt: (offset: number) => number, signal: AbortSignal | undefined): Promise<number | undefined> {
    const pacer = createPacer(clock, signal);
    for (let offset = 0; offset < count; offset++) {
      const seq = seqAt(offset);
      const no = Math.floor(seq / 16_384);
      const chunk = search.columns.chunk(no, top);
      if ((chunk.at[seq - chunk.from] as number) <= atMs && chunk.action[seq - chunk.from] !== 0) return offset;
      if (offset % 4096 === 0) await pacer.breathe();
    }
    return undefined;
  }

  return {
    async page({ filter, top, offset, limit, signal }) {
      if (isEverything(filter)) return everything(top, offset, limit);
      const set = search.matches(filter, top);
      if (set === null) return { seqs: [], total: 0, complete: true, scannedTo: 0 };
      await advance(set, top, (elapsedMs) => elapsedMs < (set.size(top) >= offset + limit ? countingMs : patienceMs), signal);
      const seqs: number[] = [];
      for (let at = offset; seqs.length < limit; at++) {
        const seq = set.at(at, top);
        if (seq === undefined) break;
        seqs.push(seq);
      }
      return { seqs, total: set.size(top), complete: set.done, scannedTo: set.scannedTo };
    },
    async newer({ filter, above, top, signal }) {
      if (top <= above) return 0;
      if (isEverything(filter)) return top - above;
      const set = search.matches(above < 0 ? filter : { ...filter, fromSeq: Math.max(filter.fromSeq ?? 0, above + 1) }, top);
      if (set === null) return 0;
      await advance(set, top, () => true, signal);
      return set.size(top);
    },
    async locate({ filter, top, seq, atMs, signal }) {
      const nowhere = { seq: null, offset: null };
      if (isEverything(filter)) {
        if (seq !== undefined) return seq <= top ? { seq, offset: top - seq, complete: true } : { ...nowhere, complete: true };
        const offset = await offsetOfMoment(atMs ?? Infinity, top, top + 1, (at) => top - at, signal);
        return offset === undefined ? { ...nowhere, complete: true } : { seq: top - offset, offset, complete: true };
      }
      const set = search.matches(filter, top);
      if (set === null) return { ...nowhere, complete: true };
      await advance(set, top, (elapsedMs) => elapsedMs < patienceMs && (seq === undefined || set.scannedTo > seq), signal);
      const complete = set.done || (seq !== undefined && set.scannedTo <= seq);
      if (seq !== undefined) return { seq, offset: set.offsetOf(seq, top) ?? null, complete };
      const offset = await offsetOfMoment(atMs ?? Infinity, top, set.size(top), (at) => set.at(at, top) as number, signal);
      return offset === undefined ? { ...nowhere, complete } : { seq: set.at(offset, top) ?? null, offset, complete };
    }
  };
}
