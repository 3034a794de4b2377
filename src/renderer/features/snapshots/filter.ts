// Which snapshots pass the filters. Pure.
import type { Snapshot } from '../../../contract/snapshots.ts';
import { fitsMetric, readMetricQuestion, type MetricsTable } from './metrics.ts';

export interface SnapshotFilter {
  planId: string | null;
  repositoryId: string | null;
  text: string;
  /** `2026-11-20`: from the beginning of that day, on this computer's clock. */
  since: string;
  /** Up to the end of that day. */
  until: string;
  /** As typed: `loss < 0.5`. What cannot be understood lets all pass. */
  metric: string;
  /** Name of a file that a snapshot must hold. */
  file: string;
}

export const anySnapshot: SnapshotFilter = { planId: null, repositoryId: null, text: '', since: '', until: '', metric: '', file: '' };

export function isFiltering(filter: SnapshotFilter): boolean {
  return filter.planId !== null || filter.repositoryId !== null || [filter.text, filter.since, filter.until, filter.metric, filter.file].some((text) => text.trim() !== '');
}

export interface Known {
  /** undefined while they are not read. */
  metrics: MetricsTable | undefined;
  /** Lineages of the snapshots that hold the file; undefined while nobody knows. */
  holders: ReadonlySet<string> | undefined;
}

export function passes(snapshot: Snapshot, filter: SnapshotFilter, { metrics, holders }: Known): boolean {
  if (filter.planId !== null && snapshot.planId !== filter.planId) return false;
  if (filter.repositoryId !== null && snapshot.repositoryId !== filter.repositoryId) return false;
  if (filter.since !== '' && new Date(snapshot.at) < new Date(`${filter.since}T00:00:00`)) return false;
  if (filter.until !== '' && new Date(snapshot.at) > new Date(`${filter.until}T23:59:59.999`)) return false;
  if (holders !== undefined && !holders.has(snapshot.lineage)) return false;
  const question = readMetricQuestion(filter.metric);
  if (question && metrics && !fitsMetric(metrics.get(snapshot.id), question)) return false;
  const text = filter.text.trim().toLowerCase();
  if (text === '') return true;
  const tags = snapshot.tags.filter((tag) => !tag.startsWith('varve-'));
  return [...tags, ...snapshot.paths, snapshot.hostname, snapshot.planName ?? '', snapshot.removedPlan?.title ?? '', snapshot.note ?? ''].some((value) => value.toLowerCase().includes(text)) || snapshot.id.startsWith(text);
}
