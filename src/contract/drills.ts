// Drills: a share of a snapshot, or all of it, is restored into a temporary place, read back and compared, and the plan's own check is run over it. What
// came back is removed again; what remains is the knowledge that it did.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Hex64, Instant, SnapshotName, Uuid7 } from './ids.ts';

export const DrillReport = z.object({
  id: Uuid7,
  snapshotId: Hex64,
  snapshotShortId: z.string(),
  planId: z.string().nullable(),
  planName: z.string().nullable(),
  at: Instant,
  /** Everything came back as it was, and the plan's check, where it was run, was content. */
  ok: z.boolean(),
  /** Files that were restored, read back and found identical, and of how many. */
  files: Count,
  ofFiles: Count,
  bytes: Count,
  /** By this the files were chosen; the same seed and share choose the same. Null: all of them. */
  seed: z.string().nullable(),
  /** What did not come back, with the reason: the first 1,000, and how many. */
  failed: z.array(z.object({ path: z.string(), reason: z.string() })),
  failedCount: Count,
  /** The plan's own check. Null: it has none, or only a share came back. */
  check: z.object({ program: z.string(), ok: z.boolean(), reason: z.string().nullable() }).nullable(),
  durationMs: Count
});
export type DrillReport = z.infer<typeof DrillReport>;

/** When a snapshot was last tested. */
export const Tested = z.object({ at: Instant, ok: z.boolean(), files: Count, ofFiles: Count });
export type Tested = z.infer<typeof Tested>;

export const drills = {
  /** Starts a drill as a task (`kind: 'drill'`). `share`: of the files, by number; 1 is all of them. `folder`: where a temporary folder is made; the system's place for such when not given. */
  start: procedure
    .route({ method: 'POST', path: '/drills' })
    .input(z.object({ snapshot: SnapshotName, share: z.number().gt(0).max(1).default(0.05), folder: FilePath.optional(), check: z.boolean().default(true) }))
    .output(z.object({ taskId: z.string() })),
  /** Newest first. */
  list: procedure.route({ method: 'GET', path: '/drills' }).input(z.object({ plan: z.string().max(200).optional(), limit: z.number().int().min(1).max(1000).default(100) })).output(z.array(DrillReport))
};
