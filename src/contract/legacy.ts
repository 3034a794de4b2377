// What was there before Varve: a folder of scripts or data, and the crontab, copied read-only with checksums before anything is changed, and put back by one call.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Instant } from './ids.ts';

export const LegacyBackup = z.object({
  /** Name of its folder: the day it was made, with a number where there are several. */
  id: z.string(),
  folder: z.string(),
  createdAt: Instant,
  /** The folder that was copied; null when only the crontab was. */
  source: z.string().nullable(),
  crontab: z.boolean(),
  files: Count,
  bytes: Count,
  /** What could not be copied: the first 1,000, and how many. */
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  skippedCount: Count,
  /** Jobs that took over what was in the crontab. */
  jobs: z.array(z.string())
});
export type LegacyBackup = z.infer<typeof LegacyBackup>;

export const LegacyRestored = z.object({
  backup: LegacyBackup,
  /** Where the files are again, and where what was in their place was moved to. */
  target: z.string().nullable(),
  movedAside: z.string().nullable(),
  files: Count,
  bytes: Count,
  crontab: z.boolean(),
  /** Jobs that are paused now, because their lines are in the crontab again. */
  paused: z.array(z.string()),
  report: z.string()
});
export type LegacyRestored = z.infer<typeof LegacyRestored>;

/** `own`: the crontab of this user, asked of the system; else its text. */
const Crontab = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('own') }), z.strictObject({ kind: z.literal('text'), text: z.string().max(8_388_608) })]);

export const legacyId = /^\d{8}(?:-\d{1,4})?$/;
const Id = z.string().regex(legacyId, 'must be a day as YYYYMMDD, perhaps with a number');

export const legacy = {
  /** Starts copying, as a task (`kind: 'legacy'`). A crontab that is not there is no error where a folder is named. */
  backup: procedure.input(z.object({ path: FilePath.optional(), crontab: Crontab.optional() })).output(z.object({ taskId: z.string() })),
  /** Newest first. */
  list: procedure.route({ method: 'GET', path: '/legacy' }).input(z.object({}).optional()).output(z.array(LegacyBackup)),
  /** Notes which jobs took its crontab over and writes the report of the migration. */
  migrated: procedure.input(z.object({ id: Id, jobs: z.array(z.string().max(100)).max(10_000) })).output(z.object({ report: z.string() })),
  /** Starts putting it back, as a task (`kind: 'legacy-restore'`), after all checksums were found right. What is in the place is moved aside, never overwritten. `target`: elsewhere. */
  restore: procedure.input(z.object({ id: Id, target: FilePath.optional(), files: z.boolean().default(true), crontab: z.boolean().default(true) })).output(z.object({ taskId: z.string() }))
};
