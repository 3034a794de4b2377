// What differs between two snapshots, or between a snapshot and the folders as they are now.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant, SnapshotName, Uuid7 } from './ids.ts';
import { EntryType, Gap, Snapshot } from './snapshots.ts';

/**
 * `content`: the bytes, the target of a link, the number of a device. `metadata`: only what `parts` names. `type`: a folder became a file, and the
 * like. `moved`: the same bytes under another path, told at both of them.
 */
export const ChangeKind = z.enum(['added', 'removed', 'content', 'metadata', 'type', 'moved']);
export type ChangeKind = z.infer<typeof ChangeKind>;

export const MetadataPart = z.enum(['mode', 'owner', 'time', 'attributes']);
export type MetadataPart = z.infer<typeof MetadataPart>;

/** Entries that are no folders, by kind; each moved file once. Bytes of those that were added, removed, or have another content. */
export const ChangeCounts = z.object({
  added: Count,
  removed: Count,
  content: Count,
  metadata: Count,
  type: Count,
  moved: Count,
  /** Among `content`: size and modification time are the same, the bytes are not. */
  suspect: Count,
  bytesBefore: Count,
  bytesAfter: Count
});
export type ChangeCounts = z.infer<typeof ChangeCounts>;

/** The copy of a trial stands in for the live folders. `path`: of the folder in the snapshot; paths of changes are below it. */
export const ComparedTrial = z.object({ id: Uuid7, path: z.string() });
export type ComparedTrial = z.infer<typeof ComparedTrial>;

/** What was compared. `plan` of a live side: whose folders, by which rules. */
export const ComparedSide = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), snapshot: Snapshot }),
  z.object({ kind: z.literal('live'), plan: z.string().nullable(), paths: z.array(z.string()), at: Instant, trial: ComparedTrial.optional() })
]);
export type ComparedSide = z.infer<typeof ComparedSide>;

export const Comparison = z.object({
  id: z.string(),
  from: ComparedSide,
  to: ComparedSide,
  counts: ChangeCounts,
  folders: z.object({ added: Count, removed: Count, metadata: Count }),
  /** By file extension (lower case, without the dot; '' for none), those with the most bytes first; at most 50. */
  extensions: z.array(z.object({ extension: z.string(), files: Count, bytesBefore: Count, bytesAfter: Count })),
  /** What could not be compared, and why; the first 1,000. */
  gaps: z.array(Gap),
  gapCount: Count,
  durationMs: Count
});
export type Comparison = z.infer<typeof Comparison>;

/** An entry on one side. */
export const EntryFacts = z.object({ type: EntryType, sizeBytes: Count, modifiedAt: z.string(), mode: z.string(), owner: z.string(), linkTarget: z.string().nullable() });
export type EntryFacts = z.infer<typeof EntryFacts>;

export const Change = z.object({
  path: z.string(),
  /** The path for people, with invisible characters as escapes. */
  label: z.string(),
  /** null: a folder that is as it was, with changes below it. */
  kind: ChangeKind.nullable(),
  folder: z.boolean(),
  parts: z.array(MetadataPart),
  suspect: z.boolean(),
  before: EntryFacts.nullable(),
  after: EntryFacts.nullable(),
  /** Of a moved file: where it is now, or where it was. */
  other: z.string().nullable(),
  /** Of a folder: what lies below it. */
  inside: ChangeCounts.nullable()
});
export type Change = z.infer<typeof Change>;

export const ChangeSort = z.enum(['path', 'size', 'growth']);
export type ChangeSort = z.infer<typeof ChangeSort>;

const page = { comparison: z.string().max(100), sort: ChangeSort.default('path'), descending: z.boolean().default(false), offset: Count.default(0), limit: z.number().int().min(1).max(5000).default(1000) };
const Page = z.object({ changes: z.array(Change), total: Count });

export const compare = {
  /**
   * Starts a comparison as a task (`kind: 'compare'`). `to: null`: with the folders as they are now, by the rules of the plan that took the snapshot.
   * `fromPath`, `toPath`: only that folder of each, as if it were the top. `exact`: read every file of the live folders, whatever its times say.
   * `trial`: with that trial's copy in place of the live folders; only its folder is compared.
   */
  start: procedure
    .route({ method: 'POST', path: '/comparisons' })
    .input(z.object({ from: SnapshotName, to: SnapshotName.nullable(), fromPath: z.string().max(32_768).default('/'), toPath: z.string().max(32_768).optional(), exact: z.boolean().default(false), trial: z.string().max(36).optional() }))
    .output(z.object({ taskId: z.string() })),
  /** One folder of a comparison: what changed in it and the folders with changes below them; folders first. NOT_FOUND when the comparison is no longer kept. */
  folder: procedure.input(z.object({ ...page, path: z.string().max(32_768).default('/') })).output(Page),
  /** All changes as one list. `search`: part of a path, without regard to case and accents. */
  list: procedure.input(z.object({ ...page, kinds: z.array(ChangeKind).max(6).optional(), suspect: z.boolean().optional(), search: z.string().max(500).optional(), below: z.string().max(32_768).optional() })).output(Page)
};
