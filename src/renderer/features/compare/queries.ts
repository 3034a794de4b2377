// A comparison on screen: started once for its two sides, then read page by page as rows come into view.
import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Change, ChangeKind, ChangeSort, Comparison } from '../../../contract/compare.ts';
import type { VarveClient } from '../../../contract/index.ts';
import { useEngine } from '../../api/engine.tsx';
import { useClient } from '../../api/queries.ts';

export const pageSize = 200;

/** `folder`: that folder as a list of its own. Else one list of all that fits. */
export interface View {
  folder: string;
  kinds: readonly ChangeKind[];
  suspect: boolean;
  search: string;
  sort: ChangeSort;
}

export const wholeView: View = { folder: '/', kinds: [], suspect: false, search: '', sort: 'path' };

export function isFlat({ kinds, suspect, search }: View): boolean {
  return kinds.length > 0 || suspect || search !== '';
}

/** `to: null`: the folders as they are now; with `trial`, that trial's copy. The task can be cancelled in the status strip, which ends this with CANCELLED. */
export function useComparison(from: string | undefined, to: string | null | undefined, trial: string | undefined, run: number): UseQueryResult<Comparison> {
  const { line, board } = useEngine();
  return useQuery({
    queryKey: ['compare', from, to, trial, run],
    enabled: from !== undefined && to !== undefined,
    queryFn: async () => {
      const { taskId } = await line.client.compare.start({ from: from ?? '', to: to ?? null, ...(trial !== undefined && { trial }) });
      const task = await board.follow(taskId);
      if (task.result?.kind === 'compare') return task.result.comparison;
      throw task.error ?? new Error('the comparison ended without a result');
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false
  });
}

/** The first folder where there is a choice: from the top down through folders that hold nothing but one other. */
export function useStartFolder(comparison: string | undefined): string {
  const client = useClient();
  const start = useQuery({
    queryKey: ['compare', 'start', comparison],
    enabled: comparison !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      for (let path = '/'; ; ) {
        const { changes, total } = await client.compare.folder({ comparison: comparison ?? '', path, limit: 1 }, { signal });
        const [only] = changes;
        if (total !== 1 || only?.kind !== null) return path;
        path = only.path;
      }
    }
  });
  return start.data ?? '/';
}

function readPage(client: VarveClient, comparison: string, view: View, index: number, signal: AbortSignal): Promise<{ changes: Change[]; total: number }> {
  const page = { comparison, sort: view.sort, descending: view.sort !== 'path', offset: index * pageSize, limit: pageSize };
  if (!isFlat(view)) return client.compare.folder({ ...page, path: view.folder }, { signal });
  return client.compare.list({ ...page, ...(view.kinds.length > 0 && { kinds: [...view.kinds] }), ...(view.suspect && { suspect: true }), ...(view.search !== '' && { search: view.search }), below: view.folder }, { signal });
}

export interface Rows {
  total: number | undefined;
  rowAt(index: number): Change | undefined;
  error: unknown;
}

/** The pages that hold the rows from `first` to `last`, and the first one, which also tells how many there are. */
export function useRows(comparison: string, view: View, first: number, last: number): Rows {
  const client = useClient();
  const pages = [...new Set([0, Math.floor(first / pageSize), Math.floor(last / pageSize)])];
  const results = useQueries({
    queries: pages.map((index) => ({ queryKey: ['compare', 'page', comparison, view, index], queryFn: ({ signal }: { signal: AbortSignal }) => readPage(client, comparison, view, index, signal), staleTime: Number.POSITIVE_INFINITY }))
  });
  return {
    total: results[0]?.data?.total,
    rowAt: (index) => results[pages.indexOf(Math.floor(index / pageSize))]?.data?.changes[index % pageSize],
    error: results.find(({ isError }) => isError)?.error
  };
}
