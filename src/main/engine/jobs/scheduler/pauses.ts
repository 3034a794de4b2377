// Pauses, of one job and of everything: how they end, by themselves or by a person, and what becomes of the times in them (rule 9.4).
import type { Pause } from '../../../../contract/jobs.ts';
import type { Missed, RunCause } from '../../../../contract/runs.ts';
import type { EngineEvent } from '../../../../contract/events.ts';
import { isoOf } from '../../kit/iso.ts';
import type { Outbox } from '../../store/index.ts';
import type { JobStore } from '../definitions/store.ts';
import { pausedAt, runKey, type JobRow } from '../model.ts';
import type { Timetable } from '../schedule/index.ts';
import { isExternal, type Enqueue } from './wanted.ts';

export interface PausesDeps {
  jobs: JobStore;
  outbox: Pick<Outbox, 'commit'>;
  announce(event: EngineEvent): void;
  timetableOf(job: JobRow): Timetable;
  /** Writes a run that is wanted. */
  write(job: JobRow, wanted: Enqueue): void;
  /** Records times that nobody runs any more. */
  record(job: JobRow, cause: RunCause, missed: Missed): void;
  /** Its cursor has moved. */
  reschedule(job: JobRow): void;
}

export type Pauses = ReturnType<typeof createPauses>;

export function createPauses({ jobs, outbox, announce, timetableOf, write, record, reschedule }: PausesDeps) {
  let endsMs: number[] = [];

  /** At its end the times that passed are recorded, and the cursor moves to it. `endMs`: the last moment of the pause. */
  const end = (job: JobRow, endMs: number, { catchUp }: { catchUp: boolean }): void => {
    const timetable = timetableOf(job);
    const lastMs = timetable.prev(endMs + 1);
    const count = lastMs === null || lastMs <= job.cursor || isExternal(job) ? 0 : timetable.count(job.cursor, endMs);
    const cursor = Math.max(job.cursor, endMs);
    outbox.commit(() => {
      if (count > 0 && lastMs !== null) {
        const missed: Missed = { count, first: isoOf(timetable.next(job.cursor) as number), last: isoOf(lastMs), policy: catchUp ? 'latest' : 'skip', action: catchUp ? 'ran_latest' : 'none', cause: 'paused' };
        if (catchUp) write(job, { trigger: 'catch_up', occurrence: lastMs, key: runKey.schedule(job.id, lastMs), missed });
        else record(job, 'paused', missed);
      }
      jobs.setCursor(job.id, cursor);
    }, []);
    reschedule({ ...job, cursor });
  };

  /** Of everything. `endMs`: the last moment of the pause. */
  const resumeAll = (by: string, endMs: number): void => {
    outbox.commit(() => {
      jobs.pauseAll(null);
      for (const job of jobs.all()) if (job.paused === null) end(job, endMs, { catchUp: false });
    }, [{ action: 'scheduler.resumed', category: 'job', ...(by !== '' && { actor: by }), payload: {} }]);
    announce({ kind: 'changed', what: 'jobs' });
  };

  return {
    end,
    resumeAll,
    /** Ends those whose end has come. Of two that are over the job's own is closed first (rule 9.4b). */
    resumeDue: (nowMs: number): void => {
      endsMs = [];
      for (const job of jobs.all()) {
        if (job.paused === null) continue;
        if (pausedAt(job.paused, nowMs)) {
          if (job.paused.until !== null) endsMs.push(Date.parse(job.paused.until));
          continue;
        }
        const endMs = lastMomentOf(job.paused);
        outbox.commit(() => {
          jobs.setPaused(job.id, null);
          end(job, endMs, { catchUp: false });
        }, [{ action: 'job.resumed', category: 'job', subject: `job:${job.name}`, payload: { job: job.name, jobId: job.id } }]);
        announce({ kind: 'changed', what: 'jobs' });
      }
      const { paused } = jobs.scheduler();
      if (paused === null) return;
      if (pausedAt(paused, nowMs)) endsMs.push(Date.parse(paused.until as string));
      else resumeAll('', lastMomentOf(paused));
    },
    /** When pauses end, as the last look saw them. */
    endsMs: (): readonly number[] => endsMs
  };
}

/** Rule 9.4a: a pause that has an end ended then, however much later that is noticed; a time at its very end is no longer in it. */
function lastMomentOf(pause: Pause): number {
  return Date.parse(pause.until as string) - 1;
}
