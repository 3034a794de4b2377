// What the person means by "my work, kept": plans, snapshots, looking into them, bringing files back.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { Tested } from './drills.ts';
import { Count, FilePath, Hex64, Instant, Name, SnapshotName, Tag, Uuid7 } from './ids.ts';
import { RetentionPolicy } from './retention.ts';

const Pattern = z.string().min(1).max(1000);

/** What a plan leaves out beside its `excludes`. */
export const LeaveOut = z.object({
  /** Patterns that do not tell capital letters from small ones. */
  caseless: z.array(Pattern).max(1000),
  /** What git would ignore by the `.gitignore` files in the folders. */
  gitignore: z.boolean(),
  /** The content of folders with a `CACHEDIR.TAG`. */
  caches: z.boolean(),
  /** The content of folders with such a file: `NAME` or `NAME:HEADER`. */
  ifPresent: z.array(z.string().min(1).max(1000)).max(100),
  /** Files of more bytes than this. */
  largerThan: Count.nullable(),
  /** What lies on another file system than the path the plan names. */
  oneFileSystem: z.boolean()
});
export type LeaveOut = z.infer<typeof LeaveOut>;
export const leaveOutNothing: LeaveOut = { caseless: [], gitignore: false, caches: false, ifPresent: [], largerThan: null, oneFileSystem: false };

/** A program that is run around each snapshot. An argument is given to it as it is; no shell reads it. */
export const Hook = z.object({
  argv: z.array(z.string().max(32_768).refine((text) => !text.includes('\0'), 'holds a NUL character')).min(1).max(200).refine(([program]) => program !== '', 'names no program'),
  timeLimitSeconds: z.number().int().min(1).max(86_400),
  /** Variables of Varve's own environment that it may see, beside PATH, HOME and the like. */
  environment: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/)).max(100)
});
export type Hook = z.infer<typeof Hook>;

/** `before`: when it fails, no snapshot is taken. `after`: when all is read, also where the snapshot failed. A JSON object on standard output becomes the snapshot's metrics. */
export const PlanHooks = z.object({ before: Hook.nullable(), after: Hook.nullable(), check: Hook.nullable() });
export type PlanHooks = z.infer<typeof PlanHooks>;
export const noHooks: PlanHooks = { before: null, after: null, check: null };

export const Plan = z.object({
  id: Uuid7,
  name: Name,
  /** What the person calls it, free text; falls back to the name. */
  title: z.string().max(200),
  repositoryId: z.string(),
  repositoryName: z.string(),
  paths: z.array(FilePath).min(1),
  excludes: z.array(z.string().max(1000)),
  leaveOut: LeaveOut,
  hooks: PlanHooks,
  tags: z.array(Tag),
  /** Its snapshots leave the computer to others: one data thread, the lowest priority. */
  gentle: z.boolean(),
  /** When a person quits Varve, a snapshot is taken first. */
  snapshotOnQuit: z.boolean(),
  zone: z.string(),
  createdAt: Instant,
  /** Which snapshots stay when old ones are forgotten; not there: all of them. */
  retention: RetentionPolicy.optional(),
  /** Counts its edits, from 1 on. What each changed is in the log. */
  version: Count,
  lastSnapshot: z.object({ id: Hex64, time: z.string(), incomplete: z.boolean() }).nullable()
});
export type Plan = z.infer<typeof Plan>;

export const LeftOutBy = z.enum(['pattern', 'gitignore', 'cache', 'marker', 'size', 'file-system']);
export type LeftOutBy = z.infer<typeof LeftOutBy>;

/** What a snapshot would keep and leave out, as far as it is counted. */
export const PlanPreview = z.object({
  kept: z.object({ files: Count, bytes: Count }),
  /** By reason, the largest first; `items` are the entries that match, `files` those in and below them. */
  leftOut: z.array(z.object({ by: LeftOutBy, items: Count, files: Count, bytes: Count })),
  /** The first 500 entries that match. */
  items: z.array(z.object({ path: z.string(), by: LeftOutBy, folder: z.boolean(), files: Count, bytes: Count })),
  unreadable: Count,
  done: z.boolean()
});
export type PlanPreview = z.infer<typeof PlanPreview>;

