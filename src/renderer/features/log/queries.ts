// The log's questions to the engine: the rows of a filter, the histogram, what there is to choose from, one entry with what stands on it.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { LogFilter } from '../../../contract/log.ts';
import type { LogFacets, LogHistogram } from '../../../contract/review.ts';
import { useCell } from '../../api/cell.ts';
import { useEngine } from '../../api/engine.tsx';
import { useClient } from '../../api/queries.ts';
import { without, type Facet } from './filter.ts';
import { createRowSource, type RowSource, type RowsState } from './row-source.ts';

/** The rows of the filter as of the moment they were first asked for; `epoch` asks for a new moment. */
export function useRows(filter: LogFilter, epoch: number): { source: RowSource; state: RowsState } {
  const client = useClient();
  // Each moment of each filter has rows of its own.
  const source = useMemo(() => ({ of: epoch, rows: createRowSource(client.review, filter) }), [client, filter, epoch]).rows;
  useEffect(() => {
    source.resume();
    return () => source.pause();
  }, [source]);
  return { source, state: useCell(source.state) };
}

const midnight = (): string => {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
};

export function useHistogram(filter: LogFilter, upTo: number | null | undefined, buckets: number) {
  const client = useClient();
  // What is chosen on it does not change it.
  const rest = without(filter, 'since', 'until');
  return useQuery<LogHistogram>({
    queryKey: ['log', 'histogram', rest, upTo, buckets],
    queryFn: ({ signal }) => client.review.histogram({ filter: rest, buckets, alignTo: midnight(), ...(typeof upTo === 'number' ? { upTo } : {}) }, { signal }),
    enabled: upTo !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData
  });
}

/** Asked only while somebody chooses. */
export function useFacets(filter: LogFilter, upTo: number | null | undefined, open: boolean, search?: { facet: Facet; part: string }) {
  const client = useClient();
  return useQuery<LogFacets>({
    queryKey: ['log', 'facets', filter, upTo, search],
    queryFn: ({ signal }) => client.review.facets({ filter, ...(typeof upTo === 'number' ? { upTo } : {}), ...(search && { search }) }, { signal }),
    enabled: open && upTo !== undefined,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData
  });
}

export function useEntry(seq: number | undefined) {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'entry', seq], queryFn: ({ signal }) => client.log.show({ seq: seq ?? 0 }, { signal }), enabled: seq !== undefined, staleTime: Infinity });
}

export function useAnnotations(seq: number) {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'annotations', seq], queryFn: ({ signal }) => client.review.annotations({ seq }, { signal }) });
}

export function useInclusion(seq: number | undefined) {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'inclusion', seq], queryFn: ({ signal }) => client.review.inclusion({ seq: seq ?? 0 }, { signal }), enabled: seq !== undefined, staleTime: 30_000 });
}

export function useContext(seq: number, around: number) {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'context', seq, around], queryFn: ({ signal }) => client.review.context({ seq, before: around, after: around }, { signal }), staleTime: 10_000, placeholderData: keepPreviousData });
}

export function useHints(enabled: boolean) {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'hints'], queryFn: ({ signal }) => client.review.hints({}, { signal }), enabled, staleTime: 5 * 60_000 });
}

export function useViews() {
  const client = useClient();
  return useQuery({ queryKey: ['log', 'views'], queryFn: ({ signal }) => client.review.views.list({}, { signal }) });
}

const quietMs = 400;

/** How many entries that pass the filter have come since `upTo`; they wait until the person asks for them. */
export function useNewer(filter: LogFilter, upTo: number | null | undefined): number {
  const client = useClient();
  const entries = useCell(useEngine().logEntries);
  const [count, setCount] = useState(0);
  useEffect(() => setCount(0), [filter, upTo]);
  useEffect(() => {
    if (upTo === undefined || entries === undefined || entries - 1 <= (upTo ?? -1)) return undefined;
    const stop = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const { count: newer } = upTo === null ? await client.review.rows({ filter, limit: 1 }, { signal: stop.signal }).then(({ total }) => ({ count: total })) : await client.review.newer({ filter, above: upTo }, { signal: stop.signal });
        setCount(newer);
      } catch {
        // The line is gone or the filter has changed; the strip says the first, and the second asks anew.
      }
    };
    const timer = setTimeout(() => void ask(), quietMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, filter, upTo, entries]);
  return count;
}

/** Writing on entries; afterwards what is shown of them is asked for again. */
export function useAnnotating(onChanged: (seqs: readonly number[]) => void) {
  const client = useClient();
  const queries = useQueryClient();
  const settle = (seqs: readonly number[]): void => {
    void queries.invalidateQueries({ queryKey: ['log', 'annotations'] });
    void queries.invalidateQueries({ queryKey: ['log', 'context'] });
    onChanged(seqs);
  };
  return {
    note: useMutation({ mutationFn: (input: { seq: number; text: string }) => client.review.note({ seqs: [input.seq], text: input.text }), onSuccess: (_answer, { seq }) => settle([seq]) }),
    removeNote: useMutation({ mutationFn: (input: { seq: number; note: number }) => client.review.removeNote({ note: input.note }), onSuccess: (_answer, { seq }) => settle([seq]) }),
    mark: useMutation({ mutationFn: (input: { seqs: readonly number[]; reviewed: boolean }) => client.review.mark({ seqs: [...input.seqs], reviewed: input.reviewed }), onSuccess: (_answer, { seqs }) => settle(seqs) })
  };
}
