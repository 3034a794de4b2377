// Trials: a folder of a snapshot is brought back beside the original, programs are run in it, it is compared with the snapshot, and then it takes the
// place of the original, or goes.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Hex64, Instant, SnapshotName, Uuid7 } from './ids.ts';

/** `making`: files are coming back, or that was cut off. `ready`: the copy can be looked at. `promoted`: it stands where the original stood, which is kept beside it. */
export const TrialState = z.enum(['making', 'ready', 'promoted']);
export type TrialState = z.infer<typeof TrialState>;

export const Trial = z.object({
  id: Uuid7,
  at: Instant,
  snapshotId: Hex64,
  snapshotShortId: z.string(),
  planId: z.string().nullable(),
  planName: z.string().nullable(),
  /** The folder it is a copy of. */
  original: z.string(),
  /** What was made for the trial; it holds the copy, and the former original once that was replaced. */
  folder: z.string(),
  /** Where the copy lies now. */
  copy: z.string(),
  state: TrialState,
  /** What came back for it; null while it is being made, and of one that an older Varve made. */
  files: Count.nullable(),
  bytes: Count.nullable(),
  /** The task that is at work on it; only one is at a time. */
  taskId: z.string().nullable(),
  /** The last program that was run in the copy. */
  lastRun: z.object({ program: z.string(), exitCode: z.number().int().nullable(), at: Instant }).nullable()
});
export type Trial = z.infer<typeof Trial>;

/** What came of taking a copy over: `undone` when a check was not content, and everything is as it was. */
export const Promotion = z.object({ trial: Trial, undone: z.boolean(), check: z.object({ program: z.string(), ok: z.boolean(), reason: z.string().nullable() }).nullable() });
export type Promotion = z.infer<typeof Promotion>;

/** What a program said in the copy. Nothing of it is in the record. */
export const TrialRun = z.object({
  trial: Trial,
  program: z.string(),
  ok: z.boolean(),
  /** Why it counts as failed. */
  reason: z.string().nullable(),
  /** The end of what it wrote. */
  output: z.string(),
  errors: z.string(),
  /** It wrote more than `output` holds. */
  cut: z.boolean()
});
export type TrialRun = z.infer<typeof TrialRun>;

const command = z.array(z.string().min(1).max(32_768)).min(1).max(200);
const which = z.object({ trial: z.string().min(6).max(36) });

export const trials = {
  /** As a task (`kind: 'trial'`). `path`: a folder in the snapshot, on this computer; the first of the snapshot's folders when not given. `folder`: where the trial's own folder is made; beside the original when not given. */
  start: procedure.route({ method: 'POST', path: '/trials' }).input(z.object({ snapshot: SnapshotName, path: FilePath.optional(), folder: FilePath.optional() })).output(z.object({ taskId: z.string() })),
  /** Newest first. */
  list: procedure.route({ method: 'GET', path: '/trials' }).input(z.object({})).output(z.array(Trial)),
  /** Runs a program in the copy, without a shell and with little environment, as a task (`kind: 'trial-run'`); it is ended after an hour. */
  run: procedure.input(which.extend({ command })).output(z.object({ taskId: z.string() })),
  /** Notes that a program was run in the copy. */
  ran: procedure.input(which.extend({ program: z.string().min(1).max(4096), exitCode: z.number().int().nullable() })).output(Trial),
  /**
   * Puts the copy where the original is, by renaming both; the original is kept in the trial's folder. Then the plan's check is run, and `check` in its place
   * where given; when it is not content, both are put back. As a task (`kind: 'promotion'`).
   */
  promote: procedure.input(which.extend({ check: command.optional() })).output(z.object({ taskId: z.string() })),
  /** Puts the former original back, and the copy into the trial's folder. */
  undo: procedure.input(which).output(Trial),
  /** Removes the trial's folder: the copy, or after a promotion the former original. */
  discard: procedure.input(which).output(z.object({ removed: FilePath }))
};
