// What comes into the record from other programs, and what goes out of it: events in number, files of lines, followed files, exports.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { WireError } from './errors.ts';
import { Count, FilePath, Instant, Language } from './ids.ts';
import { Action, AppendInput, Level, LogFilter, MaskFinding } from './log.ts';

/** A member of a line by JSON Pointer (RFC 6901), for example `/data/event`. */
const Pointer = z.string().max(500).regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'must be a JSON Pointer such as /ts or /data/event');

/** How the old file's `hash` follows from the line before; docs/log-from-other-programs.md, "Hash chains of old files". */
export const ChainRule = z.strictObject({
  hash: Pointer.default('/hash'),
  algorithm: z.enum(['sha256', 'sha512', 'sha1', 'md5']).default('sha256'),
  /** What is hashed: the line without its hash, or some of its members one after another. */
  over: z.union([z.literal('line'), z.array(Pointer).min(1).max(20)]),
  /** How it is written: RFC 8785; compact JSON with members sorted or as they came; the same as Python's json.dumps writes it. */
  form: z.enum(['jcs', 'sorted', 'ordered', 'sorted-ascii', 'ordered-ascii', 'python-sorted', 'python-ordered', 'python-sorted-unicode', 'python-ordered-unicode']),
  /** Where the hash of the line before goes: in front, behind, it is a member of the line itself, or nowhere (each line stands alone). */
  previous: z.enum(['before', 'after', 'member', 'none']),
  /** With `member`: which one. */
  member: Pointer.optional(),
  /** Between the pieces. */
  separator: z.string().max(10).default(''),
  /** What the first line has in place of a hash before it. */
  first: z.string().max(200).default('')
});
export type ChainRule = z.infer<typeof ChainRule>;

export const Mapping = z.strictObject({
  format: z.literal('varve-mapping'),
  version: z.literal(1),
  encoding: z.enum(['utf-8', 'latin1']).default('utf-8'),
  /** The old time, kept as a claim. Numbers are seconds or milliseconds since 1970; `auto` takes large ones for milliseconds. `zone` for times that name none. */
  time: z.strictObject({ field: Pointer, as: z.enum(['auto', 'text', 'seconds', 'milliseconds']).default('auto'), zone: z.string().regex(/^[+-]\d{2}:\d{2}$/).optional() }).optional(),
  /** The event's action: always the same, or from the line where it fits (lower-case letters, digits, ".", "_", "-"), else `otherwise`. */
  action: z.union([z.strictObject({ fixed: Action }), z.strictObject({ field: Pointer, otherwise: Action.default('app.imported'), required: z.boolean().default(false) })]).default({ fixed: 'app.imported' }),
  category: z.enum(['app', 'note', 'decision', 'experiment', 'ingest']).default('ingest'),
  level: z.union([z.strictObject({ fixed: Level }), z.strictObject({ field: Pointer, values: z.record(z.string().max(100), Level).default({}), otherwise: Level.default('info') })]).default({ fixed: 'info' }),
  /** What the entry is about; default: the source. */
  subject: z.strictObject({ field: Pointer, prefix: z.string().max(50).default('') }).optional(),
  /** Ties entries together when it is 32 hex digits or a UUID; otherwise it stays in the payload. */
  session: Pointer.optional(),
  /** What becomes `data` of the payload; default: the whole line. */
  data: Pointer.optional(),
  chain: z.union([z.enum(['auto', 'none']), ChainRule]).default('auto')
});
export type Mapping = z.infer<typeof Mapping>;

/** What the chain in an old file turned out to be. `unrecognised`: there are hashes, but none of the known rules makes them. */
export const ChainReport = z.object({
  state: z.enum(['intact', 'absent', 'broken', 'unrecognised']),
  /** First line that does not fit. */
  line: Count.optional(),
  /** Lines whose hash was checked and fits. */
  checked: Count,
  rule: z.string().optional()
});
export type ChainReport = z.infer<typeof ChainReport>;

/** Why a line was not taken in; words in the copy catalogue, `detail` for the technical reader. */
export const RefusalCode = z.enum(['too-long', 'not-text', 'not-json', 'not-an-object', 'no-action', 'refused']);
export type RefusalCode = z.infer<typeof RefusalCode>;
export const Refusal = z.object({ line: Count, code: RefusalCode, detail: z.string() });
export type Refusal = z.infer<typeof Refusal>;

