// What a look from outside finds out about jobs while nobody schedules them: read from state.db alone, by cron or systemd, so that a Varve that does not
// run is noticed. Writes nothing and needs no ownership.
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { Database } from '../../store/index.ts';
import { createJobStore } from '../definitions/store.ts';
import { pausedAt, type RunRow } from '../model.ts';
import { createRunStore } from '../runs/store.ts';
import { openSchedule, type Timetable } from '../schedule/index.ts';

export type Complaint =
  /** Nobody looks at the clock: since when, null never. */
  | { kind: 'scheduler'; since: string | null }
  /** Its time passed and it did not begin. */
  | { kind: 'late'; job: string; at: string }
  /** No success for so long; since its beginning where it never had one. */
  | { kind: 'stale'; job: string; since: string; limitSeconds: number }
  /** Its last runs failed. */
  | { kind: 'failed'; job: string; since: string; runs: number };

/** Rule 12.3. */
const tickLimitMs = 90_000;
const day = 86_400_000;
/** A run that is told by a clock a little ahead is not early. */
const earlyMs = 60_000;
const gapsAsked = 8;

/** Complaints, the scheduler's first. `nowMs`: milliseconds since 1970 UTC. */
export function guardJobs(db: Pick<Database, 'prepare'>, nowMs: number): Complaint[] {
  const jobs = createJobStore(db);
  const runs = createRunStore(db);
  const { lastTickAt, paused } = jobs.scheduler();
  const all = jobs.all();
  if (all.length === 0) return [];
  const complaints: Complaint[] = [];
  const scheduled = all.some(({ definition: { work, schedule } }) => work.kind !== 'external' && (schedule.kind === 'cron' || schedule.kind === 'interval'));
  if (scheduled && (lastTickAt === null || nowMs - lastTickAt > tickLimitMs)) complaints.push({ kind: 'scheduler', since: iso(lastTickAt) });
  const pausedAll = pausedAt(paused, nowMs);
  for (const job of all) {
    if (pausedAll || pausedAt(job.paused, nowMs)) continue;
    const timetable = openSchedule(job.definition.schedule);
    const due = timetable.prev(nowMs - job.definition.alerts.startGraceSeconds * 1000);
    const last = runs.list({ jobId: job.id, limit: 50 }).find(({ test, state }) => !test && state !== 'missed' && state !== 'skipped');
    // What was decided, or came before the job was, is not late.
    if (due !== null && due > job.cursor && !covers(last, due)) complaints.push({ kind: 'late', job: job.name, at: iso(due) });
    const limitMs = staleLimitMs(job.definition, largestGapMs(timetable, nowMs));
    const goodAt = job.lastGoodAt ?? job.createdAt;
    if (limitMs > 0 && nowMs - goodAt > limitMs) complaints.push({ kind: 'stale', job: job.name, since: iso(goodAt), limitSeconds: Math.round(limitMs / 1000) });
    if (job.failures >= failureLimit(job.definition, timetable.smallestGapMs)) complaints.push({ kind: 'failed', job: job.name, since: iso(job.failingSince ?? nowMs), runs: job.failures });
  }
  return complaints;
}

function covers(last: RunRow | undefined, due: number): boolean {
  return last !== undefined && (last.occurrence ?? last.startedAt ?? last.createdAt) >= due - earlyMs;
}

/** Rule 11.3, in milliseconds; 0: never. Twice the gap and the grace where that is shorter than a week. */
function staleLimitMs({ alerts, schedule }: JobDefinition, gapMs: number): number {
  if (alerts.staleAfterSeconds !== null) return alerts.staleAfterSeconds * 1000;
  if (schedule.kind === 'manual' || schedule.kind === 'startup') return 0;
  return Math.min(7 * day, Number.isFinite(gapMs) ? 2 * gapMs + alerts.startGraceSeconds * 1000 : 7 * day);
}

/** Of the last few: a job of weekdays has its weekend. */
function largestGapMs(timetable: Timetable, nowMs: number): number {
  let largest = 0;
  for (let [later, count] = [timetable.prev(nowMs), 0]; later !== null && count < gapsAsked; count++) {
    const earlier = timetable.prev(later);
    if (earlier !== null) largest = Math.max(largest, later - earlier);
    later = earlier;
  }
  return largest === 0 ? Infinity : largest;
}

/** Rule 11.2. */
function failureLimit({ alerts }: JobDefinition, gapMs: number): number {
  return alerts.failureAfter ?? (gapMs <= 3_600_000 ? 2 : 1);
}

function iso(ms: number): string;
function iso(ms: number | null): string | null;
function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
