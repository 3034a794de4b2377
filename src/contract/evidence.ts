// Evidence that a stranger can check: proofs of single entries, consistency of two checkpoints, bundles, tiles for mirrors, and what checking found.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Instant } from './ids.ts';
import { LogFilter } from './log.ts';

/** Whether payloads go along, with what opens their commitments, or only the commitments in the headers. */
export const Disclosure = z.enum(['payloads', 'commitments']);
export type Disclosure = z.infer<typeof Disclosure>;

/** Why evidence is refused; words in copy/evidence.ts. */
export const refusalReasons = [
  'format', 'line', 'field', 'cut-off', 'last-line', 'note', 'origin', 'size', 'key', 'foreign-key', 'signature', 'rotation', 'consistency', 'header', 'order', 'chain', 'inclusion', 'root', 'payload', 'erasure', 'held', 'extra'
] as const;
export const RefusalReason = z.enum(refusalReasons);
export type RefusalReason = z.infer<typeof RefusalReason>;

/** What is missing where evidence may hold but cannot be shown to: `lack` of EVIDENCE_MISSING. */
export const evidenceLacks = ['behind', 'unproven', 'entry', 'key', 'older', 'other-size', 'checkpoint', 'uncovered'] as const;
export type EvidenceLack = (typeof evidenceLacks)[number];

/** What a check of evidence found. Evidence that does not hold is the error EVIDENCE_REFUSED, never a report. */
export const EvidenceReport = z.object({
  kind: z.enum(['bundle', 'proof', 'consistency']),
  /** `verified`: against a key that the reader brought. `consistent`: everything fits, but the key is the file's own word. */
  verdict: z.enum(['verified', 'consistent']),
  origin: z.string(),
  checkpoint: z.object({ size: Count, root: z.string() }),
  /** The key to compare: the one given, or the first one in the file; `signer` signed the checkpoint. */
  key: z.object({ vkey: z.string(), from: z.enum(['given', 'file']), signer: z.string() }),
  /** Changes of key between the first key and the signer, each proven. */
  rotations: Count,
  /** The checkpoint that the reader holds: the same, or a beginning of this one. */
  held: z.object({ size: Count, relation: z.enum(['same', 'beginning']) }).nullable(),
  /** True when every entry that the checkpoint covers is there. */
  complete: z.boolean(),
  entries: Count,
  payloads: z.object({ opened: Count, withheld: Count, locked: Count, erased: Count, none: Count }),
  /** The file's own word about when it was made; null when it does not say. */
  created: Instant.nullable()
});
export type EvidenceReport = z.infer<typeof EvidenceReport>;

const Purpose = z.string().min(1).max(1000).optional();
/** A signed checkpoint, verbatim. */
const Note = z.string().min(1).max(100_000);

export const BundleRequest = z.object({
  /** Which entries; none: all that the newest checkpoint covers. */
  filter: LogFilter.optional(),
  disclosure: Disclosure.default('payloads'),
  /** Opens encrypted contents, too; needs a purpose. */
  protected: z.boolean().default(false),
  /** Why it is handed out; becomes part of the record. */
  purpose: Purpose,
  /** Checkpoints that the receiver holds: the bundle then shows that it continues them. */
  held: z.array(Note).max(100).default([])
});
export type BundleRequest = z.input<typeof BundleRequest>;

export const ProofText = z.object({ fileName: z.string(), text: z.string(), size: Count });

/** What an export wrote. */
export const ExportReport = z.object({
  path: FilePath,
  /** Entries in it, and how many the checkpoint covers. */
  entries: Count,
  size: Count,
  bytes: Count,
  /** Of the bundle file, hex; null for a folder of tiles. */
  sha256: z.string().nullable(),
  /** Entries in the record that no checkpoint covers yet. */
  uncovered: Count
});
export type ExportReport = z.infer<typeof ExportReport>;

export const evidence = {
  /** The proof file (C2SP tlog-proof) of one entry, in the newest checkpoint that can be had. An event says who took it and why. */
  prove: procedure.route({ method: 'POST', path: '/log/proof' }).input(z.object({ seq: Count, disclosure: Disclosure.default('payloads'), protected: z.boolean().default(false), purpose: Purpose })).output(ProofText),
  /** Shows that a signed checkpoint continues an older one: the body of a C2SP witness request. `old`: a size, or the older signed checkpoint itself. */
  consistency: procedure.input(z.object({ old: z.union([Count, Note]), new: Count.optional() })).output(ProofText.extend({ oldSize: Count })),
  /** Starts writing a bundle into a new file, as a task (`kind: 'evidence'`). */
  bundle: procedure.input(BundleRequest.extend({ path: FilePath })).output(z.object({ taskId: z.string() })),
  /** The same bundle as a stream of text, for a browser. */
  download: procedure.input(BundleRequest).output(eventIterator(z.object({ text: z.string() }))),
  /** Starts writing tiles, entry bundles and checkpoint into a folder that public tools can mirror (C2SP tlog-tiles), as a task. What is there already and full stays. */
  tiles: procedure.input(z.object({ path: FilePath, purpose: Purpose })).output(z.object({ taskId: z.string() }))
};
