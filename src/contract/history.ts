// The history of a file or folder: its versions over the snapshots of a plan, followed across renames.
import * as z from 'zod';
import { MetadataPart } from './compare.ts';
import { procedure } from './base.ts';
import { Count, FilePath, Hex64, Instant } from './ids.ts';
import { EntryType } from './snapshots.ts';

/** A snapshot, as short as can be. */
export const SeenIn = z.object({ id: Hex64, shortId: z.string(), at: Instant, repositoryName: z.string(), incomplete: z.boolean() });
export type SeenIn = z.infer<typeof SeenIn>;

/** One content. Two snapshots hold the same version when kind and content are equal, whatever else of it changed. */
export const HistoryVersion = z.object({
  type: EntryType,
  sizeBytes: Count,
  /** As the newest of its snapshots has it, with its own zone. */
  modifiedAt: z.string(),
  linkTarget: z.string().nullable(),
  /** Where it lay, the newest place first; more than one when it was renamed or moved. `label` is for people. */
  places: z.array(z.object({ path: z.string(), label: z.string() })).min(1),
  newest: SeenIn,
  oldest: SeenIn,
  /** Snapshots that hold it: how many, and the 200 newest. */
  snapshotCount: Count,
  snapshots: z.array(SeenIn),
  /** What else of it changed from one of its snapshots to another. */
  metadata: z.array(MetadataPart)
});
export type HistoryVersion = z.infer<typeof HistoryVersion>;

/**
 * `held`: the version is there. `absent`: nothing is there. `unsure`: nothing is there, but the snapshots are incomplete: it may only be a gap.
 * `unreadable`: the folders on the way are damaged, so that nothing can be said.
 */
export const StretchState = z.enum(['held', 'absent', 'unsure', 'unreadable']);
export type StretchState = z.infer<typeof StretchState>;

/** Snapshots in a row that say the same. */
export const HistoryStretch = z.object({
  state: StretchState,
  /** Place in `versions`, where held. */
  version: Count.nullable(),
  /** Where it was looked for, for people. */
  label: z.string(),
  newest: SeenIn,
  oldest: SeenIn,
  snapshotCount: Count,
  /** Of what cannot be read. */
  reason: z.string().nullable()
});
export type HistoryStretch = z.infer<typeof HistoryStretch>;

/** Where following a rename came to an end: `several`: the same content lay at more than one place; `unreadable`: not every folder could be searched. */
export const LostTrack = z.object({ why: z.enum(['several', 'unreadable']), in: SeenIn, labels: z.array(z.string()) });

export const FileHistory = z.object({
  path: z.string(),
  label: z.string(),
  /** Name of the plan whose snapshots these are; null: all of a repository. */
  plan: z.string().nullable(),
  repository: z.string().nullable(),
  /** Snapshots that were looked into, and those passed over because they were taken of other folders. */
  looked: Count,
  elsewhere: Count,
  /** Newest first, by the newest snapshot that holds them; the first 3,000. */
  versions: z.array(HistoryVersion),
  versionCount: Count,
  /** Newest first; the first 6,000. */
  stretches: z.array(HistoryStretch),
  stretchCount: Count,
  lost: z.array(LostTrack),
  /** Snapshot files that could not be read: nobody knows whose they are. An empty `id`: the whole repository. */
  unreadable: z.array(z.object({ repositoryName: z.string(), id: z.string(), reason: z.string() })),
  /** Repositories that are not there now. */
  absent: z.array(z.string()),
  durationMs: Count
});
export type FileHistory = z.infer<typeof FileHistory>;

export const history = {
  /**
   * Looks the path up in every snapshot of a plan (and of a repository, where one is given), as a task (`kind: 'history'`). Without either it is the plan
   * whose folders hold the path; BAD_INPUT (field `plan`) when there is none or there are several. `path`: as on this computer, or as in the snapshots.
   */
  start: procedure
    .route({ method: 'POST', path: '/history' })
    .input(z.object({ path: FilePath, plan: z.string().max(200).optional(), repository: z.string().max(200).optional(), renames: z.boolean().default(true) }))
    .output(z.object({ taskId: z.string() }))
};
