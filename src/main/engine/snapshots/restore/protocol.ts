// What the engine and the thread of a restore say to each other, and what that thread and its data threads do. Structured clones.
import type { TaskProgress } from '../../../../contract/events.ts';
import type { Conflict, ConflictChoice, LeaveOut, RestorePreview, RestoreReport } from '../../../../contract/snapshots.ts';
import type { IndexPack, LockIdentity, MasterKey } from '../../repository/index.ts';
import type { Sample } from '../drills/sample.ts';
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
  /** Only a random share of these files: a drill. */
  sample?: Sample;
  /** Absolute; links in it are already resolved as far as it exists. In place: the top of the file system. */
  target: string;
  /** The folders the snapshot was taken of, absolute: everything goes where it came from. Only what is in them, or is them, gets its metadata back. */
  inPlace?: readonly string[];
  conflict: Conflict;
  /** By path in the snapshot. */
  choices: readonly ConflictChoice[];
  /** What the snapshot was taken of, as names, and what the plan leaves out: entries that are neither there nor left out are deleted. */
  deleteExtra?: { roots: readonly (readonly string[])[]; excludes: readonly string[]; leaveOut: LeaveOut };
  owners: boolean;
  modes: boolean;
  /** For the names of files put beside others: `2026-11-21`. */
  day: string;
  /** Folders nothing is written into (homes, repositories): their paths, as named and with links resolved. */
  forbidden: readonly string[];
  /** The same folders as `device:inode`, for those that are reached by another name. */
  forbiddenIds: readonly string[];
  identity: LockIdentity;
  preview: boolean;
  /** Only whether all that is chosen can be read whole. */
  proveOnly?: true;
  /** Where a preview is kept; only counted when not given. */
  previewFile?: string;
  /** Only what the preview of this token showed is carried out. */
  token?: string;
  /** In place: what is needed so that it can be undone. `file`: where it is kept what the restore puts where. */
  safety?: { restore: string; file: string; offsetMinutes: number; programVersion: string };
  /** Other snapshots of the same files, newest first: one of them may have whole what is damaged in this one. */
  others?: readonly { snapshotId: string; treeId: string; at: string }[];
  /** The tree is a safety snapshot's, or none (''), and what is undone is in this file. */
  undo?: string;
}

export interface SafetyMade {
  snapshotId: string;
  treeId: string;
}

export type PreviewFacts = Omit<RestorePreview, 'snapshot' | 'target' | 'passedOver'>;
export type ReportFacts = Omit<RestoreReport, 'id' | 'snapshotId' | 'snapshotShortId' | 'target' | 'passedOver' | 'conflict' | 'choices' | 'deleteExtra' | 'undoes'> & {
  /** Of a drill: the files that its share was taken of. */
  chosenFiles?: number;
};

export type RestoreMessage =
  | { kind: 'progress'; update: Partial<TaskProgress> }
  | { kind: 'lock'; written: boolean; lockId: string }
  /** Everything that makes an undo possible is kept; nothing is touched before the engine answers `begin`. */
  | { kind: 'undoable'; safety: SafetyMade | null }
  | { kind: 'proved'; damaged: number }
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
