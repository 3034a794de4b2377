// What a tick decides for one job: which of the times that have passed are run, which are recorded as missed, and where the cursor stands after it
// (rules 2.1 to 2.9). Pure: whoever asks writes the decision in one transaction.
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { Missed } from '../../../../contract/runs.ts';
import { isoOf } from '../../kit/iso.ts';
import { jitterMs, windowMs } from '../model.ts';
import { runsIn, type Timetable } from '../schedule/index.ts';

export interface Decision {
  /** Every occurrence at or before it is decided now. */
  cursor: number;
  runs: { occurrence: number; trigger: 'schedule' | 'catch_up'; missed: Missed | null }[];
  /** Times that nobody runs any more, and why. */
  passed: { cause: 'too_old' | 'policy' | 'too_many'; missed: Missed } | null;
}

export interface DecideInput {
  jobId: string;
  definition: Pick<JobDefinition, 'catchUp' | 'jitterSeconds'>;
  timetable: Timetable;
  cursor: number;
  nowMs: number;
  /** Why times may have passed unseen. */
  cause: Missed['cause'];
  /** Rule 2.4: the clock was set forward by more than three hours. */
  leapt: boolean;
}

/** Rule 2.3: as late as this is on time. */
const onTimeMs = 60_000;
const hourMs = 3_600_000;

/** undefined: nothing is due. */
export function decide(input: DecideInput): Decision | undefined {
  const { timetable, cursor, nowMs, definition } = input;
  const newest = newestDue(input);
  if (newest === undefined) return undefined;
  const oldest = timetable.next(cursor) as number;
  const count = timetable.count(cursor, newest);
  const { policy } = policyOf(input);
  if (nowMs - startOf(input, oldest) <= onTimeMs) {
    const missed = count === 1 ? null : { count: count - 1, first: isoOf(oldest), last: isoOf(timetable.prev(newest) as number), policy, action: 'ran_latest' as const, cause: 'busy' as const };
    return { cursor: newest, runs: [{ occurrence: newest, trigger: 'schedule', missed }], passed: null };
  }
  const group: Missed = { count, first: isoOf(oldest), last: isoOf(newest), policy, action: 'none', cause: input.cause };
  const windowStart = nowMs - windowMs(definition.catchUp);
  if (policy === 'skip') return { cursor: newest, runs: [], passed: { cause: 'policy', missed: group } };
  if (newest < windowStart) return { cursor: newest, runs: [], passed: { cause: 'too_old', missed: group } };
  if (policy === 'latest') return { cursor: newest, runs: [{ occurrence: newest, trigger: 'catch_up', missed: { ...group, action: 'ran_latest' } }], passed: null };
  return { cursor: newest, ...all(input, newest, count, Math.max(cursor, windowStart - 1), group) };
}

/** Rule 2.5, `all`: those in the window, oldest first, the oldest beyond the limit dropped. */
function all({ timetable, cursor, definition }: DecideInput, newest: number, count: number, after: number, group: Missed): Pick<Decision, 'runs' | 'passed'> {
  const kept: number[] = [];
  for (const occurrence of runsIn(timetable, after, newest, 'newest-first')) {
    kept.push(occurrence);
    if (kept.length === definition.catchUp.most) break;
  }
  kept.reverse();
  const runs = kept.map((occurrence) => ({ occurrence, trigger: 'catch_up' as const, missed: { ...group, count: 1, first: isoOf(occurrence), last: isoOf(occurrence), action: 'ran' as const } }));
  const dropped = count - kept.length;
  if (dropped === 0) return { runs, passed: null };
  const last = timetable.prev(kept[0] as number) as number;
  return { runs, passed: { cause: last > after ? 'too_many' : 'too_old', missed: { ...group, count: dropped, first: isoOf(timetable.next(cursor) as number), last: isoOf(last) } } };
}

/** Rule 2.4: what the clock jumped over while the computer was awake is not caught up by jobs that run more often than hourly. */
function policyOf({ definition, leapt, timetable }: DecideInput): { policy: Missed['policy'] } {
  return { policy: leapt && timetable.smallestGapMs < hourMs ? 'skip' : definition.catchUp.policy };
}

/** Its jitter is at most half the gap to the one after it, so only the very last one can be waiting for its own. */
function newestDue(input: DecideInput): number | undefined {
  const { timetable, nowMs, cursor } = input;
  for (const occurrence of runsIn(timetable, cursor, nowMs, 'newest-first')) if (startOf(input, occurrence) <= nowMs) return occurrence;
  return undefined;
}

/** When an occurrence is due, jitter included. */
function startOf({ jobId, definition, timetable }: Pick<DecideInput, 'jobId' | 'definition' | 'timetable'>, occurrence: number): number {
  if (definition.jitterSeconds === 0) return occurrence;
  const following = timetable.next(occurrence);
  return occurrence + jitterMs(jobId, occurrence, definition.jitterSeconds, following === null ? null : following - occurrence);
}

/** When the next tick has something to decide for this job; null: never. */
export function nextDue(input: Pick<DecideInput, 'jobId' | 'definition' | 'timetable' | 'cursor'>): number | null {
  const occurrence = input.timetable.next(input.cursor);
  return occurrence === null ? null : startOf(input, occurrence);
}
