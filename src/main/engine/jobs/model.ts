// What a job is to the engine, and the rules that need nothing but their arguments: keys, hashes, retry delays, the order of the queue, grace and windows.
import { createHash } from 'node:crypto';
import type { Job, JobDefinition, Pause, WorkKind } from '../../../contract/jobs.ts';
import type { Missed, RunCause, RunFailure, RunResult, RunState, Run, Trigger } from '../../../contract/runs.ts';

export interface JobRow {
  id: string;
  name: string;
  version: number;
  definitionHash: string;
  definition: JobDefinition;
  /** Milliseconds, as all times of rows. Every occurrence at or before it has been decided. */
  cursor: number;
  createdAt: number;
  paused: Pause | null;
  fromFile: boolean;
  lastGoodAt: number | null;
  /** End of the first failed run since the last good one. */
  failingSince: number | null;
  failures: number;
  overlapSkips: number;
}

export type Exit = Run['exit'];

export interface RunRow {
  id: string;
  jobId: string;
  jobName: string;
  jobTitle: string;
  workKind: string;
  version: number;
  definitionHash: string;
  key: string;
  state: RunState;
  cause: RunCause | null;
  trigger: Trigger;
  occurrence: number | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  activeMs: number | null;
  attempts: number;
  dueAt: number | null;
  test: boolean;
  by: string;
  reason: string;
  replayOf: string | null;
  otherRun: string | null;
  missed: Missed | null;
  flags: Run['flags'];
  exit: Exit;
  result: RunResult | null;
  failure: RunFailure | null;
  note: string | null;
  reclassified: Run['reclassified'];
  /** Of the call that asked for it; null: it begins a trace of its own. */
  trace: string | null;
  /** Rule 8.2: the call that asked for it, where that call may come again. */
  call: string | null;
}

export interface AttemptRow {
  runId: string;
  attempt: number;
  startedAt: number;
  endedAt: number | null;
  /** Rule 4.3: what proves that the process lives, as the host wrote it. */
  identity: unknown;
  exit: Exit;
  cause: RunCause | null;
  detail: string | null;
  output: { lines: number; bytes: number; redacted: number; removed: boolean } | null;
  taskId: string | null;
}

/** Rule 12.1: 32 hexadecimal digits that a run, its lines in the diagnostics and what its program does have in common. */
export const traceIdOf = ({ id, trace }: Pick<RunRow, 'id' | 'trace'>): string => trace ?? id.replaceAll('-', '');

/** What every line of the diagnostics about a run carries. */
export const runFields = (run: Pick<RunRow, 'id' | 'trace'>): { runId: string; traceId: string } => ({ runId: run.id, traceId: traceIdOf(run) });

export type Marks = Job['marks'];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Of a definition: its JSON with sorted keys, so that the same content has the same hash wherever it came from. */
export function definitionHashOf(definition: JobDefinition): string {
  return sha256(JSON.stringify(sorted(definition)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)])
  );
}

export const runKey = {
  /** Rule 8.1. */
  schedule: (jobId: string, occurrenceMs: number): string => sha256(`${jobId}\nschedule\n${new Date(occurrenceMs).toISOString()}`),
  /** Rule 4.5. */
  recovery: (lostRunId: string): string => sha256(`${lostRunId}\nrecovery`),
  /** Of a decision that stands for itself: by hand, a skip, a record of what was missed. */
  single: (runId: string): string => sha256(`${runId}\nrun`)
};

/** Rule 2.9, in milliseconds: the same for the same occurrence, also after a restart. `gapMs` to the following occurrence. */
export function jitterMs(jobId: string, occurrenceMs: number, jitterSeconds: number, gapMs: number | null): number {
  const most = Math.min(jitterSeconds * 1000, gapMs === null ? Number.POSITIVE_INFINITY : Math.floor(gapMs / 2));
  if (most <= 0) return 0;
  const digest = createHash('sha256').update(`${jobId}\n${new Date(occurrenceMs).toISOString()}`).digest();
  return Number(digest.readBigUInt64BE(0) % BigInt(most + 1));
}

/** The pause, of a job or of everything, holds at this moment. */
export function pausedAt(pause: Pause | null, nowMs: number): boolean {
  return pause !== null && (pause.until === null || Date.parse(pause.until) > nowMs);
}

/** Rule 7.1a: the longest that the delay before a next try can be. A time further away was written before the clock was set back. */
export function longestRetryMs({ baseSeconds, capSeconds, minSeconds, most }: JobDefinition['retries']): number {
  return (Math.min(capSeconds, baseSeconds * 2 ** Math.max(0, most - 1)) + minSeconds) * 1000;
}

const turn: Readonly<Record<Trigger, number>> = { manual: 0, api: 0, replay: 0, file: 1, pipeline: 2, schedule: 3, startup: 3, recovery: 4, catch_up: 4 };

/** Rule 3.4. Of those decided at once the one for the oldest time comes first; ids made in one millisecond tell nothing. */
export function byTurn(a: Pick<RunRow, 'trigger' | 'createdAt' | 'occurrence' | 'id'>, b: Pick<RunRow, 'trigger' | 'createdAt' | 'occurrence' | 'id'>): number {
  return turn[a.trigger] - turn[b.trigger] || a.createdAt - b.createdAt || (a.occurrence ?? 0) - (b.occurrence ?? 0) || (a.id < b.id ? -1 : 1);
}

/** A person waits for it: it does not wait for what is caught up, has no deadline, ignores a pause. */
export function byHand({ trigger }: Pick<RunRow, 'trigger'>): boolean {
  return turn[trigger] === 0;
}

const day = 86_400_000;

/** Rule 2.5, in milliseconds. */
export function windowMs({ policy, windowSeconds }: JobDefinition['catchUp']): number {
  return windowSeconds === null ? (policy === 'all' ? day : 7 * day) : windowSeconds * 1000;
}

const writers: readonly WorkKind[] = ['snapshot', 'forget', 'prune', 'check'];

/** Rule 5.1, in milliseconds. */
export function graceMs({ stopGraceSeconds, work }: Pick<JobDefinition, 'stopGraceSeconds' | 'work'>): number {
  return (stopGraceSeconds ?? (writers.includes(work.kind) ? 60 : 10)) * 1000;
}
