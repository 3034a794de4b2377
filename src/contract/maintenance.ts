// Keeping a repository small and whole: what nobody needs any more is given back.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Hex64, SnapshotName } from './ids.ts';

/** How much that nobody needs may stay in packs that are partly needed. Percent: of all that is stored afterwards. */
export const MaxUnused = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('percent'), percent: z.number().min(0).max(99.9) }),
  z.object({ kind: z.literal('bytes'), bytes: Count }),
  z.object({ kind: z.literal('unlimited') })
]);
export type MaxUnused = z.infer<typeof MaxUnused>;

/**
 * Why a pack goes or is written anew. `unindexed`: left over from something that was cut off. `unused`: nothing in it is needed.
 * `missing`: an index names it, it is not there, and nobody needs it. The others are written anew: data and folders together, not
 * compressed, folders partly not needed, too much that is not needed, many small ones.
 */
export const PruneReason = z.enum(['unindexed', 'unused', 'missing', 'mixed', 'uncompressed', 'folders', 'unused-share', 'small']);
export type PruneReason = z.infer<typeof PruneReason>;

export const PruneReport = z.object({
  repositoryId: z.string(),
  /** Nothing was changed: the numbers say what would be. */
  dryRun: z.boolean(),
  snapshots: Count,
  trees: Count,
  blobs: z.object({ used: Count, unused: Count, duplicate: Count }),
  packs: z.object({ before: Count, kept: Count, removed: Count, repacked: Count, written: Count }),
  reasons: z.array(z.object({ reason: PruneReason, packs: Count, bytes: Count })),
  /** `before` and `after`: all packs. `written`: what was stored anew (an upper bound in a dry run). `unusedAfter`: what stays although nobody needs it. */
  bytes: z.object({ before: Count, after: Count, freed: Count, written: Count, unusedAfter: Count }),
  indexFiles: z.object({ written: Count, removed: Count })
});
export type PruneReport = z.infer<typeof PruneReport>;

export const CopyReport = z.object({
  fromId: z.string(),
  toId: z.string(),
  /** Ids in the one and in the other. */
  copied: z.array(z.object({ from: Hex64, to: Hex64 })),
  /** Were there already. */
  present: Count,
  /** Not copied, because not whole. */
  failed: z.array(z.object({ snapshot: z.string(), reason: z.string() })),
  blobs: z.object({ data: Count, tree: Count }),
  /** `stored`: in the target. */
  bytes: z.object({ plain: Count, stored: Count }),
  /** Both cut files at the same places: what snapshots of the target's own hold need not be stored again. */
  samePieces: z.boolean()
});
export type CopyReport = z.infer<typeof CopyReport>;

export const RepairWhat = z.enum(['index', 'packs', 'snapshots']);
export type RepairWhat = z.infer<typeof RepairWhat>;

/** One thing that was, or would be, done; `-lost`, `-unreadable`: what stays lost or unread. */
export const RepairStep = z.object({
  step: z.enum([
    'index-dropped', 'index-replaced', 'pack-described', 'pack-forgotten', 'pack-unreadable', 'pack-saved',
    'snapshot-repaired', 'snapshot-removed', 'snapshot-lost', 'snapshot-unreadable'
  ]),
  id: z.string(),
  /** The new snapshot's id. */
  to: Hex64.optional(),
  /** Blobs of the pack that are whole. */
  kept: Count.optional(),
  /** Blobs of the pack, or files and folders of the snapshot, that are not whole any more. */
  lost: Count.optional(),
  reason: z.string().optional()
});
export type RepairStep = z.infer<typeof RepairStep>;

export const RepairReport = z.object({
  repositoryId: z.string(),
  what: RepairWhat,
  dryRun: z.boolean(),
  /** The first 10,000; `count` counts all. */
  steps: z.array(RepairStep),
  count: Count,
  /** Something is lost, or could not be read and stays as it is. */
  gaps: z.boolean()
});
export type RepairReport = z.infer<typeof RepairReport>;

export const maintenance = {
  /** Starts a prune as a task (`kind: 'prune'`). Stops before it changes anything when something that a snapshot needs is missing, or when one of them cannot be read. */
  prune: procedure
    .input(z.object({ repository: z.string(), dryRun: z.boolean().default(false), maxUnused: MaxUnused.default({ kind: 'percent', percent: 5 }) }))
    .output(z.object({ taskId: z.string() })),
  /** Copies snapshots into another repository as a task (`kind: 'copy'`). `snapshots`: ids, their unique beginnings, or `latest`; all when not given. */
  copy: procedure.input(z.object({ from: z.string(), to: z.string(), snapshots: z.array(SnapshotName).min(1).max(10_000).optional() })).output(z.object({ taskId: z.string() })),
  /**
   * Repairs as a task (`kind: 'repair'`), in this order: the index, packs, snapshots. `forget`: the damaged snapshots go once their repaired
   * ones are saved, and those of which nothing can be read. Packs are found by reading every one.
   */
  repair: procedure
    .input(z.object({ repository: z.string(), what: RepairWhat, dryRun: z.boolean().default(false), forget: z.boolean().default(false) }))
    .output(z.object({ taskId: z.string() }))
};
