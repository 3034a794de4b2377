// What travels between the engine and the thread of a comparison. Plain data.
import type { Comparison } from '../../../../contract/compare.ts';
import type { LockIdentity } from '../../repository/index.ts';
import type { PlaceRequest } from '../opened.ts';
import type { ReadingMessage } from '../run-at-repositories.ts';
import type { LiveFolders } from './live-side.ts';

/** `path`: the folder of the snapshot that counts as its top. */
export interface SnapshotRequest extends PlaceRequest {
  treeId: string;
  path: string;
}

export interface CompareRequest {
  from: SnapshotRequest;
  to: SnapshotRequest | { live: LiveFolders };
  exact: boolean;
  /** The database that is made; nothing may be there. */
  databasePath: string;
  identity: LockIdentity;
}

export type CompareFacts = Pick<Comparison, 'counts' | 'folders' | 'extensions' | 'gaps' | 'gapCount'>;

/** `place` of a lock: 0 the first repository, 1 the second. */
export type CompareMessage = ReadingMessage<CompareFacts>;
