// Which snapshots pass the filters. Pure.
import type { Snapshot } from '../../../contract/snapshots.ts';

export interface SnapshotFilter {
  planId: string | null;
  repositoryId: string | null;
  text: string;
  /** `2026-11-20`: up to the end of that day, on this computer's clock. */
  until: string;
}

export const anySnapshot: SnapshotFilter = { planId: null, repositoryId: null, text: '', until: '' };

export function isFiltering(filter: SnapshotFilter): boolean {
  return filter.planId !== null || filter.repositoryId !== null || filter.text.trim() !== '' || filter.until !== '';
}

export function passes(snapshot: Snapshot, filter: SnapshotFilter): boolean {
  if (filter.planId !== null && snapshot.planId !== filter.planId) return false;
  if (filter.repositoryId !== null && snapshot.repositoryId !== filter.repositoryId) return false;
  if (filter.until !== '' && new Date(snapshot.at) > new Date(`${filter.until}T23:59:59.999`)) return false;
  const text = filter.text.trim().toLowerCase();
  if (text === '') return true;
  const tags = snapshot.tags.filter((tag) => !tag.startsWith('varve-'));
  return [...tags, ...snapshot.paths, snapshot.hostname, snapshot.planName ?? '', snapshot.removedPlan?.title ?? '', snapshot.note ?? ''].some((value) => value.toLowerCase().includes(text)) || snapshot.id.startsWith(text);
}
