// What travels between a browse session and its thread. Plain data.
import type { WireError } from '../../../contract/errors.ts';
import type { FolderAsk, FolderPage } from './folder-page.ts';
import type { MasterKey } from './format/seal.ts';
import type { TreeNode } from './format/tree.ts';
import type { LockNote, LockNoted } from './lock-notes.ts';
import type { LoadedSnapshots } from './repository.ts';

export interface SessionInput {
  path: string;
  masterKey: MasterKey;
  indexCache: string;
}

export type SessionCall =
  | { what: 'snapshots' }
  | { what: 'tree'; treeId: string }
  | ({ what: 'folder'; treeId: string } & FolderAsk)
  | { what: 'resolve'; treeId: string; names: string[] }
  | { what: 'read'; content: string[]; offset: number; length: number };

export interface ResolvedPath {
  /** The entry itself; undefined for the top of the snapshot. */
  node: TreeNode | undefined;
  /** Id of the folder's tree, when it is one. */
  subtree: string | undefined;
}

export interface FileRange {
  bytes: Uint8Array;
  /** True when the file ends with these bytes. */
  end: boolean;
}

export interface SessionResults {
  snapshots: LoadedSnapshots;
  tree: TreeNode[];
  folder: FolderPage;
  resolve: ResolvedPath;
  read: FileRange;
}

export type SessionRequest = { kind: 'call'; call: number; ask: SessionCall } | { kind: 'cancel'; call: number } | LockNoted;

export type SessionMessage =
  | { kind: 'open' }
  | LockNote
  | { kind: 'answer'; call: number; value: SessionResults[SessionCall['what']] }
  | { kind: 'failed'; call: number; error: WireError };
