// The snapshots of a preview of forgetting in one list, newest first. Pure.
import type { KeepReason, RetentionGroup } from '../../contract/keeping.ts';
import type { Snapshot } from '../../contract/snapshots.ts';

export interface KeepRow {
  snapshot: Snapshot;
  /** Why it stays; null: it goes. */
  reasons: readonly KeepReason[] | null;
}

export function keepRows(groups: readonly RetentionGroup[]): KeepRow[] {
  const rows = groups.flatMap(({ keep, remove }): KeepRow[] => [...keep, ...remove.map((snapshot) => ({ snapshot, reasons: null }))]);
  return rows.sort((a, b) => (a.snapshot.at === b.snapshot.at ? (a.snapshot.id < b.snapshot.id ? 1 : -1) : a.snapshot.at < b.snapshot.at ? 1 : -1));
}
