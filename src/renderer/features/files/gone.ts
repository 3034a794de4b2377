// Which files that were found are in no newest snapshot any more: those a person looks for who has lost one. Pure.
import type { FoundName } from '../../../contract/names.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';

/** Snapshots that follow on each other: of a plan, or of the same folders of a computer. */
function lineOf({ planId, hostname, paths, repositoryId }: Snapshot): string {
  return planId ?? JSON.stringify([repositoryId, hostname, [...paths].sort()]);
}

/** `snapshots`: newest first. Whoever is in a snapshot that is not listed is not said to be gone. */
export function goneFrom(snapshots: readonly Snapshot[]): (found: Pick<FoundName, 'newest'>) => boolean {
  const newest = new Map<string, string>();
  const lines = new Map<string, string>();
  for (const snapshot of snapshots) {
    const line = lineOf(snapshot);
    lines.set(snapshot.id, line);
    if (!newest.has(line)) newest.set(line, snapshot.id);
  }
  return ({ newest: { id } }) => {
    const line = lines.get(id);
    return line !== undefined && newest.get(line) !== id;
  };
}