export const SnapshotSummary = z.object({
  filesNew: Count,
  filesChanged: Count,
  filesUnmodified: Count,
  dirsNew: Count,
  dirsChanged: Count,
  dirsUnmodified: Count,
  dataBlobs: Count,
  treeBlobs: Count,
  dataAdded: Count,
  dataAddedPacked: Count,
  totalFiles: Count,
  totalBytes: Count
});
export type SnapshotSummary = z.infer<typeof SnapshotSummary>;

export const Snapshot = z.object({
  id: Hex64,
  /** Stable across edits: `original ?? id`. */
  lineage: Hex64,
  shortId: z.string(),
  repositoryId: z.string(),
  repositoryName: z.string(),
  planId: z.string().nullable(),
  planName: z.string().nullable(),
  /** There when its plan has been removed from this home since: what the plan was called, and when it went. */
  removedPlan: z.object({ title: z.string(), at: Instant }).optional(),
  /** RFC 3339 as recorded, with its own zone. */
  time: z.string(),
  /** The same as a UTC instant, for sorting and showing. */
  at: Instant,
  paths: z.array(z.string()),
  hostname: z.string(),
  username: z.string(),
  tags: z.array(z.string()),
  incomplete: z.boolean(),
  parent: Hex64.nullable(),
  program: z.string(),
  /** What a person wrote about it. */
  note: z.string().optional(),
  /** The last drill of it. */
  tested: Tested.optional(),
  summary: SnapshotSummary.nullable()
});
export type Snapshot = z.infer<typeof Snapshot>;

export const EntryType = z.enum(['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular']);
export const TreeEntry = z.object({
  name: z.string(),
  /** For people: control and deceptive characters as visible escapes. */
  label: z.string(),
  path: z.string(),
  type: EntryType,
  sizeBytes: Count,
  modifiedAt: z.string(),
  mode: z.string(),
  user: z.string(),
  group: z.string(),
  linkTarget: z.string().nullable()
});
export type TreeEntry = z.infer<typeof TreeEntry>;

/** A file that was left out or read only in part, with the reason as a system error code (`EACCES`, `ENOENT`, ...). */
export const Gap = z.object({ path: z.string(), reason: z.string() });
export type Gap = z.infer<typeof Gap>;

/** SQLite databases among the files. */
export const DatabaseSummary = z.object({
  /** Kept as a consistent copy made by SQLite, or unchanged since such a copy. */
  copied: Count,
  /** What lay beside them (-wal, -shm, -journal), which a copy does not need. */
  sideFiles: Count,
  /** Read as they lay there, and why; the first 1,000. */
  raw: z.array(Gap),
  rawCount: Count
});
export type DatabaseSummary = z.infer<typeof DatabaseSummary>;

export const SnapshotResult = z.object({
  snapshot: Snapshot,
  gaps: z.array(Gap),
  /** All of them; `gaps` lists the first 1,000. */
  gapCount: Count,
  /** Things this platform could not record, counted. */
  degraded: z.array(z.object({ what: z.string(), count: Count })),
  databases: DatabaseSummary,
  /** What the plan's hooks said about this snapshot. */
  metrics: z.record(z.string(), z.json()).nullable(),
  /** Hooks that did not do what they should, though the snapshot was taken. */
  hookWarnings: z.array(z.object({ hook: z.enum(['before', 'after']), reason: z.string() })),
  durationMs: Count
});
export type SnapshotResult = z.infer<typeof SnapshotResult>;

export const Conflict = z.enum(['keep', 'replace', 'newer', 'both']);
export type Conflict = z.infer<typeof Conflict>;

export const ConflictChoice = z.object({
  /** As `tree` shows it. */
  path: z.string().min(1).max(32_768),
  conflict: Conflict
});
export type ConflictChoice = z.infer<typeof ConflictChoice>;

