// What the filters ask that the list of snapshots does not tell: metrics from the record, and which snapshots hold a file.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { LogEntry } from '../../../contract/log.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';
import { useTaskAnswer, type TaskAnswer } from '../../api/task-answer.ts';
import { metricsTable, type MetricsTable } from './metrics.ts';

const pageSize = 1_000;
const mostPages = 10;
const none: MetricsTable = new Map();

/** Empty until it is read. */
export function useMetrics(): MetricsTable {
  const client = useClient();
  const table = useQuery({
    queryKey: ['snapshots', 'metrics'],
    queryFn: async ({ signal }) => {
      const entries: LogEntry[] = [];
      for (let page = 0, before: number | undefined; page < mostPages; page += 1) {
        const part = await client.log.list({ filter: { action: ['snapshot.finished'], where: 'payload.metrics exists' }, limit: pageSize, ...(before !== undefined && { before }) }, { signal });
        entries.push(...part.entries);
        if (part.next === null) break;
        before = part.next;
      }
      return metricsTable(entries);
    }
  });
  return table.data ?? none;
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
