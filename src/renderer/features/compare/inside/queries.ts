// The inside of a file on screen: looked into once, then read page by page as rows come into view.
import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { VarveClient } from '../../../../contract/index.ts';
import type { Inside, InsideRow } from '../../../../contract/inside.ts';
import { useEngine } from '../../../api/engine.tsx';
import { useClient } from '../../../api/queries.ts';

export const pageSize = 250;

export interface InsideQuestion {
  from: string;
  /** null: the folders as they are now. */
  to: string | null;
  path: string;
  toPath: string;
  /** The file in this trial's copy, in place of the folders as they are now. */
  trial?: string;
}

/** The task can be cancelled in the status strip, which ends this with CANCELLED. */
export function useLookInside(): (question: InsideQuestion, as?: 'bytes') => Promise<Inside> {
  const { line, board } = useEngine();
  return async (question, as) => {
    const { taskId } = await line.client.inside.start({ ...question, ...(as && { as }) });
    const task = await board.follow(taskId);
    if (task.result?.kind === 'inside') return task.result.inside;
    throw task.error ?? new Error('looking inside ended without a result');
  };
}

/** `run`: asks anew, for files that may have changed meanwhile. */
export function useInside(question: InsideQuestion, as: 'bytes' | undefined, run: string): UseQueryResult<Inside> {
  const look = useLookInside();
  return useQuery({ queryKey: ['inside', question, as, run], queryFn: () => look(question, as), staleTime: Number.POSITIVE_INFINITY, retry: false });
}

export interface InsideRows {
  rowAt(index: number): InsideRow | undefined;
  error: unknown;
}

export function useInsideRows(inside: string, first: number, last: number): InsideRows {
  const client = useClient();
  const pages = [...new Set([Math.floor(first / pageSize), Math.floor(last / pageSize)])];
  const results = useQueries({ queries: pages.map((page) => ({ queryKey: ['inside', 'rows', inside, page], queryFn: ({ signal }: { signal: AbortSignal }) => client.inside.rows({ inside, offset: page * pageSize, limit: pageSize }, { signal }), staleTime: Number.POSITIVE_INFINITY })) });
  return { rowAt: (index) => results[pages.indexOf(Math.floor(index / pageSize))]?.data?.rows[index % pageSize], error: results.find(({ isError }) => isError)?.error };
}

/** All rows in order, for a report. */
export async function* allRows(client: VarveClient, { id, rows }: Inside): AsyncIterable<InsideRow> {
  for (let offset = 0; offset < rows; offset += pageSize) yield* (await client.inside.rows({ inside: id, offset, limit: pageSize })).rows;
}

export function usePicture(inside: string, side: 'before' | 'after'): UseQueryResult<Uint8Array<ArrayBuffer>> {
  const client = useClient();
  return useQuery({
    queryKey: ['inside', 'picture', inside, side],
    gcTime: 60_000,
    queryFn: async ({ signal }) => {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      for (let offset = 0; ; ) {
        const { data, end } = await client.inside.picture({ inside, side, offset }, { signal });
        const piece = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        pieces.push(piece);
        offset += piece.length;
        if (end) return new Uint8Array(await new Blob(pieces).arrayBuffer());
      }
    }
  });
}