export const RestoreInput = z.object({
  snapshot: SnapshotName,
  /** Paths inside the snapshot, as `tree` shows them; empty: everything. A folder means all below it. */
  include: z.array(z.string()).default([]),
  exclude: z.array(z.string()).default([]),
  /** A folder, or null: in place, where the files came from. Then what is touched goes into a safety snapshot first, and the restore can be undone. */
  target: FilePath.nullable(),
  /** For everything that is in the way and has no choice of its own. */
  conflict: Conflict.default('keep'),
  choices: z.array(ConflictChoice).max(100_000).default([]),
  /** Deletes what lies in the restored folders, was not in the snapshot and is nothing that the plan leaves out. */
  deleteExtra: z.boolean().default(false),
  /** Restore owners too; default: only when running as the administrator. */
  owners: z.boolean().optional(),
  /** Without modes, new files get 644 and new folders 755, and what is replaced keeps its own. */
  modes: z.boolean().default(true),
  /** Of a preview: only exactly that is carried out. PREVIEW_OUTDATED when anything would happen otherwise now. */
  token: Hex64.optional()
});
export type RestoreInput = z.input<typeof RestoreInput>;

/** `kept`: what lies there stays. `same`: it is as in the snapshot already. `metadata`: its content is, its time, mode, owner or attributes are not. `both`: goes beside what lies there. */
export const RestoreAction = z.enum(['new', 'replaced', 'kept', 'both', 'same', 'metadata', 'deleted', 'refused']);
export type RestoreAction = z.infer<typeof RestoreAction>;

/** A newer snapshot that `PLAN@last-valid` did not take, and why. */
export const PassedOver = z.object({ snapshotId: Hex64, at: Instant, reason: z.enum(['incomplete', 'damaged']) });
export type PassedOver = z.infer<typeof PassedOver>;

/** One thing that a restore would do, or leave. */
export const RestoreChange = z.object({
  /** As in the snapshot; of what is deleted, below the target. */
  path: z.string(),
  /** For people: control and deceptive characters as visible escapes. */
  label: z.string(),
  action: RestoreAction,
  type: EntryType,
  /** Of what is written, or deleted. */
  bytes: Count,
  /** Of `both`: the name it gets. */
  into: z.string().nullable(),
  /** Something lies at its place that could be kept, replaced or both: a choice can be made. */
  conflict: z.boolean(),
  /** Of `refused`. */
  reason: z.string().nullable()
});
export type RestoreChange = z.infer<typeof RestoreChange>;

export const RestorePreview = z.object({
  snapshot: Snapshot,
  passedOver: z.array(PassedOver),
  /** null: in place. */
  target: FilePath.nullable(),
  /** Names exactly this outcome, for `start`; its changes are read by it. */
  token: Hex64,
  newFiles: Count,
  newBytes: Count,
  identicalFiles: Count,
  keptFiles: Count,
  replacedFiles: Count,
  besideFiles: Count,
  /** Files and folders whose content is right and whose metadata changes. */
  metadataChanges: Count,
  deletedEntries: Count,
  deletedBytes: Count,
  /** Extra entries that stay because the plan leaves them out, or because they hold a repository, a home or another file system. */
  sparedEntries: Count,
  folders: Count,
  links: Count,
  special: Count,
  refused: z.array(Gap),
  /** The first 500 files in the way, with what will happen to each. */
  conflicts: z.array(z.object({ path: z.string(), action: z.enum(['keep', 'replace', 'both', 'identical', 'metadata']) })),
  freeBytes: Count,
  enoughSpace: z.boolean()
});
export type RestorePreview = z.infer<typeof RestorePreview>;

export const RestoreReport = z.object({
  id: z.string(),
  snapshotId: Hex64,
  snapshotShortId: z.string(),
  passedOver: z.array(PassedOver),
  /** null: in place. */
  target: FilePath.nullable(),
  files: Count,
  /** Files read back after writing and found equal to the snapshot. */
  identical: Count,
  folders: Count,
  links: Count,
  bytes: Count,
  kept: Count,
  replaced: Count,
  beside: Count,
  metadata: Count,
  deleted: Count,
  /** What it did with files in the way. */
  conflict: Conflict,
  choices: Count,
  deleteExtra: z.boolean(),
  /** In place: what was touched, as it was before; null where nothing was that had been there. */
  safetySnapshotId: Hex64.nullable(),
  /** The restore that this one undid. */
  undoes: z.string().nullable(),
  skipped: z.array(Gap),
  skippedCount: Count,
  /** Metadata that could not be set (owner without rights, attributes the file system refuses), counted by kind. */
  degraded: z.array(z.object({ what: z.string(), count: Count })),
  writeMs: Count,
  verifyMs: Count
});
export type RestoreReport = z.infer<typeof RestoreReport>;

