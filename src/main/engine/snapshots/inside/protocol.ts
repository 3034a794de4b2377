// What travels between the engine and the thread that compares the inside of a file. Plain data.
import type { LockIdentity } from '../../repository/index.ts';
import type { LiveFolders } from '../compare/live-side.ts';
import type { PlaceRequest } from '../opened.ts';
import type { ReadingMessage } from '../run-at-repositories.ts';
import type { InsideFound } from './keep.ts';

/** `names`: of the file, from the top down. */
export interface SnapshotFileRequest extends PlaceRequest {
  treeId: string;
  names: readonly string[];
}

export interface InsideRequest {
  from: SnapshotFileRequest;
  to: SnapshotFileRequest | { live: LiveFolders; names: readonly string[] };
  as: 'text' | 'bytes' | undefined;
  /** The database that is made; nothing may be there. Files made on the way have names that begin with it. */
  databasePath: string;
  identity: LockIdentity;
}

export type InsideMessage = ReadingMessage<InsideFound>;
