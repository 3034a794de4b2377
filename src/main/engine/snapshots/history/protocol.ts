// What travels between the engine and the thread of a history. Plain data.
import type { StretchState } from '../../../../contract/history.ts';
import type { MetadataPart } from '../../../../contract/compare.ts';
import type { LockIdentity, TreeNode } from '../../repository/index.ts';
import type { PlaceRequest } from '../opened.ts';
import type { ReadingMessage } from '../run-at-repositories.ts';

export interface SnapshotToSearch {
  /** Number of its repository in `places`. */
  place: number;
  treeId: string;
  incomplete: boolean;
  /** Paths it was taken of, as they stand in its tree. */
  paths: readonly string[];
}

export interface HistoryRequest {
  places: readonly PlaceRequest[];
  /** Newest first. */
  snapshots: readonly SnapshotToSearch[];
  /** As in the trees. */
  names: readonly string[];
  renames: boolean;
  identity: LockIdentity;
}

/** Numbers of snapshots are their places in the request. */
export interface VersionFacts {
  type: TreeNode['type'];
  sizeBytes: number;
  modifiedAt: string;
  linkTarget: string | null;
  paths: string[];
  snapshots: number[];
  metadata: MetadataPart[];
}

export interface StretchFacts {
  state: StretchState;
  version: number | null;
  path: string;
  snapshots: number[];
  reason: string | null;
}

export interface HistoryFacts {
  versions: VersionFacts[];
  stretches: StretchFacts[];
  lost: { why: 'several' | 'unreadable'; snapshot: number; paths: string[] }[];
  /** Snapshots that were taken of other folders. */
  elsewhere: number;
}

export type HistoryMessage = ReadingMessage<HistoryFacts>;