/** A restore in place that can be undone, also one that was cut off in its middle. */
export const UndoableRestore = z.object({
  id: Uuid7,
  at: Instant,
  snapshotId: Hex64,
  planName: z.string().nullable(),
  repositoryName: z.string(),
  safetySnapshotId: Hex64.nullable(),
  /** It came to its end. */
  finished: z.boolean(),
  /** When it was undone. */
  undoneAt: Instant.nullable()
});
export type UndoableRestore = z.infer<typeof UndoableRestore>;

export const plans = {
  list: procedure.route({ method: 'GET', path: '/plans' }).input(z.object({})).output(z.array(Plan)),
  add: procedure
    .route({ method: 'POST', path: '/plans' })
    .input(
      z.object({
        name: Name,
        title: z.string().max(200).optional(),
        repository: z.string(),
        paths: z.array(FilePath).min(1).max(1000),
        excludes: z.array(Pattern).max(1000).default([]),
        leaveOut: LeaveOut.partial().optional(),
        hooks: PlanHooks.partial().optional(),
        tags: z.array(Tag).max(100).default([]),
        gentle: z.boolean().optional(),
        snapshotOnQuit: z.boolean().optional(),
        zone: z.string().max(100).optional(),
        retention: RetentionPolicy.optional()
      })
    )
    .output(Plan),
  /**
   * Changes what is given; the rest stays. Snapshots that were taken stay as and where they are; with another `repository` the next one goes there. A
   * `version` that is no longer the plan's is a CONFLICT.
   */
  edit: procedure
    .route({ method: 'PATCH', path: '/plans' })
    .input(
      z.object({
        plan: z.string(),
        version: Count.optional(),
        /** Name or id. */
        repository: z.string().optional(),
        title: z.string().max(200).optional(),
        paths: z.array(FilePath).min(1).max(1000).optional(),
        excludes: z.array(Pattern).max(1000).optional(),
        leaveOut: LeaveOut.partial().optional(),
        hooks: PlanHooks.partial().optional(),
        tags: z.array(Tag).max(100).optional(),
        gentle: z.boolean().optional(),
        snapshotOnQuit: z.boolean().optional(),
        zone: z.string().max(100).optional()
      })
    )
    .output(Plan),
  /**
   * Ends a plan: no snapshot is taken of it and its rules for keeping are carried out no more; what waits for its repository waits no more. Its snapshots stay
   * where they are, to be listed and restored. Its name is free again; a new plan gets an id of its own. PLAN_BUSY while a snapshot of it is being taken.
   */
  remove: procedure
    .route({ method: 'DELETE', path: '/plans' })
    .input(z.object({ plan: z.string(), version: Count.optional() }))
    .output(z.object({ id: Uuid7, name: Name, version: Count, repositoryName: z.string(), removedAt: Instant })),
  /** Counts what a plan keeps and leaves out, as it goes; what is given takes the place of the plan's own. Without a plan, `paths` are needed. */
  preview: procedure
    .input(z.object({ plan: z.string().optional(), paths: z.array(FilePath).min(1).max(1000).optional(), excludes: z.array(Pattern).max(1000).optional(), leaveOut: LeaveOut.partial().optional() }))
    .output(eventIterator(PlanPreview))
};

/** What a program or standard input gave, already whole in a file of this computer, and the name it is kept under at the top of the snapshot. */
export const Stream = z.object({
  name: z
    .string()
    .min(1)
    .max(255)
    .refine((name) => !/[/\\\0]/.test(name) && name !== '.' && name !== '..' && name !== '.varve', 'is no name for a file'),
  path: FilePath
});
export type Stream = z.infer<typeof Stream>;

/** Why a snapshot waits: the repository is not there; another one lies at its place; it is back, and its password is locked away. */
export const WaitReason = z.enum(['absent', 'other', 'password']);
export type WaitReason = z.infer<typeof WaitReason>;

/** A snapshot that was asked for while its repository was away. It is taken when the repository is back, as a task of the same id. */
export const WaitingSnapshot = z.object({
  id: z.string(),
  planId: Uuid7,
  planName: Name,
  repositoryId: z.string(),
  repositoryName: Name,
  /** Where the repository is expected. */
  path: FilePath,
  since: Instant,
  reason: WaitReason
});
export type WaitingSnapshot = z.infer<typeof WaitingSnapshot>;

