// The grain beside a core sample: how many events of the log lie between each layer and the older one.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Snapshot } from '../../contract/snapshots.ts';
import { useClient } from '../api/queries.ts';
import type { Layer } from './strata.ts';

export interface Grain {
  /** By layer, as they are drawn; undefined while it is not known. */
  counts: readonly number[] | undefined;
  failed: boolean;
}

/** Between two snapshots nothing comes to the log any more but what is imported. */
const freshMs = 300_000;

/** `older`: the snapshot below the last layer that is drawn; without one, that layer's count is of all that was before. `null` layers: nothing is counted. */
export function useGrain(layers: readonly Layer[] | null, older: Snapshot | undefined): Grain {
  const client = useClient();
  const times = useMemo(() => timesOf(layers ?? [], older), [layers, older]);
  const { data, isError } = useQuery({ queryKey: ['core-grain', times], queryFn: ({ signal }) => client.review.between({ times }, { signal }), enabled: times.length > 0, staleTime: freshMs });
  const counts = useMemo(() => (data === undefined ? undefined : countsOf(data.counts, layers?.length ?? 0, older !== undefined)), [data, layers, older]);
  return { counts, failed: isError };
}

/** The moments at which each layer begins, oldest first. */
export function timesOf(layers: readonly Layer[], older: Snapshot | undefined): string[] {
  return [...(older === undefined ? [] : [older.at]), ...layers.map(({ snapshot }) => snapshot.at).toReversed()];
}

/** From the parts between moments, oldest first, to layers, newest first. */
export function countsOf(parts: readonly number[], layers: number, hasOlder: boolean): number[] {
  return Array.from({ length: layers }, (_, index) => parts[layers - 1 - index + (hasOlder ? 1 : 0)] ?? 0);
}

/** How far a grain reaches, from 0 to 1: twice as many reach one step further, and one alone can be seen. */
export function reachOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(0.15, Math.log2(1 + count) / Math.log2(1 + most));
}
