// The history of a file as rows and sentences. Pure.
import type { FileHistory, HistoryStretch, HistoryVersion } from '../../../contract/history.ts';

export interface HistoryRow {
  stretch: HistoryStretch;
  version: HistoryVersion | undefined;
  /** Versions are counted from the oldest, which is 1. */
  number: number | undefined;
  /** An older stretch follows that holds the same version: it went, and came back. */
  cameBack: boolean;
  /** Where it lay, when not where the person asked for; its name alone when it was only renamed. */
  place: string | undefined;
}

/** With the slash at its end. */
function folderOf(label: string): string {
  return label.slice(0, label.lastIndexOf('/') + 1);
}

export function rowsOf({ stretches, versions, versionCount, label }: FileHistory): HistoryRow[] {
  const last = new Map<number, number>();
  for (const [index, { version }] of stretches.entries()) if (version !== null) last.set(version, index);
  return stretches.map((stretch, index) => ({
    stretch,
    version: stretch.version === null ? undefined : versions[stretch.version],
    number: stretch.version === null ? undefined : versionCount - stretch.version,
    cameBack: stretch.version !== null && stretches[index + 1]?.version !== stretch.version && (last.get(stretch.version) ?? index) > index,
    place: stretch.label === label ? undefined : folderOf(stretch.label) === folderOf(label) ? stretch.label.slice(folderOf(label).length) : stretch.label
  }));
}

/** The place of a version in its newest snapshot. */
export function placeOf({ places }: HistoryVersion): { path: string; label: string } {
  return places[0] ?? { path: '/', label: '/' };
}

/** The two that are chosen, older first; a third takes the place of the one that was chosen first. */
export function chooseTwo(chosen: readonly number[], index: number): number[] {
  return chosen.includes(index) ? chosen.filter((each) => each !== index) : [...chosen, index].slice(-2);
}
