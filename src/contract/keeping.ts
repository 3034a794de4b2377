// Keeping: which snapshots stay and for how long, tags, pins and notes on them, the passwords of a repository and its locks.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Hex64, Instant, Name, SnapshotName, Tag } from './ids.ts';
import { PasswordSource } from './repository.ts';
import { Plan, Snapshot } from './snapshots.ts';
import { RetentionPolicy } from './retention.ts';

/** Why a snapshot is kept. `pin`: pinned, or marked by rustic never to be deleted (yet). `oldest`: as the first of all, while the rule has something left. */
export const KeepReason = z.object({
  rule: z.enum([
    'pin', 'tags', 'within', 'last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within-hourly', 'within-daily', 'within-weekly', 'within-monthly', 'within-yearly'
  ]),
  oldest: z.boolean(),
  /** As in the policy, for the rules with `within`. */
  within: z.string().nullable(),
  tags: z.array(z.string())
});
export type KeepReason = z.infer<typeof KeepReason>;

/** Snapshots that are judged together: those of a plan, or those of no plan with the same host and paths. */
export const RetentionGroup = z.object({
  planId: z.string().nullable(),
  planName: z.string().nullable(),
  hostname: z.string(),
  paths: z.array(z.string()),
  /** Newest first. */
  keep: z.array(z.object({ snapshot: Snapshot, reasons: z.array(KeepReason).min(1) })),
  remove: z.array(Snapshot)
});
export type RetentionGroup = z.infer<typeof RetentionGroup>;

export const ForgetInput = z.object({
  /** The snapshots of this plan: name or id; with `repository`, also the id of a plan that this home does not know ... */
  plan: z.string().optional(),
  /** ... or, in this repository, those that no plan took, by host and paths. */
  repository: z.string().optional(),
  /** The plan's own when not given. */
  policy: RetentionPolicy.optional(),
  /** ... or exactly these, of the `repository` that is named, without plan and policy. Pinned ones stay. */
  snapshots: z.array(Hex64).min(1).max(500).optional()
});
export type ForgetInput = z.input<typeof ForgetInput>;

export const ForgetPreview = z.object({
  repositoryId: z.string(),
  repositoryName: Name,
  /** null: the snapshots were named one by one. */
  policy: RetentionPolicy.nullable(),
  groups: z.array(RetentionGroup),
  /** Of those judged; where snapshots were named, of all in the repository. */
  keepCount: Count,
  removeCount: Count,
  /** Plans of which no snapshot stays in the repository; a policy never does that. */
  emptied: z.array(z.string()),
  /** Names exactly this outcome; `forget` carries out what it names or nothing. */
  token: Hex64
});
export type ForgetPreview = z.infer<typeof ForgetPreview>;

export const ForgetReport = z.object({ repositoryId: z.string(), repositoryName: Name, removed: z.array(Hex64), kept: Count, durationMs: Count });
export type ForgetReport = z.infer<typeof ForgetReport>;

/** A snapshot before and after; its lineage stays the same. */
export const TagChange = z.object({ from: Hex64, to: Hex64, lineage: Hex64, tags: z.array(z.string()) });
export const TagReport = z.object({ changed: z.array(TagChange), unchanged: Count });
export type TagReport = z.infer<typeof TagReport>;

/** Every new id must find room in one event. */
const SnapshotNames = z.array(SnapshotName).min(1).max(500);
const OwnTags = z.array(Tag).max(50);

export const KeyInfo = z.object({
  id: Hex64,
  /** Opened by the password that this home uses. */
  current: z.boolean(),
  /** As whoever made it wrote it down; empty where the file cannot be read. */
  username: z.string(),
  hostname: z.string(),
  createdAt: Instant.nullable(),
  /** Why the file is of no use; null for a key in order. */
  damage: z.string().nullable()
});
export type KeyInfo = z.infer<typeof KeyInfo>;

export const LockInfo = z.object({
  id: Hex64,
  exclusive: z.boolean(),
  hostname: z.string(),
  username: z.string(),
  pid: z.number().int(),
  since: Instant.nullable(),
  /** Of a lock of this computer: whether its process is there. null: another computer's, nobody can tell from here. */
  alive: z.boolean().nullable(),
  /** This Varve's own. */
  mine: z.boolean(),
  /** Not refreshed for 30 minutes, or of this computer and its process is gone. */
  stale: z.boolean(),
  /** Why it cannot be read; null for one that can. */
  damage: z.string().nullable()
});
export type LockInfo = z.infer<typeof LockInfo>;

export const keeping = {
  retention: {
    /** Sets what the plan keeps; null: everything, for ever. Changes no snapshot. */
    set: procedure.input(z.object({ plan: z.string(), policy: RetentionPolicy.nullable() })).output(Plan)
  },
  forget: {
    /** What would be kept and why, and what would go. Writes nothing. */
    preview: procedure.input(ForgetInput).output(ForgetPreview),
    /** Removes what the preview with this token named, as a task (`kind: 'forget'`). PREVIEW_OUTDATED when the snapshots have changed since. */
    run: procedure.input(ForgetInput.extend({ token: Hex64 })).output(z.object({ taskId: z.string() }))
  },
  tags: {
    /** Changes tags as a task (`kind: 'tag'`). `set` replaces all tags of people; what Varve itself put there stays. */
    change: procedure.input(z.object({ snapshots: SnapshotNames, add: OwnTags.default([]), remove: OwnTags.default([]), set: OwnTags.optional() })).output(z.object({ taskId: z.string() })),
    /** Pins, or unpins: no policy removes a pinned snapshot. A task (`kind: 'tag'`). */
    pin: procedure.input(z.object({ snapshots: SnapshotNames, pinned: z.boolean() })).output(z.object({ taskId: z.string() }))
  },
  notes: {
    /** Sets the note of a snapshot; an empty text takes it away. It stays with the snapshot when its tags change. */
    set: procedure.input(z.object({ snapshot: SnapshotName, text: z.string().max(10_000) })).output(Snapshot)
  },
  keys: {
    list: procedure.input(z.object({ repository: z.string() })).output(z.array(KeyInfo)),
    /** One more password for the repository; the home goes on with its own. */
    add: procedure.input(z.object({ repository: z.string(), password: PasswordSource })).output(z.object({ id: Hex64 })),
    /** Another password in place of the one this home uses: the new key first, then the home's note of it, then the old key goes. */
    change: procedure.input(z.object({ repository: z.string(), password: PasswordSource })).output(z.object({ id: Hex64, removed: Hex64.nullable() })),
    /** Never the key in use. `key`: an id or a unique beginning of 6 or more. */
    remove: procedure.input(z.object({ repository: z.string(), key: z.string().regex(/^[0-9a-f]{6,64}$/) })).output(z.object({ id: Hex64 }))
  },
  locks: {
    list: procedure.input(z.object({ repository: z.string() })).output(z.array(LockInfo)),
    /** Removes locks: stale ones, or all, which endangers whoever still works there. */
    remove: procedure.input(z.object({ repository: z.string(), which: z.enum(['stale', 'all']).default('stale') })).output(z.object({ removed: z.array(LockInfo), left: z.array(LockInfo) }))
  }
};
