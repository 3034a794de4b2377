// Reading the record as a person does: any page of any filter, what there is to choose from, the shape of it over time, what stands out, and
// notes and marks on entries. `upTo` names the newest entry that counts, so that nothing moves while the log grows; left out, it is the newest
// of now, and each answer says which one that was.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant } from './ids.ts';
import { Category, Level, LogEntry, LogFilter } from './log.ts';

/** An entry in a list. Large payloads come shortened; `log.show` has all of it. */
export const LogRow = z.object({
  seq: Count,
  /** null for an entry that cannot be read any more; `damage` says why, for the technical reader. */
  entry: LogEntry.nullable(),
  damage: z.string().nullable(),
  shortened: z.boolean(),
  notes: Count,
  reviewed: z.boolean()
});
export type LogRow = z.infer<typeof LogRow>;

const selection = { filter: LogFilter.default({}), upTo: Count.optional() };

/**
 * `complete` false: not all entries have been looked at yet, and `total` will grow; ask again to go on. `scannedTo` is the oldest entry looked
 * at so far.
 */
const progress = { upTo: Count.nullable(), total: Count, complete: z.boolean(), scannedTo: Count, sealed: Count };

const counted = <T extends z.ZodType>(value: T) => z.object({ values: z.array(value), distinct: Count });
const named = z.object({ id: z.string(), name: z.string().nullable(), count: Count });

export const LogFacets = z.object({
  upTo: Count.nullable(),
  total: Count,
  /** Encrypted entries that a condition on payloads could not look into. */
  sealed: Count,
  category: counted(z.object({ value: Category, count: Count })),
  level: counted(z.object({ value: Level, count: Count })),
  action: counted(z.object({ value: z.string(), count: Count })),
  actor: counted(named),
  subject: counted(named),
  session: counted(z.object({ value: z.string(), count: Count, from: Instant, to: Instant }))
});
export type LogFacets = z.infer<typeof LogFacets>;
export const FacetName = z.enum(['category', 'level', 'action', 'actor', 'subject', 'session']);

export const LogHistogram = z.object({
  upTo: Count.nullable(),
  /** Both null while the log is empty. `to` is the first moment after the last bucket. */
  from: Instant.nullable(),
  to: Instant.nullable(),
  widthMs: Count,
  /** All entries of that time, and those that pass the filter when its own time is left out. */
  buckets: z.array(z.object({ from: Instant, total: Count, matched: Count })),
  matched: Count,
  sealed: Count
});
export type LogHistogram = z.infer<typeof LogHistogram>;

const about = z.object({ kind: z.enum(['action', 'actor', 'subject']), value: z.string(), name: z.string().nullable() });
/** What stands out, with the numbers it rests on. */
export const LogHint = z.discriminatedUnion('kind', [
  /** More or fewer than usual in the window; `usual` and `spread` are median and median deviation over `windows` earlier ones. */
  z.object({ kind: z.literal('rate'), direction: z.enum(['more', 'fewer']), about, count: Count, usual: z.number(), spread: z.number(), windows: Count }),
  /** For the first time ever in the window. */
  z.object({ kind: z.literal('new'), about, count: Count, first: Count, at: Instant }),
  /** Came regularly, every `gapMs` or so, and has not come for `silentMs`. */
  z.object({ kind: z.literal('silence'), about, last: Count, at: Instant, silentMs: Count, gapMs: Count, times: Count })
]);
export type LogHint = z.infer<typeof LogHint>;

export const LogNote = z.object({
  /** The event that holds it. */
  seq: Count,
  at: Instant,
  actorName: z.string().nullable(),
  /** null when it cannot be shown: encrypted and locked, or damaged. */
  text: z.string().nullable(),
  state: LogEntry.shape.payloadState
});
export type LogNote = z.infer<typeof LogNote>;

export const EntryAnnotations = z.object({
  notes: z.array(LogNote),
  reviewed: z.object({ seq: Count, at: Instant, actorName: z.string().nullable() }).nullable()
});
export type EntryAnnotations = z.infer<typeof EntryAnnotations>;

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
/** The way from an entry's leaf to the root that a checkpoint signs. */
export const EntryInclusion = z.object({
  leaf: Hash,
  /** The newest one; null when none covers the entry yet. */
  checkpoint: z.object({ size: Count, at: Instant, root: Hash }).nullable(),
  /** The hash beside the way, on which side it stands, and what both give; the leaf's sibling first. */
  steps: z.array(z.object({ hash: Hash, side: z.enum(['left', 'right']), reached: Hash })),
  /** The way ends at the root that is signed. */
  holds: z.boolean()
});
export type EntryInclusion = z.infer<typeof EntryInclusion>;

