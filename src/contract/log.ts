// The record: append, read, follow, verify. Header fields and bytes follow evidence-formats.md section 8.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant, Uuid7 } from './ids.ts';
import { VerifyInput, VerifyState } from './verify.ts';

export { BreakKind, Verdict, VerifyState } from './verify.ts';
import { maxWhereLength } from './where.ts';

export const levels = ['debug', 'info', 'notice', 'warn', 'error'] as const;
export const Level = z.enum(levels);

/** Closed list; `encrypts` and `retention` of each category stand in engine/log/model.ts. */
export const categories = ['record', 'home', 'settings', 'repository', 'plan', 'snapshot', 'restore', 'access', 'gateway', 'note', 'decision', 'experiment', 'metrics', 'embeddings', 'ingest', 'app', 'job', 'alert'] as const;
export const Category = z.enum(categories);
export type Category = z.infer<typeof Category>;
export type Level = z.infer<typeof Level>;

export const Action = z.string().regex(/^[a-z][a-z0-9._-]*$/, 'must be lower-case letters, digits, ".", "_" and "-", starting with a letter').max(100);

/** intact: opens its commitment; none: the event has no payload; the other four as evidence-formats.md section 8. */
export const PayloadState = z.enum(['none', 'intact', 'locked', 'erased', 'missing', 'altered']);

export const EventHeader = z.strictObject({
  v: z.literal(1),
  seq: Count,
  id: Uuid7,
  ts: Instant,
  actor: z.string(),
  session: z.string(),
  trace: z.string(),
  category: Category,
  action: Action,
  subject: z.string(),
  level: Level,
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  payload: z.union([
    z.null(),
    z.strictObject({ alg: z.literal('hmac-sha256'), commit: z.string().regex(/^[0-9a-f]{64}$/), size: Count, enc: z.enum(['none', 'a256gcm']) })
  ])
});
export type EventHeader = z.infer<typeof EventHeader>;

/** One row as lists show it. `actorName` and `subjectName` come from the erasable name table; null when erased. */
export const LogEntry = z.object({
  seq: Count,
  id: z.string(),
  ts: Instant,
  actor: z.string(),
  actorName: z.string().nullable(),
  category: Category,
  action: Action,
  subject: z.string(),
  subjectName: z.string().nullable(),
  level: Level,
  payloadState: PayloadState,
  /** The opened payload; null when there is none or it cannot be shown. */
  payload: z.unknown(),
  hash: z.string()
});
export type LogEntry = z.infer<typeof LogEntry>;

/** One name or several of which any will do; `begin*` finds everything that begins so. */
const names = (longest: number) => z.union([z.string().max(longest), z.array(z.string().max(longest)).min(1).max(100)]);

export const LogFilter = z.strictObject({
  category: z.array(Category).optional(),
  level: z.array(Level).optional(),
  action: names(100).optional(),
  /** By name, or by the opaque id that stands in headers. */
  actor: names(200).optional(),
  subject: names(500).optional(),
  session: names(64).optional(),
  trace: z.string().regex(/^[0-9a-f]{32}$/).optional(),
  id: Uuid7.optional(),
  text: z.string().max(500).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
  /** Entries from this one to that one, both included. */
  fromSeq: Count.optional(),
  toSeq: Count.optional(),
  /** Every entry is looked at: a scan. */
  payload: z.array(PayloadState).optional(),
  /** A condition on payloads (contract/where.ts): a scan. */
  where: z.string().max(maxWhereLength).optional(),
  reviewed: z.boolean().optional(),
  noted: z.boolean().optional()
});
export type LogFilter = z.infer<typeof LogFilter>;

export const AppendInput = z.strictObject({
  action: Action,
  category: Category.default('app'),
  level: Level.default('info'),
  /** Name of what it is about; kept in the erasable name table, never in the header. */
  subject: z.string().max(500).optional(),
  /** Name of who did it; default: the person or program behind the call. */
  actor: z.string().min(1).max(200).optional(),
  trace: z.string().regex(/^[0-9a-f]{32}$/).optional(),
  /** Any I-JSON value up to 256 KiB. */
  payload: z.unknown().optional()
});
export type AppendInput = z.input<typeof AppendInput>;

/** A key or token that was replaced before recording (`sample`: one that documentation prints, left as it is): what kind and where, never the text. */
export const MaskFinding = z.object({ rule: z.string(), field: z.string(), count: Count, sample: z.boolean() });
export type MaskFinding = z.infer<typeof MaskFinding>;

export const log = {
  append: procedure.route({ method: 'POST', path: '/log/events' }).input(AppendInput).output(z.object({ seq: Count, id: z.string(), ts: Instant, hash: z.string(), masked: z.array(MaskFinding).optional() })),
  list: procedure
    .route({ method: 'GET', path: '/log/events' })
    .input(z.object({ filter: LogFilter.default({}), before: Count.optional(), after: Count.optional(), order: z.enum(['newest', 'oldest']).default('newest'), limit: z.number().int().min(1).max(1000).default(100) }))
    /** With a scan in the filter a page may be short, or empty, before the end: `next` goes on. `total` is then null; `review.rows` counts. */
    .output(z.object({ entries: z.array(LogEntry), next: Count.nullable(), total: Count.nullable() })),
  show: procedure
    .route({ method: 'GET', path: '/log/events/{seq}' })
    .input(z.object({ seq: Count }))
    .output(z.object({ entry: LogEntry, header: EventHeader, leafHash: z.string(), previousHash: z.string(), salt: z.string().nullable() })),
  /** New entries as they are appended, by any process; starts after `after`, or at the end. */
  tail: procedure.input(z.object({ filter: LogFilter.default({}), after: Count.optional() })).output(eventIterator(LogEntry)),
  /** Starts a verification as a task (`kind: 'verify'`); full unless it is asked for otherwise. */
  verify: procedure.input(VerifyInput).output(z.object({ taskId: z.string() })),
  verifyState: procedure.input(z.object({})).output(VerifyState),
  namespaces: procedure.input(z.object({})).output(z.array(z.object({ prefix: z.string(), builtIn: z.boolean(), open: z.boolean(), schema: z.unknown().nullable() }))),
  /** Declares a namespace of one's own for `append`, for example `lab`, optionally with a JSON Schema that payloads must meet. */
  declareNamespace: procedure.input(z.object({ prefix: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/), schema: z.unknown().optional() })).output(z.object({ prefix: z.string() }))
};
