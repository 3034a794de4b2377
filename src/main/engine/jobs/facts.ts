// What others judge jobs by: alerts while Varve runs, and a look from outside, by cron or systemd, that reads state.db alone while it does not.
import type { JobDefinition } from '../../../contract/jobs.ts';
import type { Run } from '../../../contract/runs.ts';
import { isoOf, isoOrNull } from '../kit/iso.ts';
import type { Database } from '../store/index.ts';
import { createJobStore } from './definitions/store.ts';
import { pausedAt, type JobRow } from './model.ts';
import { createRunStore, type RunStore } from './runs/store.ts';
import { viewRun } from './runs/view.ts';
import { openSchedule, type Timetable } from './schedule/index.ts';

export interface JobFact {
  id: string;
  name: string;
  title: string;
  definition: JobDefinition;
  createdAt: string;
  /** By its own pause. */
  paused: boolean;
  pausedSince: string | null;
  pausedUntil: string | null;
  /** Of its schedule, the newest time that has passed by more than its grace and that nothing stands for. */
  overdueAt: string | null;
  /** The smallest distance two of its times may have; null: not by time. */
  scheduleGapMs: number | null;
  /** The largest of its last few: a job of weekdays has its weekend. null: not by time. */
  longestGapMs: number | null;
  overlapSkips: number;
  failures: number;
  failingSince: string | null;
  lastGoodAt: string | null;
}

export interface JobsRead {
  /** Jobs that are started by time. */
  scheduled: boolean;
  lastTickAt: string | null;
  /** Everything is. */
  paused: boolean;
  /** With their final runs, newest first, and those under way; tests left out. */
  jobs: (JobFact & { runs: Run[]; active: Run[] })[];
}

const gapsAsked = 8;
/** A run that is told by a clock a little ahead is not early. */
const earlyMs = 60_000;
const dayMs = 86_400_000;
const runsRead = 200;

/** Of each schedule that is open, for a day. */
const gaps = new WeakMap<Timetable, { atMs: number; longestMs: number | null }>();

export function jobFact(row: JobRow, { timetable, runs, nowMs }: { timetable: Timetable; runs: Pick<RunStore, 'list'>; nowMs: number }): JobFact {
  const pause = pausedAt(row.paused, nowMs) ? row.paused : null;
  const { smallestGapMs } = timetable;
  return {
    id: row.id, name: row.name, title: row.definition.title, definition: row.definition, createdAt: isoOf(row.createdAt), paused: pause !== null, pausedSince: pause?.at ?? null, pausedUntil: pause?.until ?? null, overdueAt: isoOrNull(overdueAt(row, timetable, runs, nowMs)),
    scheduleGapMs: Number.isFinite(smallestGapMs) ? smallestGapMs : null, longestGapMs: longestGapOf(timetable, nowMs), overlapSkips: row.overlapSkips, failures: row.failures, failingSince: isoOrNull(row.failingSince), lastGoodAt: isoOrNull(row.lastGoodAt)
  };
}

/** What was decided, or came before the job was, is not overdue. */
function overdueAt({ id, cursor, definition: { alerts, jitterSeconds } }: JobRow, timetable: Timetable, runs: Pick<RunStore, 'list'>, nowMs: number): number | null {
  const due = timetable.prev(nowMs - (alerts.startGraceSeconds + jitterSeconds) * 1000);
  if (due === null || due <= cursor) return null;
  const last = runs.list({ jobId: id, limit: 50 }).find(({ test, state }) => !test && state !== 'missed' && state !== 'skipped');
  return last !== undefined && (last.occurrence ?? last.startedAt ?? last.createdAt) >= due - earlyMs ? null : due;
}

function longestGapOf(timetable: Timetable, nowMs: number): number | null {
  const known = gaps.get(timetable);
  if (known !== undefined && Math.abs(nowMs - known.atMs) < dayMs) return known.longestMs;
  let longestMs: number | null = null;
  for (let [later, count] = [timetable.prev(nowMs), 0]; later !== null && count < gapsAsked; count++) {
    const earlier = timetable.prev(later);
    if (earlier !== null) longestMs = Math.max(longestMs ?? 0, later - earlier);
    later = earlier;
  }
  gaps.set(timetable, { atMs: nowMs, longestMs });
  return longestMs;
}

/** From state.db alone; writes nothing and needs no ownership. */
export function readJobs(db: Pick<Database, 'prepare'>, nowMs: number): JobsRead {
  const [jobs, runs] = [createJobStore(db), createRunStore(db)];
  const { lastTickAt, paused } = jobs.scheduler();
  const all = jobs.all();
  const active = Map.groupBy(runs.live().filter(({ test }) => !test), ({ jobId }) => jobId);
  return {
    scheduled: all.some(({ definition: { work, schedule } }) => work.kind !== 'external' && (schedule.kind === 'cron' || schedule.kind === 'interval')),
    lastTickAt: isoOrNull(lastTickAt),
    paused: pausedAt(paused, nowMs),
    jobs: all.map((row) => ({
      ...jobFact(row, { timetable: openSchedule(row.definition.schedule), runs, nowMs }),
      runs: runs.recent(row.id, runsRead).filter(({ test }) => !test).map((run) => viewRun(run, null)),
      active: (active.get(row.id) ?? []).map((run) => viewRun(run, null))
    }))
  };
}
