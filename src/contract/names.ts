// Looking for names over all snapshots.
import * as z from 'zod';
import { procedure } from './base.ts';
import { SeenIn } from './history.ts';
import { Count, Hex64, Instant } from './ids.ts';
import { EntryType, Gap } from './snapshots.ts';

/** A path that fits. Type, size and time are as the newest snapshot with it has them. */
export const FoundName = z.object({
  path: z.string(),
  /** The path for people, with invisible characters as escapes. */
  label: z.string(),
  type: EntryType,
  sizeBytes: Count,
  modifiedAt: Instant,
  newest: SeenIn,
  oldest: SeenIn,
  /** Of the snapshots that were looked into. */
  snapshotCount: Count
});
export type FoundName = z.infer<typeof FoundName>;

export const FindResult = z.object({
  pattern: z.string(),
  plan: z.string().nullable(),
  repository: z.string().nullable(),
  /** Snapshots that were looked into. */
  looked: Count,
  /** By path, folder by folder; as many as were asked for. */
  matches: z.array(FoundName),
  /** Of those after `after`. */
  total: Count,
  /** Where asked for: every snapshot with a name that fits, newest first. null where not, and where the pattern names folders. */
  holders: z.array(Hex64).nullable(),
  /** Folders that could not be read, so that nothing is known of what is in them; the first 1,000. */
  gaps: z.array(Gap),
  gapCount: Count,
  /** Folders that no earlier search had read. */
  foldersRead: Count,
  /** As in a history. */
  unreadable: z.array(z.object({ repositoryName: z.string(), id: z.string(), reason: z.string() })),
  absent: z.array(z.string()),
  durationMs: Count
});
export type FindResult = z.infer<typeof FindResult>;

export const names = {
  /**
   * Looks for names as a task (`kind: 'find'`). `pattern`: a shell pattern for the name, or for the path when it holds a "/" (from the top when it begins with
   * one, else from any folder on; `**` is any number of folders); without any of `* ? [` a part of the name. `newest`: only in the newest snapshot of each plan.
   */
  find: procedure
    .route({ method: 'POST', path: '/names' })
    .input(
      z.object({
        pattern: z.string().min(1).max(4096),
        plan: z.string().max(200).optional(),
        repository: z.string().max(200).optional(),
        type: EntryType.optional(),
        ignoreCase: z.boolean().default(false),
        newest: z.boolean().default(false),
        /** Also tell which snapshots hold anything that fits. */
        holders: z.boolean().optional(),
        limit: z.number().int().min(1).max(10_000).default(1000),
        /** A path that was found: what comes after it, to go on where a page ended. */
        after: z.string().max(65_536).optional()
      })
    )
    .output(z.object({ taskId: z.string() }))
};
