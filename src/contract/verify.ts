// What verifying the record says: against what it was checked, what was found, and what has been checked so far. Formats: evidence-formats.md 9 and 10.
import * as z from 'zod';
import { WireError } from './errors.ts';
import { Count, Instant } from './ids.ts';

/**
 * edited to cut-off: what happened to entries. foreign-key: sealed with a key that nothing names. seal-missing: a seal that must be there is gone
 * or does not hold. forked: another history than the one a checkpoint from outside saw. unreadable: the file itself.
 */
export const BreakKind = z.enum(['edited', 'payload-swapped', 'payload-missing', 'removed', 'inserted', 'reordered', 'cut-off', 'foreign-key', 'seal-missing', 'forked', 'unreadable']);
export type BreakKind = z.infer<typeof BreakKind>;

/** A checkpoint brought from outside at the moment of verifying; one that only lay on this computer proves nothing. */
export const AnchorInput = z.strictObject({
  /** Where it was kept, in the words of whoever brings it: `printed on 2026-11-20`, a file's name. */
  source: z.string().min(1).max(200),
  /** A signed note, or the short form: the size and the first 8 or more base64 characters of the root. */
  text: z.string().min(1).max(1_000_000)
});
export type AnchorInput = z.infer<typeof AnchorInput>;

export const CheckedAnchor = z.object({
  source: z.string(),
  size: Count,
  /** `short` is weak: enough against accident, not against a determined forger. */
  form: z.enum(['note', 'short']),
  /** good: by a key of this record; unknown: by another, or a short form, which has none. */
  signature: z.enum(['good', 'unknown']),
  /** fits: this record continues it. ahead: it saw more entries than there are now. forked: it saw other entries. */
  outcome: z.enum(['fits', 'ahead', 'forked'])
});
export type CheckedAnchor = z.infer<typeof CheckedAnchor>;

export const CheckedSeal = z.object({
  /** Entries it covers: 0 to size - 1. */
  size: Count,
  /** Base64. */
  root: z.string(),
  /** The verifier key it was signed with; only its name and id (`varve/...+1a2b3c4d`) where the key itself is not known. */
  key: z.string(),
  /** unchecked: no key is known to check it with. */
  signature: z.enum(['good', 'unchecked'])
});
export type CheckedSeal = z.infer<typeof CheckedSeal>;

const found = {
  entries: Count,
  head: z.string(),
  /** Of the entries that were read this time. */
  payloads: z.object({ intact: Count, locked: Count, erased: Count, none: Count }),
  /** Whether the index behind the search by words lists every entry; no evidence, and apart from the verdict. Missing when it was not looked at. */
  search: z.enum(['whole', 'incomplete']).optional(),
  // What follows is missing in verdicts from before there were checkpoints.
  /** The newest checkpoint; entries from its size on are the tail, which nothing proves yet. */
  checkpoint: CheckedSeal.optional(),
  /** Where the first key is known from: given for this run, from keys.json in the home, or nowhere. */
  pinned: z.enum(['given', 'home', 'none']).optional(),
  /** Entries from here on were read in full; those below rest on a checkpoint that an earlier run verified. 0 for a full run. */
  readFrom: Count.optional()
};

/**
 * anchored: continues every checkpoint that was brought from outside. consistent: every hash and seal fits, the tail is not proven. behind: smaller
 * than a checkpoint brought from outside says. broken: the first entry that does not fit, what happened, and up to where the record is trustworthy.
 */
export const Verdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anchored'), ...found, anchors: z.array(CheckedAnchor) }),
  z.object({ kind: z.literal('consistent'), ...found }),
  z.object({ kind: z.literal('behind'), entries: Count, checkpoint: CheckedSeal.optional(), anchors: z.array(CheckedAnchor) }),
  z.object({
    kind: z.literal('broken'),
    entries: Count,
    seq: Count,
    what: BreakKind,
    detail: z.string(),
    trustworthyBelow: Count,
    /** What the entries below that rest on. list: the stored list of hashes, whose root is the signed one. */
    restsOn: z.object({ kind: z.enum(['checkpoint', 'list', 'anchor', 'nothing']), size: Count }).optional(),
    /** Everything that was found, where the authenticated list tells it apart. */
    kinds: z.array(z.object({ what: BreakKind, first: Count, count: Count })).optional(),
    anchors: z.array(CheckedAnchor).optional()
  })
]);
export type Verdict = z.infer<typeof Verdict>;

/** full: every entry. new: from the last checkpoint that a run verified; where that cannot be relied on, everything. */
export const VerifyMode = z.enum(['full', 'new']);
export type VerifyMode = z.infer<typeof VerifyMode>;

export const VerifyInput = z.strictObject({
  /** Default: full. */
  mode: VerifyMode.optional(),
  anchors: z.array(AnchorInput).max(100).optional(),
  /** Verifier keys held outside this computer; each must have signed this record. They take the place of the one in keys.json. */
  keys: z.array(z.string().max(4096)).max(100).optional()
});
export type VerifyInput = z.infer<typeof VerifyInput>;

export const VerifyState = z.object({
  /** null: never verified. */
  verdict: Verdict.nullable(),
  at: Instant.nullable(),
  /** Entries in the log now; those beyond the verdict's are not yet checked. */
  entries: Count,
  running: z.boolean(),
  /** When every entry was read last and fitted, and how many there were. */
  full: z.object({ at: Instant, entries: Count }).nullable(),
  /** The newer entries that were read since then: from `from` up to, but without, `entries`. */
  newer: z.object({ at: Instant, from: Count, entries: Count }).nullable(),
  /** The last time the record was found to continue checkpoints from outside, and which. */
  anchored: z.object({ at: Instant, entries: Count, anchors: z.array(CheckedAnchor) }).nullable(),
  /** Why the last attempt gave no verdict, for example because there is no checkpoint at all. */
  failure: WireError.nullable()
});
export type VerifyState = z.infer<typeof VerifyState>;
