// Outside anchors: checkpoints that somebody holds where a change of this computer does not reach, and the witnesses that keep and cosign them.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant, Language } from './ids.ts';

/** How a checkpoint is held outside. The first five are a person's word; the rest Varve saw itself. */
export const heldKinds = ['paper', 'file', 'mail', 'git', 'other'] as const;
export const AnchorKind = z.enum([...heldKinds, 'printed', 'witness', 'snapshot']);
export type AnchorKind = z.infer<typeof AnchorKind>;

/**
 * fits: the record has this prefix. behind: the checkpoint covers more entries than the record has. other-history: the record's first entries
 * are not those. foreign-key: signed by a key this record never had.
 */
export const AnchorOutcome = z.enum(['fits', 'behind', 'other-history', 'foreign-key']);
export type AnchorOutcome = z.infer<typeof AnchorOutcome>;

/** signed: a whole note with this record's signature. unsigned: size and whole root. short: size and the root's first characters, weak. claim: a size a witness named. */
export const AnchorForm = z.enum(['signed', 'unsigned', 'short', 'claim']);
export type AnchorForm = z.infer<typeof AnchorForm>;

export const Anchor = z.object({
  no: Count,
  /** The entry that records it. */
  seq: Count,
  at: Instant,
  kind: AnchorKind,
  outcome: AnchorOutcome,
  form: AnchorForm,
  size: Count,
  /** Base64 of the root, or its beginning; empty for a claim. */
  root: z.string(),
  /** Entries the record had when it was compared. */
  entries: Count,
  /** False where it lies on the same drive as the record: then it proves little and is no reason to wait with the next. */
  outside: z.boolean(),
  /** The note, verbatim, with cosignatures. */
  note: z.string().nullable(),
  label: z.string().nullable(),
  witness: z.string().nullable(),
  /** The witness's own time. */
  witnessedAt: Instant.nullable(),
  repository: z.string().nullable(),
  snapshot: z.string().nullable()
});
export type Anchor = z.infer<typeof Anchor>;

/** True when a refusal is grave: a typed line may be mistyped, a signature or a witness's word is not. */
export function isGrave({ form }: Pick<Anchor, 'form'>): boolean {
  return form === 'signed' || form === 'claim';
}

/** Does a refusal still speak against the record? A signed checkpoint does for ever; a typed line or a witness's word until another one fits. */
export function standsAgainst(refused: Pick<Anchor, 'form' | 'no'>, newest: Pick<Anchor, 'no'> | null): boolean {
  return refused.form === 'signed' || refused.no > (newest?.no ?? 0);
}

export const AnchorStatus = z.object({
  /** The newest that fits and lies outside. */
  newest: Anchor.nullable(),
  /** Whole days since; null when there is none. */
  days: Count.nullable(),
  /** Older than a week, or none in a record that is older than a week. */
  due: z.boolean(),
  /** Entries that no outside anchor covers yet. */
  uncovered: Count,
  /** The newest one that did not fit; a signed one, if there is any. */
  refused: Anchor.nullable()
});
export type AnchorStatus = z.infer<typeof AnchorStatus>;

export const Witness = z.object({ vkey: z.string(), name: z.string(), url: z.string().nullable(), addedAt: Instant, /** How far it has followed this record, as far as is known here. */ size: Count });
export type Witness = z.infer<typeof Witness>;

/** What came of an answer: an anchor (held, or refused and recorded), or null when the witness only named the size it stands at: ask again from there. */
export const WitnessResult = z.object({ anchor: Anchor.nullable(), size: Count });
export type WitnessResult = z.infer<typeof WitnessResult>;

const Vkey = z.string().min(1).max(4096);
const Url = z.string().min(1).max(2000);
const Text = z.string().min(1).max(200_000);
const label = z.string().min(1).max(500);

export const anchors = {
  status: procedure.route({ method: 'GET', path: '/log/anchors/status' }).input(z.object({})).output(AnchorStatus),
  /** Newest first. */
  list: procedure.route({ method: 'GET', path: '/log/anchors' }).input(z.object({ before: Count.optional(), limit: z.number().int().min(1).max(1000).default(100) })).output(z.array(Anchor)),
  /** "I hold this": compares it with the record at once and records what came of it, whatever it is. BAD_INPUT for a text that is no checkpoint of this record. */
  hold: procedure.route({ method: 'POST', path: '/log/anchors' }).input(z.object({ text: Text, kind: z.enum(heldKinds), label: label.optional() })).output(Anchor),
  /** A page to print, with the newest checkpoint as text and QR code. Recorded as `printed`. */
  sheet: procedure.input(z.object({ language: Language })).output(z.object({ html: z.string(), fileName: z.string(), anchor: Anchor })),
  /** The newest checkpoints that snapshots of this record carried into a repository, compared with the record and recorded. */
  fromRepository: procedure.input(z.object({ repository: z.string() })).output(z.object({ looked: Count, anchors: z.array(Anchor) })),
  /** The same checkpoints only read, newest first, for whoever verifies against them. */
  inRepository: procedure.input(z.object({ repository: z.string(), limit: z.number().int().min(1).max(100).default(10) })).output(z.array(z.object({ snapshot: z.string(), time: z.string(), note: z.string(), vkey: z.string().nullable() }))),
  witnesses: {
    list: procedure.input(z.object({})).output(z.array(Witness)),
    add: procedure.input(z.object({ vkey: Vkey, url: Url.optional() })).output(Witness),
    remove: procedure.input(z.object({ witness: Vkey })).output(z.object({ removed: z.boolean() })),
    /** The request for a cosignature, for a file. `old`: where the witness stands, if it was told. */
    request: procedure.input(z.object({ witness: Vkey, old: Count.optional() })).output(z.object({ text: z.string(), fileName: z.string(), old: Count, size: Count })),
    /** The witness's answer from a file. `witness` is needed only for a bare size when several are known. */
    accept: procedure.input(z.object({ text: Text, witness: Vkey.optional() })).output(WitnessResult),
    /** Request and answer over HTTP, to the address that was given here or with the witness. */
    send: procedure.input(z.object({ witness: Vkey, url: Url.optional() })).output(WitnessResult)
  }
};
