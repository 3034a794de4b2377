// The changes of a preview, read page by page as rows come into view.
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import type { RestoreAction, RestoreChange } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';

const pageSize = 200;

export interface ChangesView {
  actions: readonly RestoreAction[];
  search: string;
}

export interface ChangeRows {
  total: number | undefined;
  rowAt(index: number): RestoreChange | undefined;
  error: unknown;
}

/** The pages that hold the rows from `first` to `last`, and the first one, which also tells how many there are. */
export function useChanges(token: string, { actions, search }: ChangesView, first: number, last: number): ChangeRows {
  const client = useClient();
  const pages = [...new Set([0, Math.floor(first / pageSize), Math.floor(last / pageSize)])];
  const results = useQueries({
    queries: pages.map((index) => ({
      queryKey: ['restore-changes', token, actions, search, index],
      queryFn: ({ signal }: { signal: AbortSignal }) => client.restores.changes({ token, actions: [...actions], offset: index * pageSize, limit: pageSize, ...(search !== '' && { search }) }, { signal }),
      staleTime: Number.POSITIVE_INFINITY,
      // Only while another filter is being answered; rows of one page are none of another.
      ...(index === 0 && { placeholderData: keepPreviousData }),
      retry: false
    }))
  });
  return {
    total: results[0]?.data?.total,
    rowAt: (index) => results[pages.indexOf(Math.floor(index / pageSize))]?.data?.changes[index % pageSize],
    error: results.find(({ isError }) => isError)?.error
  };
}