export const ViewName = z.string().trim().min(1).max(80);
export const LogView = z.object({ id: z.string(), name: z.string(), filter: LogFilter, changedAt: Instant });
export type LogView = z.infer<typeof LogView>;

const Seqs = z.array(Count).min(1).max(10_000);
const Appended = z.object({ seq: Count });

export const review = {
  /** Entries `offset` to `offset + limit`, newest first. */
  rows: procedure
    .input(z.object({ ...selection, offset: Count.default(0), limit: z.number().int().min(1).max(500).default(100) }))
    .output(z.object({ rows: z.array(LogRow), ...progress })),
  /** How many entries above `above` pass the filter: those that wait to be shown. */
  newer: procedure.input(z.object({ filter: LogFilter.default({}), above: Count })).output(z.object({ count: Count, upTo: Count.nullable() })),
  /** Where an entry stands among those that pass, by its number or by a moment (the newest entry at or before it). `offset` null: it does not pass. */
  locate: procedure
    .input(z.object({ ...selection, seq: Count.optional(), at: Instant.optional() }))
    .output(z.object({ seq: Count.nullable(), offset: Count.nullable(), complete: z.boolean() })),
  /** The entries around one, whatever the filter, oldest first. */
  context: procedure.input(z.object({ seq: Count, before: z.number().int().min(0).max(200).default(5), after: z.number().int().min(0).max(200).default(5) })).output(z.object({ rows: z.array(LogRow) })),
  /** What there is to choose from. Each facet is counted as if nothing were chosen in it. */
  facets: procedure
    .input(z.object({ ...selection, most: z.number().int().min(1).max(500).default(50), search: z.object({ facet: FacetName, part: z.string().max(200) }).optional() }))
    .output(LogFacets),
  /** Over the whole record. Buckets begin at `alignTo` and whole widths from there, so that days can begin at the reader's midnight. */
  histogram: procedure.input(z.object({ ...selection, buckets: z.number().int().min(1).max(400).default(90), alignTo: Instant.optional() })).output(LogHistogram),
  /** How many entries of the whole record lie before the first of these moments, between each and the next, and from the last on, in the order of time. */
  between: procedure.input(z.object({ times: z.array(Instant).min(1).max(1000), upTo: Count.optional() })).output(z.object({ upTo: Count.nullable(), counts: z.array(Count) })),
  /** The window before now (or `at`) against as many as fit into the weeks before it. */
  hints: procedure
    .input(z.object({ windowMs: z.number().int().min(3_600_000).max(31 * 86_400_000).default(86_400_000), at: Instant.optional() }))
    .output(z.object({ at: Instant, windowMs: Count, windows: Count, hints: z.array(LogHint) })),
  inclusion: procedure.input(z.object({ seq: Count })).output(EntryInclusion),
  annotations: procedure.input(z.object({ seq: Count })).output(EntryAnnotations),
  note: procedure.input(z.object({ seqs: Seqs, text: z.string().trim().min(1).max(10_000) })).output(Appended),
  /** Takes a note off the entries it stands on. The event that held it stays; erasing it is another matter. */
  removeNote: procedure.input(z.object({ note: Count })).output(Appended),
  mark: procedure.input(z.object({ seqs: Seqs, reviewed: z.boolean() })).output(z.object({ seq: Count.nullable() })),
  /** Who read or exported what, as a table for a spreadsheet. Being an export, it is recorded. */
  accessCsv: procedure.input(z.object({ filter: LogFilter.default({}), purpose: z.string().trim().min(1).max(500) })).output(z.object({ fileName: z.string(), content: z.string(), entries: Count })),
  views: {
    list: procedure.input(z.object({})).output(z.array(LogView)),
    /** A view of that name is replaced. */
    save: procedure.input(z.object({ name: ViewName, filter: LogFilter })).output(LogView),
    remove: procedure.input(z.object({ name: ViewName })).output(z.object({ removed: z.literal(true) }))
  }
};
