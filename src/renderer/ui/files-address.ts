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
