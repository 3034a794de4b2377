// Runs of jobs: one decision to execute each, with its tries, how it ended and what it said.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { failedStates, finalStates, liveStates } from './run-states.ts';
import { Count, Hex64, Instant, Name, Uuid7 } from './ids.ts';

export { failedStates, finalStates, liveStates };
export const RunState = z.enum([...liveStates, ...finalStates]);
export type RunState = z.infer<typeof RunState>;

export const Trigger = z.enum(['schedule', 'catch_up', 'manual', 'replay', 'recovery', 'startup', 'file', 'pipeline', 'api']);
export type Trigger = z.infer<typeof Trigger>;

/** Why a run is in the state it is in; words in the copy catalogue. */
export const RunCause = z.enum([
  // of an end by itself
  'exit', 'signal', 'spawn', 'check', 'error', 'damage', 'password', 'secret',
  // of an end that was asked for
  'user', 'timeout', 'idle', 'replaced', 'quit', 'shutdown',
  // of an end nobody saw
  'crash', 'crash_at_start', 'power_loss', 'orphan_ended',
  // of not running at all
  'overlap', 'deadline', 'paused', 'upstream', 'superseded', 'job_gone', 'broken', 'condition', 'too_many', 'too_old', 'policy'
]);
export type RunCause = z.infer<typeof RunCause>;

/** Occurrences that came together in one decision. */
export const Missed = z.object({ count: Count, first: Instant, last: Instant, policy: z.enum(['latest', 'skip', 'all']), action: z.enum(['ran_latest', 'ran', 'none']), cause: z.enum(['asleep', 'off', 'app_closed', 'paused', 'busy', 'clock']) });
export type Missed = z.infer<typeof Missed>;

/** 6.6: the first thing a person reads of a failure. `code` of the catalogue of errors where it is Varve's own work. */
export const RunFailure = z.object({ code: z.string().nullable(), data: z.unknown().optional(), detail: z.string(), lastLine: z.string().nullable(), since: Instant, lastGoodAt: Instant.nullable(), inARow: Count });
export type RunFailure = z.infer<typeof RunFailure>;

export const RunResult = z.object({ items: z.number().nullable(), metrics: z.record(z.string(), z.number()) });
export type RunResult = z.infer<typeof RunResult>;

export const Attempt = z.object({
  attempt: z.number().int().min(1),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  exit: z.object({ code: z.number().int().nullable(), signal: z.string().nullable() }).nullable(),
  cause: RunCause.nullable(),
  /** For people: what kept it from starting, or the error it ended with. */
  detail: z.string().nullable(),
  /** Of what it printed; null: it prints nothing (Varve's own work). */
  output: z.object({ lines: Count, bytes: Count, redacted: Count, removed: z.boolean() }).nullable(),
  /** Of Varve's own work: what it came to, as the task's result says. */
  taskId: z.string().nullable()
});
export type Attempt = z.infer<typeof Attempt>;

export const Run = z.object({
  id: Uuid7,
  jobId: Uuid7,
  jobName: Name,
  jobTitle: z.string(),
  workKind: z.string(),
  state: RunState,
  cause: RunCause.nullable(),
  trigger: Trigger,
  /** The instant of its schedule that it stands for. */
  occurrence: Instant.nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  /** While the computer was awake. */
  activeMs: Count.nullable(),
  attempts: Count,
  /** Of `retry_wait`: when the next try begins. */
  dueAt: Instant.nullable(),
  test: z.boolean(),
  by: z.string(),
  reason: z.string(),
  replayOf: Uuid7.nullable(),
  /** The run that was in the way, or that this one replaced or goes on from. */
  otherRun: Uuid7.nullable(),
  missed: Missed.nullable(),
  /** Which it waits for: a lock, a free place, a condition. */
  waitingFor: z.enum(['slot', 'lock', 'drive', 'power', 'network', 'space', 'catch_up', 'paused', 'other_run']).nullable(),
  flags: z.array(z.enum(['orphan', 'stuck', 'redacted', 'anyway'])),
  version: Count,
  definitionHash: Hex64,
  exit: Attempt.shape.exit,
  result: RunResult.nullable(),
  failure: RunFailure.nullable(),
  note: z.string().nullable(),
  /** A person said it ended otherwise; the state stays. */
  reclassified: z.object({ as: RunState, by: z.string(), at: Instant, reason: z.string() }).nullable()
});
export type Run = z.infer<typeof Run>;

export const OutputLine = z.object({ seq: Count, t: Instant, stream: z.enum(['out', 'err', 'sys']), text: z.string() });
export type OutputLine = z.infer<typeof OutputLine>;

/** Lines that are not kept: the middle of a very long output, or what a full disk or a power cut cost. */
export const OutputRow = z.union([OutputLine, z.object({ seq: Count, gap: z.object({ lines: Count, bytes: Count }) })]);
export type OutputRow = z.infer<typeof OutputRow>;