export const snapshots = {
  /**
   * Starts a snapshot of a plan (name or id) as a task (`kind: 'snapshot'`). With `wait`, a repository that is away is no error: the task ends as
   * `waiting`, and the snapshot is taken when the repository is back, also after a restart; one request a plan. `streams` cannot wait.
   * `gentle`: the plan's own setting when not given.
   */
  take: procedure
    .route({ method: 'POST', path: '/snapshots' })
    .input(z.object({ plan: z.string(), tags: z.array(Tag).default([]), note: z.string().max(10_000).optional(), streams: z.array(Stream).max(16).optional(), gentle: z.boolean().optional(), wait: z.boolean().optional() }))
    .output(z.object({ taskId: z.string() })),
  /** Before Varve quits: starts a snapshot of each plan that wants one then. One of the same plan that runs already counts. */
  takeLast: procedure.input(z.object({})).output(z.array(z.object({ planId: Uuid7, plan: Name, title: z.string(), taskId: z.string() }))),
  /** Snapshots that wait for their repository, oldest first. */
  waiting: procedure.route({ method: 'GET', path: '/snapshots/waiting' }).input(z.object({})).output(z.array(WaitingSnapshot)),
  /** Takes a request back; false when it does not wait any more. */
  stopWaiting: procedure.input(z.object({ id: z.string() })).output(z.object({ stopped: z.boolean() })),
  /** Newest first. Repositories that are absent are named, not an error. */
  list: procedure
    .route({ method: 'GET', path: '/snapshots' })
    .input(z.object({ repository: z.string().optional(), plan: z.string().optional(), tag: Tag.optional(), at: z.string().optional(), limit: z.number().int().min(1).max(10_000).default(1000) }))
    .output(z.object({ snapshots: z.array(Snapshot), unreadable: z.array(z.object({ repositoryId: z.string(), id: z.string(), reason: z.string() })), absent: z.array(z.string()) })),
  get: procedure.input(z.object({ snapshot: SnapshotName })).output(Snapshot),
  /** One folder of a snapshot, folders first, by name. `path` `/` is the top. */
  tree: procedure
    .input(
      z.object({
        snapshot: SnapshotName,
        path: z.string().default('/'),
        offset: Count.default(0),
        limit: z.number().int().min(1).max(5000).default(1000),
        /** The page (a multiple of `limit`) with the entry of this name, instead of the one at `offset`; where there is none, the first page. */
        around: z.string().optional()
      })
    )
    .output(z.object({ path: z.string(), entries: z.array(TreeEntry), offset: Count, total: Count })),
  /** A piece of a file, base64; at most 1 MiB a call. */
  read: procedure
    .input(z.object({ snapshot: SnapshotName, path: z.string(), offset: Count.default(0), length: z.number().int().min(1).max(1_048_576).default(1_048_576) }))
    .output(z.object({ entry: TreeEntry, data: z.string(), end: z.boolean() }))
};

export const restores = {
  /** What a restore would do, without writing anything. */
  preview: procedure.input(RestoreInput).output(RestorePreview),
  /** The changes of a preview, by path. NOT_FOUND when it is not kept any more. */
  changes: procedure
    .input(z.object({ token: Hex64, actions: z.array(RestoreAction).optional(), search: z.string().max(1000).optional(), offset: Count.default(0), limit: z.number().int().min(1).max(1000).default(200) }))
    .output(z.object({ changes: z.array(RestoreChange), total: Count })),
  /** Starts a restore as a task (`kind: 'restore'`). */
  start: procedure.route({ method: 'POST', path: '/restores' }).input(RestoreInput).output(z.object({ taskId: z.string() })),
  /** Undoes a restore in place, as a task (`kind: 'restore'`). What was changed after the restore is kept and named. `restore`: its id, or a unique beginning of at least 6 digits. */
  undo: procedure.input(z.object({ restore: z.string().min(6).max(36) })).output(z.object({ taskId: z.string() })),
  /** Newest first. */
  undoable: procedure.input(z.object({})).output(z.array(UndoableRestore)),
  reports: procedure.input(z.object({ limit: z.number().int().min(1).max(100).default(20) })).output(z.array(z.object({ at: Instant, report: RestoreReport })))
};
