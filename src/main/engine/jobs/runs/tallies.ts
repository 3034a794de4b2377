// Counts of runs for measuring from outside, kept beside the runs so that asking for them reads a few rows however long the history is. Written in the
// transaction of the move they count. Tests are left out, as of every count.
import type { RunState } from '../../../../contract/runs.ts';
import type { Database } from '../../store/index.ts';
import type { RunRow } from '../model.ts';

/** Upper ends of the steps that durations are sorted into, in seconds; one more step has no end. */
export const durationSteps: readonly number[] = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];

/** How often something of a job came to be: a final state, or `missed-times` for times of its schedule that passed without a run. */
export interface JobTally {
  jobId: string;
  what: RunState | 'missed-times';
  count: number;
}

export interface RunTallies {
  /** Of jobs that still exist. */
  jobs: JobTally[];
  /** Runs by how long they took, in the order of `durationSteps` and one more; and all their seconds together. */
  durations: { counts: number[]; seconds: number };
}

export function createRunTallies(db: Pick<Database, 'prepare'>) {
  const add = (jobId: string, what: JobTally['what'], count: number): void =>
    void db.prepare('INSERT INTO job_tallies (job_id, what, count) VALUES (?, ?, ?) ON CONFLICT (job_id, what) DO UPDATE SET count = count + excluded.count').run(jobId, what, count);
  return {
    /** A run that has come to its final state. */
    countEnd: (run: Pick<RunRow, 'jobId' | 'state' | 'test' | 'startedAt' | 'endedAt' | 'activeMs'>): void => {
      if (run.test) return;
      add(run.jobId, run.state, 1);
      if (run.startedAt === null) return;
      const seconds = (run.activeMs ?? Math.max(0, (run.endedAt ?? run.startedAt) - run.startedAt)) / 1000;
      db.prepare('INSERT INTO run_durations (step, count, seconds) VALUES (?, 1, ?) ON CONFLICT (step) DO UPDATE SET count = count + 1, seconds = seconds + excluded.seconds').run(stepOf(seconds), seconds);
    },
    /** A run, or a note that there was none, which stands for times that passed. */
    countMissed: ({ jobId, missed }: Pick<RunRow, 'jobId' | 'missed'>): void => {
      if (missed !== null) add(jobId, 'missed-times', missed.count);
    },
    tallies: (): RunTallies => {
      const jobs = db.prepare('SELECT job_id, what, count FROM job_tallies WHERE job_id IN (SELECT id FROM jobs) ORDER BY job_id, what').all<{ job_id: string; what: JobTally['what']; count: number }>();
      const steps = db.prepare('SELECT step, count, seconds FROM run_durations').all<{ step: number; count: number; seconds: number }>();
      const counts = Array.from({ length: durationSteps.length + 1 }, (_, step) => steps.find((row) => row.step === step)?.count ?? 0);
      return { jobs: jobs.map(({ job_id, what, count }) => ({ jobId: job_id, what, count })), durations: { counts, seconds: steps.reduce((sum, row) => sum + row.seconds, 0) } };
    }
  };
}

function stepOf(seconds: number): number {
  const step = durationSteps.findIndex((most) => seconds <= most);
  return step < 0 ? durationSteps.length : step;
}
