// What the filters ask that the list of snapshots does not tell: metrics, and which snapshots hold a file.
import { keepPreviousData, useQueries, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { MetricTable } from '../../../contract/metrics.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';
import { useTaskAnswer, type TaskAnswer } from '../../api/task-answer.ts';
import { metricsTable, type MetricsTable } from './metrics.ts';

/** Of a plan, the newest ones. */
const mostSnapshots = 2_000;

/** Those of the plans' snapshots; undefined until all are read. `plans`: ids. */
export function useMetrics(plans: readonly string[]): { table: MetricsTable | undefined; reading: boolean; error: unknown } {
  const client = useClient();
  return useQueries({
    queries: plans.map((plan) => ({ queryKey: ['snapshots', 'metrics', plan], queryFn: ({ signal }: { signal: AbortSignal }) => client.metrics.list({ plan, limit: mostSnapshots }, { signal }), placeholderData: keepPreviousData })),
    combine: joined
  });
}

function joined(answers: readonly UseQueryResult<MetricTable>[]): ReturnType<typeof useMetrics> {
  const told = answers.flatMap(({ data }) => data?.snapshots ?? []);
  return { table: answers.some(({ data }) => data === undefined) ? undefined : metricsTable(told), reading: answers.some(({ isPending }) => isPending), error: answers.find(({ isError }) => isError)?.error ?? undefined };
}

export interface Holders {
  asked: TaskAnswer<'find'>;
  /** By lineage, so that other tags change nothing. undefined: not known yet, or nothing is asked. */
  lineages: ReadonlySet<string> | undefined;
}

/** Which of the snapshots hold a file of that name, or with that part of a name. */
export function useHolders(file: string, snapshots: readonly Snapshot[] | undefined): Holders {
  const asked = useTaskAnswer('find', ['holders', file], file === '' ? undefined : (client) => client.names.find({ pattern: file, ignoreCase: true, type: 'file', limit: 1, holders: true }));
  const holders = file === '' ? undefined : asked.result?.names.holders;
  const lineages = useMemo(() => {
    if (!holders) return undefined;
    const ids = new Set(holders);
    return new Set((snapshots ?? []).filter(({ id, lineage }) => ids.has(id) || ids.has(lineage)).map(({ lineage }) => lineage));
  }, [holders, snapshots]);
  return { asked, lineages };
}
