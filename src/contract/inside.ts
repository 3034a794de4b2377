// What differs inside one file of a comparison: text by lines, JSON by value, tables by cell, databases by row, and so on.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, SnapshotName } from './ids.ts';

/** `bytes`: what no other kind understands, byte by byte. */
export const InsideKind = z.enum(['text', 'json', 'csv', 'sqlite', 'image', 'npy', 'bytes']);
export type InsideKind = z.infer<typeof InsideKind>;

/** Up to where files are compared as what they are, of each side: bytes, and rows of a table. Of a text, what is left from its first difference on. */
export const insideLimits = { text: 16 * 1024 * 1024, json: 64 * 1024 * 1024, csv: 64 * 1024 * 1024, csvRows: 2_000_000, sqlite: 1024 * 1024 * 1024 } as const;

/** Why a file was not compared as what its name or its first bytes say. */
export const InsideFallback = z.object({ wanted: InsideKind, why: z.enum(['too-large', 'not-valid', 'too-deep', 'other-kind']) });
export type InsideFallback = z.infer<typeof InsideFallback>;

export const TextEncoding = z.enum(['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'latin-1']);
export type TextEncoding = z.infer<typeof TextEncoding>;
export const LineEnding = z.enum(['none', 'lf', 'crlf', 'mixed']);
export type LineEnding = z.infer<typeof LineEnding>;

const both = <T extends z.ZodType>(one: T) => ({ before: one, after: one });
const Tally = z.object({ added: Count, removed: Count, changed: Count });

export const ArrayStatistics = z.object({
  /** Decimal numbers as text: they may be NaN, infinite, or longer than a JSON number. null: there is no number to say it of. */
  min: z.string().nullable(),
  max: z.string().nullable(),
  mean: z.string().nullable(),
  nan: Count,
  elements: Count
});
export type ArrayStatistics = z.infer<typeof ArrayStatistics>;

export const ArrayForm = z.object({ dtype: z.string(), shape: z.array(z.string()), order: z.enum(['C', 'F']) });
export type ArrayForm = z.infer<typeof ArrayForm>;

export const TableFacts = z.object({
  name: z.string(),
  state: z.enum(['same', 'changed', 'added', 'removed', 'not-compared']),
  /** Of `not-compared`. */
  why: z.enum(['virtual', 'no-common-key', 'damaged', 'encoding', 'time']).nullable(),
  /** What tells rows apart: the columns of the primary key, or none where it is the row's own number. */
  key: z.array(z.string()),
  ...Tally.shape
});
export type TableFacts = z.infer<typeof TableFacts>;

export const InsideFacts = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    ...both(z.object({ encoding: TextEncoding, endings: LineEnding, finalNewline: z.boolean() })),
    added: Count,
    removed: Count,
    /** Some stretches differ so much that they are shown as gone and new as a whole. */
    coarse: z.boolean(),
    /** The first line that was compared; all before it are equal. */
    firstLine: Count
  }),
  z.object({ kind: z.literal('json'), ...Tally.shape, /** Objects whose keys stand in another order. */ reordered: Count, /** Only white space, escapes or the order of keys differ. */ formOnly: z.boolean(), /** A key stands twice in one object; the last counts. */ duplicateKeys: z.boolean(), coarse: z.boolean() }),
  z.object({
    kind: z.literal('csv'),
    ...both(z.object({ encoding: TextEncoding, delimiter: z.string(), rows: Count, columns: Count })),
    header: z.boolean(),
    /** The column that tells rows apart; null: rows were put side by side by their order. */
    key: z.string().nullable(),
    columnsAdded: z.array(z.string()),
    columnsRemoved: z.array(z.string()),
    ...Tally.shape,
    reordered: z.boolean(),
    formOnly: z.boolean(),
    coarse: z.boolean()
  }),
  z.object({ kind: z.literal('sqlite'), ...Tally.shape, /** Tables, indexes, views and triggers. */ schemaChanges: Count, /** The first 500. */ tables: z.array(TableFacts), tableCount: Count, ...both(z.object({ wal: z.boolean(), journal: z.boolean() })) }),
  z.object({ kind: z.literal('image'), ...both(z.object({ format: z.string(), width: Count, height: Count })) }),
  z.object({
    kind: z.literal('npy'),
    ...both(ArrayForm),
    /** null: the elements were not put side by side, because `why`. */
    differing: Count.nullable(),
    why: z.enum(['shape', 'order', 'dtype']).nullable(),
    /** The largest absolute difference of two elements that are both numbers. */
    maxDifference: z.string().nullable(),
    statistics: z.object(both(ArrayStatistics.nullable()))
  }),
  z.object({ kind: z.literal('bytes'), /** What the first bytes say it is: `zip`, `gzip`, `pdf`. */ form: z.string().nullable(), /** Offset; null where they are equal as far as both go. */ first: Count.nullable(), /** Among those that both sides have. */ differing: Count, ranges: Count })
]);
export type InsideFacts = z.infer<typeof InsideFacts>;

