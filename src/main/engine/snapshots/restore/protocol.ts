// What the engine and the thread of a restore say to each other, and what that thread and its data threads do. Structured clones.
import type { TaskProgress } from '../../../../contract/events.ts';
import type { Conflict, RestorePreview, RestoreReport } from '../../../../contract/snapshots.ts';
import type { IndexPack, LockIdentity, MasterKey } from '../../repository/index.ts';
import type { Failure } from './failures.ts';
import type { Target } from './write-file.ts';

export interface RestoreRequest {
  /** Of the restore, 32 hexadecimal digits; its temporary files bear it. */
  mark: string;
  /** Marks of restores that have ended before their end: their temporary files are removed where they are met. */
  leftBehind: readonly string[];
  repositoryPath: string;
  masterKey: MasterKey;
  /** File of the home's cache for the loaded index. */
  indexCache: string;
  treeId: string;
  /** Paths inside the snapshot; empty means everything. */
  include: readonly string[];
  exclude: readonly string[];
  /** Absolute; links in it are already resolved as far as it exists. */
  target: string;
  conflict: Conflict;
  owners: boolean;
  /** For the names of files put beside others: `2026-11-21`. */
  day: string;
  /** Folders nothing is written into (homes, repositories): their paths, as named and with links resolved. */
  forbidden: readonly string[];
  /** The same folders as `device:inode`, for those that are reached by another name. */
  forbiddenIds: readonly string[];
  identity: LockIdentity;
  preview: boolean;
}

export type PreviewFacts = Omit<RestorePreview, 'snapshot'>;
export type ReportFacts = Omit<RestoreReport, 'id' | 'snapshotId' | 'snapshotShortId' | 'target'>;

export type RestoreMessage =
  | { kind: 'progress'; update: Partial<TaskProgress> }
  | { kind: 'lock'; written: boolean; lockId: string }
  | { kind: 'preview'; facts: PreviewFacts }
  | { kind: 'report'; facts: ReportFacts };

/** What a data thread of a restore is started with. */
export interface DataThreadInput {
  repositoryPath: string;
  masterKey: MasterKey;
  target: string;
  owners: boolean;
  zeroChunk: string;
  /** Of its temporary files, different in each thread. */
  mark: string;
  /** One Int32; not 0 when everything is to stop. */
  stop: SharedArrayBuffer;
}

/** `packs`: where the job's chunks lie, for a thread that has no index of its own. */
export type DataJob = { packs?: readonly IndexPack[] } & (
  | { kind: 'files'; files: readonly Target[] }
  /** Chunks of a large file, to be written from `from` on and read back. Threads share their process's descriptors; whoever opened it closes it when all its jobs are back. */
  | { kind: 'piece'; fd: number; from: number; content: readonly string[] }
);

export type JobOutcome = { sizeBytes: number } | Failure;

export interface DataResult {
  /** One for each file, or one for the piece; fewer only when the target is full. */
  outcomes: readonly JobOutcome[];
  verifyMs: number;
  /** Of a thread that counts for itself. */
  degraded?: readonly { what: string; count: number }[];
}

export type ToData = { kind: 'job'; job: number; work: DataJob };
/** `undefined`: stopped. */
export type FromData = { kind: 'result'; job: number; result: DataResult | undefined };
