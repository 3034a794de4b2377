// What travels between the engine and the thread that looks for names. Plain data.
import type { Gap } from '../../../../contract/snapshots.ts';
import type { LockIdentity, TreeNode } from '../../repository/index.ts';
import type { PlaceRequest } from '../opened.ts';
import type { ReadingMessage } from '../run-at-repositories.ts';
import type { FoundPath } from './look.ts';

export interface NamesPlace extends PlaceRequest {
  /** The database of its names; made when it is not there. */
  databasePath: string;
}

export interface FindRequest {
  places: readonly NamesPlace[];
  /** Newest first; `place`: number of its repository. */
  snapshots: readonly { place: number; treeId: string }[];
  pattern: string;
  ignoreCase: boolean;
  type: TreeNode['type'] | undefined;
  limit: number;
  /** Only what comes after this path. */
  after?: string;
  /** Also tell which snapshots hold anything that fits. */
  holders: boolean;
  identity: LockIdentity;
}

export interface FindFacts {
  /** The first ones by path; numbers of snapshots are their places in the request. */
  found: FoundPath[];
  /** Of those after `after`. */
  total: number;
  /** Numbers of snapshots; null where nobody asked, or where it takes more than the names to tell. */
  holders: number[] | null;
  gaps: Gap[];
  gapCount: number;
  foldersRead: number;
}

export type FindMessage = ReadingMessage<FindFacts>;