const InsideFile = z.object({ path: z.string(), label: z.string(), sizeBytes: Count });

export const Inside = z.object({
  id: z.string(),
  before: InsideFile,
  after: InsideFile,
  same: z.boolean(),
  facts: InsideFacts,
  fallback: InsideFallback.nullable(),
  rows: Count,
  /** Differences that were found but not kept, beyond the limit of rows. */
  rowsLeftOut: Count,
  /** Bytes at the end of each side that were not compared, beyond the limit of bytes. */
  unread: z.object(both(Count)),
  durationMs: Count
});
export type Inside = z.infer<typeof Inside>;

const Line = z.object({ line: Count, text: z.string() }).nullable();
export const RowChange = z.enum(['added', 'removed', 'changed']);
export type RowChange = z.infer<typeof RowChange>;

/** One difference. Texts are cut at 4,000 characters; `cut` says so. */
export const InsideRow = z.discriminatedUnion('row', [
  /** Begins a stretch of lines, as in a unified diff: first line and number of lines of each side. */
  z.object({ row: z.literal('hunk'), beforeLine: Count, beforeLines: Count, afterLine: Count, afterLines: Count }),
  /** Two lines side by side: equal ones as `same`; else one that is gone, one that is new, or one in place of the other. */
  z.object({ row: z.literal('lines'), same: z.boolean(), ...both(Line), cut: z.boolean() }),
  /** A value of JSON by its RFC 6901 pointer on each side; `reordered`: the keys of this object stand in another order. */
  z.object({ row: z.literal('value'), change: z.enum(['added', 'removed', 'changed', 'reordered']), ...both(z.object({ pointer: z.string(), json: z.string() }).nullable()), cut: z.boolean() }),
  /** A row of a table. `cells` of a changed one are those that differ, else all. `beforeRow`, `afterRow`: its place in a CSV file, counted from 1 without the header. */
  z.object({ row: z.literal('record'), change: RowChange, table: z.string().nullable(), key: z.string().nullable(), beforeRow: Count.nullable(), afterRow: Count.nullable(), cells: z.array(z.object({ column: z.string(), ...both(z.string().nullable()) })), cut: z.boolean() }),
  z.object({ row: z.literal('schema'), change: RowChange, type: z.string(), name: z.string(), ...both(z.string().nullable()), cut: z.boolean() }),
  z.object({ row: z.literal('element'), index: z.array(Count), ...both(z.string()) }),
  /** At most 16 bytes from `offset` on, in hexadecimal digits. */
  z.object({ row: z.literal('bytes'), offset: Count, same: z.boolean(), ...both(z.string()) })
]);
export type InsideRow = z.infer<typeof InsideRow>;

export const insideSide = z.enum(['before', 'after']);

export const inside = {
  /**
   * Compares the content of one file on two sides, as a task (`kind: 'inside'`). `to: null`: the file as it lies in the folders of the snapshot's plan now.
   * `path` in the first, `toPath` in the second, where it was moved meanwhile. `as`: what to take it for, instead of what it seems to be. `trial`: with the file in that trial's copy; `path` and
   * `toPath` are then below its folder.
   */
  start: procedure
    .route({ method: 'POST', path: '/comparisons/inside' })
    .input(z.object({ from: SnapshotName, to: SnapshotName.nullable(), path: z.string().min(1).max(32_768), toPath: z.string().min(1).max(32_768).optional(), as: z.enum(['text', 'bytes']).optional(), trial: z.string().max(36).optional() }))
    .output(z.object({ taskId: z.string() })),
  /** A page of what was found. NOT_FOUND when it is no longer kept. */
  rows: procedure.input(z.object({ inside: z.string().max(100), offset: Count.default(0), limit: z.number().int().min(1).max(2000).default(500) })).output(z.object({ rows: z.array(InsideRow), total: Count })),
  /** The picture itself of one side, in base64 and pieces of at most 1 MiB; kept of images up to 16 MiB. */
  picture: procedure.input(z.object({ inside: z.string().max(100), side: insideSide, offset: Count.default(0) })).output(z.object({ data: z.string(), end: z.boolean() }))
};