export const OutputPage = z.object({ rows: z.array(OutputRow), /** One beyond the last line there is. */ total: Count, /** Where the next page begins; null at the end. */ next: Count.nullable(), /** Where a reader begins: the first error, else the end. */ openAt: Count, live: z.boolean() });
export type OutputPage = z.infer<typeof OutputPage>;

/** What is usual: of the last 20 that ended well. */
export const Usual = z.object({ runs: Count, medianMs: Count.nullable(), metrics: z.record(z.string(), z.number()) });
export type Usual = z.infer<typeof Usual>;

export const DayStats = z.object({ day: z.string(), runs: Count, succeeded: Count, partial: Count, failed: Count, other: Count, items: z.number().nullable(), medianMs: Count.nullable() });
export type DayStats = z.infer<typeof DayStats>;

/** What would go, and what stays although it is old. `token`: what was shown. */
export const PurgePreview = z.object({ runs: Count, outputBytes: Count, from: Instant.nullable(), to: Instant.nullable(), kept: z.array(z.object({ id: Uuid7, why: z.enum(['live', 'last_success', 'last_failure', 'ticket']) })), token: z.string() });
export type PurgePreview = z.infer<typeof PurgePreview>;
/** `file`: the copy of what went, JSON lines with gzip; `sha256` of it. */
export const PurgeReport = z.object({ runs: Count, outputBytes: Count, file: z.string(), sha256: Hex64 });

const JobName = z.string().min(1).max(200);
const RunId = z.string().min(6).max(36);

export const runs = {
  /** Newest first; `before`: the id of the last one that is known. */
  list: procedure.route({ method: 'GET', path: '/runs' }).input(z.object({ job: JobName.optional(), states: z.array(RunState).max(20).optional(), from: Instant.optional(), to: Instant.optional(), before: Uuid7.optional(), limit: z.number().int().min(1).max(1000).default(100) })).output(z.array(Run)),
  /** By id or its beginning. */
  get: procedure.route({ method: 'GET', path: '/runs/{run}' }).input(z.object({ run: RunId })).output(z.object({ run: Run, attempts: z.array(Attempt), usual: Usual })),
  /** `force`: kills at once, which can leave a repository locked. */
  stop: procedure.route({ method: 'POST', path: '/runs/{run}/stop' }).input(z.object({ run: RunId, force: z.boolean().default(false) })).output(Run),
  replay: procedure.route({ method: 'POST', path: '/runs/{run}/replay' }).input(z.object({ run: RunId, as: z.enum(['was', 'now']).default('now'), reason: z.string().max(1000).default('') })).output(Run),
  note: procedure.route({ method: 'POST', path: '/runs/{run}/note' }).input(z.object({ run: RunId, note: z.string().max(10_000) })).output(Run),
  reclassify: procedure.route({ method: 'POST', path: '/runs/{run}/reclassify' }).input(z.object({ run: RunId, as: z.enum(['succeeded', 'partial', 'failed']), reason: z.string().min(1).max(1000) })).output(Run),
  output: {
    /** `from` left out: from where a reader begins. */
    page: procedure.route({ method: 'GET', path: '/runs/{run}/output' }).input(z.object({ run: RunId, attempt: z.number().int().min(1).optional(), from: Count.optional(), count: z.number().int().min(1).max(2000).default(500) })).output(OutputPage),
    search: procedure.route({ method: 'GET', path: '/runs/{run}/output/search' }).input(z.object({ run: RunId, attempt: z.number().int().min(1).optional(), text: z.string().min(1).max(500), from: Count.default(0), limit: z.number().int().min(1).max(1000).default(200) })).output(z.object({ hits: z.array(OutputLine), next: Count.nullable() })),
    /** All of it as text, without colours, in pieces. */
    text: procedure.input(z.object({ run: RunId, attempt: z.number().int().min(1).optional() })).output(eventIterator(z.object({ text: z.string() }))),
    /** Lines as they come, until it has ended. */
    follow: procedure.input(z.object({ run: RunId, attempt: z.number().int().min(1).optional(), from: Count.default(0) })).output(eventIterator(z.object({ rows: z.array(OutputRow) })))
  },
  /** Of runs decided before `until`, of one job (a deleted one by its id) or of all. A copy is written and read back before anything goes. */
  purge: {
    preview: procedure.route({ method: 'GET', path: '/purge' }).input(z.object({ job: JobName.optional(), until: Instant })).output(PurgePreview),
    /** PREVIEW_OUTDATED when other runs would go than were shown. */
    run: procedure.route({ method: 'POST', path: '/purge' }).input(z.object({ job: JobName.optional(), until: Instant, token: z.string() })).output(PurgeReport)
  },
  stats: procedure.route({ method: 'GET', path: '/jobs/{job}/stats' }).input(z.object({ job: JobName, by: z.enum(['day', 'week', 'month']).default('day'), zone: z.string().max(100).optional(), limit: z.number().int().min(1).max(1000).default(30) })).output(z.array(DayStats))
};