export const ImportReport = z.object({
  source: z.string(),
  path: FilePath,
  dryRun: z.boolean(),
  bytes: Count,
  sha256: z.string(),
  lines: Count,
  /** Added now, in the record already, empty, refused. */
  imported: Count,
  present: Count,
  blank: Count,
  refused: Count,
  /** The first hundred. */
  refusals: z.array(Refusal),
  chain: ChainReport,
  masked: z.array(z.object({ rule: z.string(), count: Count })),
  bom: z.boolean(),
  claimedFrom: z.string().nullable(),
  claimedTo: z.string().nullable(),
  /** Seq of the `log.imported` event; null for a dry run, and when this very file was imported before. */
  event: Count.nullable(),
  quarantine: FilePath.nullable(),
  report: FilePath.nullable()
});
export type ImportReport = z.infer<typeof ImportReport>;

export const ImportStep = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), bytesDone: Count, bytesTotal: Count, lines: Count, imported: Count, refused: Count }),
  z.object({ kind: z.literal('done'), report: ImportReport })
]);
export type ImportStep = z.infer<typeof ImportStep>;

export const FollowedFile = z.object({
  path: FilePath,
  source: z.string(),
  /** Lines taken in and refused since it is followed. */
  taken: Count,
  refused: Count,
  /** Bytes behind the last whole line that was taken. */
  pendingBytes: Count,
  /** Where refused lines are; null while there are none. */
  quarantine: FilePath.nullable(),
  /** What kept the last look from succeeding. */
  failure: WireError.nullable()
});
export type FollowedFile = z.infer<typeof FollowedFile>;

export const ExportFormat = z.enum(['jsonl', 'csv']);
export type ExportFormat = z.infer<typeof ExportFormat>;

export const ExportMeta = z.object({
  format: z.literal('varve-log-export'),
  version: z.literal(1),
  as: ExportFormat,
  origin: z.string(),
  createdAt: Instant,
  purpose: z.string(),
  filter: LogFilter,
  /** All times in an export are UTC. */
  timeZone: z.literal('UTC'),
  /** Entries that the filter matches up to `head`. */
  entries: Count,
  head: z.object({ seq: Count, hash: z.string() }).nullable(),
  /** The newest signed checkpoint (a signed note, verbatim); entries beyond its size are not signed yet. */
  checkpoint: z.string().nullable(),
  /** Seq of the event that records this export. */
  event: Count
});
export type ExportMeta = z.infer<typeof ExportMeta>;

/** What is not in an export although the entry is: payloads that cannot be shown. */
export const ExportEnd = z.object({ end: z.literal(true), entries: Count, omitted: z.object({ locked: Count, erased: Count, missing: Count, altered: Count }), sha256: z.string() });
export type ExportEnd = z.infer<typeof ExportEnd>;

export const ExportInput = z.strictObject({
  format: ExportFormat,
  /** Why; becomes part of the record. */
  purpose: z.string().min(1).max(2000),
  filter: LogFilter.default({}),
  /** CSV: begin with a byte order mark, which some spreadsheets need to read UTF-8. */
  bom: z.boolean().default(false)
});
export type ExportInput = z.input<typeof ExportInput>;

const ImportInput = z.strictObject({
  path: FilePath,
  mapping: Mapping.optional(),
  source: z.string().min(1).max(400).optional(),
  dryRun: z.boolean().default(false),
  language: Language.optional()
});

export const intake = {
  /** Several events in one transaction: all or none. */
  appendMany: procedure
    .input(z.strictObject({ events: z.array(AppendInput).min(1).max(1000) }))
    .output(z.object({ events: z.array(z.object({ seq: Count, id: z.string(), ts: Instant, hash: z.string(), masked: z.array(MaskFinding).optional() })) })),
  /** Takes in a file of JSON lines on this computer. Ends with its report; stopped early, it goes on where it stopped when it is called again. */
  import: procedure.input(ImportInput).output(eventIterator(ImportStep)),
  /** The record as text in pieces, then what a reader should know of it. Recorded before the first piece. */
  export: procedure
    .input(ExportInput)
    .output(eventIterator(z.discriminatedUnion('kind', [z.object({ kind: z.literal('text'), text: z.string() }), z.object({ kind: z.literal('end'), meta: ExportMeta, end: ExportEnd })]))),
  follow: {
    /** Takes in what the file holds now, and from then on every whole line that is appended to it, across rotation, exactly once. */
    add: procedure.input(z.strictObject({ path: FilePath, mapping: Mapping.optional(), source: z.string().min(1).max(400).optional() })).output(z.object({ file: FollowedFile, report: ImportReport })),
    list: procedure.input(z.object({})).output(z.array(FollowedFile)),
    remove: procedure.input(z.object({ path: FilePath })).output(z.object({ removed: z.boolean() })),
    /** Looks now instead of at the next second. */
    run: procedure.input(z.object({})).output(z.array(FollowedFile))
  }
};
