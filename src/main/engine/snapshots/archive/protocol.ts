// What the coordinator of a snapshot and its data threads say to each other, and what the coordinator tells the engine. Structured clones.
import type { TaskProgress } from '../../../../contract/events.ts';
import type { DatabaseSummary, Gap, LeaveOut, SnapshotSummary, Stream } from '../../../../contract/snapshots.ts';
import type { CarriedFile } from '../carried.ts';
import type { IndexPack, LockIdentity, MasterKey, SnapshotFile } from '../../repository/index.ts';
import type { ChunkSizes } from './chunks.ts';
import type { DatabaseEntry } from './databases/record.ts';

export interface SaveInput {
  repositoryPath: string;
  masterKey: MasterKey;
  /** None: it is no plan's, and everything is read. */
  planId?: string;
  paths: readonly string[];
  /** `paths` are single entries, however many: a folder is kept without what is in it. */
  entries?: true;
  /** What the repository has already is read back before it is relied on, and stored anew where it is damaged. */
  proven?: true;
  /** What the snapshot says it is of; `paths` and the streams when not given. */
  shownPaths?: readonly string[];
  excludes: readonly string[];
  leaveOut: LeaveOut;
  tags: readonly string[];
  /** Start of the snapshot, as it will be recorded. */
  timeNs: bigint;
  offsetMinutes: number;
  username: string;
  hostname: string;
  programVersion: string;
  identity: LockIdentity;
  /** A private folder for consistent copies of SQLite databases; made and removed by the snapshot. Without one, they are read as they lie. */
  databaseFolder?: string;
  /** File of the home's cache for the loaded index. */
  indexCache?: string;
  /** Where it is kept what the last snapshot saw in each folder; a file of the cache. Nothing is remembered without it. */
  memoryPath?: string;
  /** Files that are kept at the top under a name of their own. */
  streams?: readonly Stream[];
  /** Few threads, and those of low priority: other work goes first. */
  gentle?: boolean;
}

export interface SaveOutcome {
  snapshotId: string;
  file: SnapshotFile;
  parentId: string | undefined;
  summary: SnapshotSummary;
  gaps: Gap[];
  gapCount: number;
  degraded: { what: string; count: number }[];
  databases: DatabaseSummary;
}

/** From the coordinator to the engine. */
export type SaveMessage =
  | { kind: 'progress'; update: Partial<TaskProgress> }
  | { kind: 'lock'; written: boolean; lockId: string }
  /** Everything else is read: what is to be carried along in `/.varve/`, as of now? */
  | { kind: 'carry' }
  | { kind: 'done'; outcome: SaveOutcome };

/** From the engine to the coordinator. */
export type SaveRequest = { kind: 'cancel' } | { kind: 'carried'; files: readonly CarriedFile[] };

/** What a data thread is started with. */
export interface DataThreadInput {
  repositoryPath: string;
  masterKey: MasterKey;
  version: 1 | 2;
  polynomial: string;
  chunker: ChunkSizes;
  known: readonly SharedArrayBuffer[];
  databaseFolder?: string;
  gentle?: boolean;
}

export type DataJob =
  /** Small files, read whole. `asIs`: a database among them is a file like any other. */
  | { kind: 'files'; paths: readonly string[]; asIs?: boolean }
  /** A piece of a large file whose cuts the coordinator has found. */
  | { kind: 'range'; path: string; from: number; lengths: readonly number[] }
  /** The blob of a hole: this many zero bytes. */
  | { kind: 'zeros'; length: number }
  /** Files that are on no disk. */
  | { kind: 'bytes'; files: readonly Uint8Array[] };

/** A file as it was read: its chunks and their bytes, or the system's code of what went wrong. */
export type ReadResult = { content: readonly string[]; sizeBytes: number; database?: ReadDatabase } | { errno: string };

/** It is a SQLite database: copied by SQLite, or read as it lies, and why. */
export type ReadDatabase = DatabaseEntry | { reason: string };

export type ToData =
  | { kind: 'job'; job: number; work: DataJob }
  | { kind: 'table'; memory: SharedArrayBuffer }
  /** Permission to store a pack: the lock is held. */
  | { kind: 'may-store'; request: number }
  | { kind: 'finish' };

export type FromData =
  | { kind: 'result'; job: number; results: readonly ReadResult[]; packs: readonly IndexPack[] }
  | { kind: 'ask-store'; request: number }
  | { kind: 'finished'; packs: readonly IndexPack[]; added: { blobs: number; plainBytes: number; storedBytes: number } };
