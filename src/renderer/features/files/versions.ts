// The history of a file as rows and sentences. Pure.
import type { FileHistory, HistoryStretch, HistoryVersion } from '../../../contract/history.ts';

export interface HistoryRow {
  stretch: HistoryStretch;
  version: HistoryVersion | undefined;
  /** Versions are counted from the oldest, which is 1. */
  number: number | undefined;
  /** An older stretch follows that holds the same version: it went, and came back. */
  cameBack: boolean;
  /** It lay somewhere else than the person asked for. */
  elsewhere: boolean;
}

export function rowsOf({ stretches, versions, versionCount, label }: FileHistory): HistoryRow[] {
  const last = new Map<number, number>();
  for (const [index, { version }] of stretches.entries()) if (version !== null) last.set(version, index);
  return stretches.map((stretch, index) => ({
    stretch,
    version: stretch.version === null ? undefined : versions[stretch.version],
    number: stretch.version === null ? undefined : versionCount - stretch.version,
    cameBack: stretch.version !== null && (last.get(stretch.version) ?? index) > index,
    elsewhere: stretch.label !== label
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
