// Where files of snapshots are shown: their history, and their folder in one snapshot.
import type { Snapshot } from '../../contract/snapshots.ts';
import { fromAddress, inAddress } from './address.ts';

/** Whose snapshots a history is about. */
export type HistoryOf = { plan: string } | { repository: string };

/** Of the snapshot's plan; of its repository where no plan is known here. */
export function historyOf({ planId, planName, repositoryId }: Pick<Snapshot, 'planId' | 'planName' | 'repositoryId'>): HistoryOf {
  return planId !== null && planName !== null ? { plan: planId } : { repository: repositoryId };
}

export function historyAddress(of: HistoryOf, path: string): string {
  return `/history/${'plan' in of ? `plan:${of.plan}` : `repository:${of.repository}`}/${inAddress(path.replace(/^\//, ''))}`;
}

/** The other way; undefined for an address that nobody made. */
export function readHistoryAddress(of: string, rest: string): { of: HistoryOf; path: string } | undefined {
  const [, kind, name] = /^(plan|repository):(.+)$/.exec(of) ?? [];
  if (name === undefined || rest === '') return undefined;
  return { of: kind === 'plan' ? { plan: name } : { repository: name }, path: `/${fromAddress(rest)}` };
}

export function folderAddress(snapshotId: string, path: string): string {
  return `/snapshots/${snapshotId}/${inAddress(path.replace(/^\//, ''))}`;
}

export function findAddress(text: string): string {
  return text === '' ? '/find' : `/find/${inAddress(text, { slashes: false })}`;
}

/** Where a folder is put back to how it was. `of`: a snapshot, or a plan for its newest sound one. `path` in the snapshot; all of it when not given. */
export function putBackAddress(of?: string, path?: string): string {
  return of === undefined ? '/restore/back' : `/restore/back/${of}${path === undefined ? '' : `/${inAddress(path.replace(/^\//, ''))}`}`;
}

/** Where a folder of a snapshot is tried on a copy. */
export function tryAddress(snapshotId: string, path?: string): string {
  return `/restore/try/${snapshotId}${path === undefined ? '' : `/${inAddress(path.replace(/^\//, ''))}`}`;
}
