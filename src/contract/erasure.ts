// Erasing what entries hold. Headers, hashes and proofs stay; payloads, names and the words of the search index go, and an event says so with its
// reason and legal basis. Closed lists: free text in an event that can never be erased would be the next thing to erase.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant, Language } from './ids.ts';

/** Codes are recorded for ever: never rename one. */
export const erasureReasons = ['subject-request', 'consent-withdrawn', 'no-longer-needed', 'unlawful', 'inaccurate', 'secret-exposed', 'legal-order', 'own-wish'] as const;
export const ErasureReason = z.enum(erasureReasons);
export type ErasureReason = z.infer<typeof ErasureReason>;

/** LGPD (Lei 13.709/2018) and GDPR (EU 2016/679) by article; `none` where no law asks: one's own data, or a secret that got in. */
export const legalBases = [
  'lgpd-7-i', 'lgpd-7-ii', 'lgpd-7-ix', 'lgpd-15', 'lgpd-16', 'lgpd-18-iii', 'lgpd-18-iv', 'lgpd-18-vi', 'lgpd-18-ix',
  'gdpr-5-1-e', 'gdpr-6-1-a', 'gdpr-6-1-c', 'gdpr-6-1-f', 'gdpr-16', 'gdpr-17-1-a', 'gdpr-17-1-b', 'gdpr-17-1-c', 'gdpr-17-1-d', 'gdpr-17-1-e', 'gdpr-17-1-f', 'none'
] as const;
export const LegalBasis = z.enum(legalBases);
export type LegalBasis = z.infer<typeof LegalBasis>;

/** Number of a request in one's own books. No names: it stays in the record for ever. */
export const RequestId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/, 'may hold letters, digits, ".", "_", "/" and "-", at most 64; no names, for it stays in the record');

/** Why an entry keeps its payload although it was asked for: it explains other erasures, it is where the record begins, or the record rests on it. */
export const KeptReason = z.enum(['explains-erasures', 'beginning', 'about-the-record']);
export type KeptReason = z.infer<typeof KeptReason>;

export const EraseInput = z
  .strictObject({
    /** Entries whose payload goes. */
    seqs: z.array(Count).min(1).max(10_000).optional(),
    /** A subject, by exact name or opaque id: its name, and the payloads of all entries about it. */
    subject: z.string().min(1).max(500).optional(),
    /** An actor, by exact name or opaque id: the name alone. */
    actor: z.string().min(1).max(200).optional(),
    /** With `subject`: the name alone. */
    nameOnly: z.boolean().default(false),
    reason: ErasureReason,
    basis: LegalBasis,
    request: RequestId.optional(),
    /** Says what would go, and changes nothing. */
    dryRun: z.boolean().default(false),
    /** Of the report. */
    language: Language.default('en')
  })
  .refine(({ seqs, subject, actor }) => [seqs, subject, actor].filter((one) => one !== undefined).length === 1, { error: 'give entries, a subject or an actor, and only one of these', path: ['seqs'] });
export type EraseInput = z.input<typeof EraseInput>;

/** What an erasure cannot reach, as far as Varve knows of it. */
export const OutOfReach = z.object({
  /** Exports and bundles made since the oldest of the erased entries. */
  exports: z.array(z.object({ seq: Count, at: Instant })),
  /** Openings that showed one of the erased entries to somebody. */
  openings: z.array(z.object({ seq: Count, at: Instant })),
  /** Exports of the keys. With a copy of log.db from before they open what was encrypted. */
  keyExports: z.array(z.object({ seq: Count, at: Instant })),
  /** Copies of log.db that an update of Varve left, and when they go at the latest. */
  migrationCopies: z.array(z.object({ path: z.string(), until: Instant })),
  /** Cold packages of the record that were made before the erasure and reach as far back as the oldest of the erased entries; `events`: null for one that was being made. */
  packages: z.array(z.object({ path: z.string(), createdAt: Instant, events: Count.nullable(), sealed: z.boolean() })),
  /** Files with lines as they came from outside: quarantine and reports of imports. */
  importFiles: z.array(z.string())
});
export type OutOfReach = z.infer<typeof OutOfReach>;

export const ErasureResult = z.object({
  dryRun: z.boolean(),
  /** Entries whose payload went, or would go; at most the first 10,000 are named. */
  entries: Count,
  seqs: z.array(Count),
  /** Names that went. */
  names: Count,
  /** Entries about the subject that keep their payload. */
  kept: z.array(z.object({ seq: Count, action: z.string(), why: KeptReason })),
  /** Entries among the erased that did not fit their commitment any more; the event names them. */
  altered: z.array(Count),
  /** The erasure events. */
  events: z.array(Count),
  /** Size of the checkpoint signed over them; null when it could not be signed now. */
  checkpoint: Count.nullable(),
  /** `gone`: nothing of it is in the files of the record any more. `waiting`: another program still reads an older state; Varve tries again by itself. */
  residue: z.enum(['gone', 'waiting']),
  outOfReach: OutOfReach,
  /** The report, in Markdown; where it was written, or null when it could not be. Empty for a dry run. */
  report: z.object({ path: z.string().nullable(), text: z.string() })
});
export type ErasureResult = z.infer<typeof ErasureResult>;

export const erasure = {
  erase: procedure.route({ method: 'POST', path: '/log/erasures' }).input(EraseInput).output(ErasureResult)
};
