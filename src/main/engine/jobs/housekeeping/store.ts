// What housekeeping asks of the runs in state.db, and its own journal.
import { finalStates } from '../../../../contract/runs.ts';
import type { Database, Migration } from '../../store/index.ts';
import type { RunRow } from '../model.ts';

export const housekeepingMigrations: Migration[] = [
  {
    version: 74,
    up: (db) =>
      db.exec(`
        -- A purge whose backup stands proven and whose rows may not all be gone: the next start goes on with it.
        CREATE TABLE purges (
          id TEXT PRIMARY KEY,
          by TEXT NOT NULL,
          job TEXT,
          until INTEGER NOT NULL,
          file TEXT NOT NULL,
          sha256 TEXT NOT NULL,
          runs TEXT NOT NULL,
          output_bytes INTEGER NOT NULL
        ) STRICT
      `)
  }
];

export interface PurgeRow {
  id: string;
  by: string;
  /** Name of the job, null of all. */
  job: string | null;
  until: number;
  file: string;
  sha256: string;
  runs: string[];
  outputBytes: number;
}

export type Kept = { id: string; why: 'live' | 'last_success' | 'last_failure' | 'ticket' };

const ended = finalStates.map((state) => `'${state}'`).join(', ');

export type HousekeepingStore = ReturnType<typeof createHousekeepingStore>;

/** `named`: runs that something open refers to, of any job. `onRemoved`: rows of runs went. */
export function createHousekeepingStore(db: Pick<Database, 'prepare'>, { named = () => [], onRemoved = () => undefined }: { named?: () => readonly string[]; onRemoved?: () => void } = {}) {
  const ids = (sql: string, ...values: unknown[]): string[] => db.prepare(sql).all<{ id: string }>(...values).map(({ id }) => id);
  const one = (sql: string, ...values: unknown[]): string[] => ids(`${sql} ORDER BY id DESC LIMIT 1`, ...values);
  const place = (id: string): Pick<RunRow, 'jobId' | 'createdAt' | 'endedAt'> | undefined => {
    const row = db.prepare('SELECT job_id, created_at, ended_at FROM runs WHERE id = ?').get(id);
    return row && { jobId: row['job_id'] as string, createdAt: row['created_at'] as number, endedAt: row['ended_at'] as number | null };
  };
  return {
    /** Jobs that have runs, also those that are gone. */
    jobIds: (): string[] => db.prepare('SELECT DISTINCT job_id AS id FROM runs').all<{ id: string }>().map(({ id }) => id),
    exists: (jobId: string): boolean => db.prepare('SELECT 1 FROM jobs WHERE id = ?').get(jobId) !== undefined,
    /** Never removed of a job that is there. */
    kept: (jobId: string): Kept[] => {
      const kept: Kept[] = [
        ...one("SELECT id FROM runs WHERE job_id = ? AND test = 0 AND state = 'succeeded'", jobId).map((id) => ({ id, why: 'last_success' as const })),
        ...one("SELECT id FROM runs WHERE job_id = ? AND test = 0 AND state IN ('failed', 'timed_out', 'unknown')", jobId).map((id) => ({ id, why: 'last_failure' as const }))
      ];
      const known = new Set(kept.map(({ id }) => id));
      for (const id of new Set(named())) if (!known.has(id) && place(id)?.jobId === jobId) kept.push({ id, why: 'ticket' });
      return kept;
    },
    live: (jobId: string): Kept[] => ids(`SELECT id FROM runs WHERE job_id = ? AND state NOT IN (${ended})`, jobId).map((id) => ({ id, why: 'live' })),
    /** Over and decided before this, oldest first. */
    endedBefore: (jobId: string, beforeMs: number): string[] => ids(`SELECT id FROM runs WHERE job_id = ? AND created_at < ? AND state IN (${ended}) ORDER BY id`, jobId, beforeMs),
    /** The newest of a job, by number. */
    newest: (jobId: string, count: number): string[] => ids('SELECT id FROM runs WHERE job_id = ? ORDER BY id DESC LIMIT ?', jobId, count),
    place,
    deleteRuns: (runs: readonly string[]): void => {
      for (const id of runs) {
        db.prepare('DELETE FROM run_attempts WHERE run_id = ?').run(id);
        db.prepare('DELETE FROM runs WHERE id = ?').run(id);
      }
      onRemoved();
    },
    outputGone: (runId: string): void => {
      db.prepare("UPDATE run_attempts SET output = json_set(output, '$.removed', json('true')) WHERE run_id = ? AND output IS NOT NULL").run(runId);
    },
    purges: (): PurgeRow[] =>
      db
        .prepare('SELECT * FROM purges')
        .all()
        .map((row) => ({ id: row['id'] as string, by: row['by'] as string, job: row['job'] as string | null, until: row['until'] as number, file: row['file'] as string, sha256: row['sha256'] as string, runs: JSON.parse(row['runs'] as string) as string[], outputBytes: row['output_bytes'] as number })),
    putPurge: (purge: PurgeRow): void => {
      db.prepare('INSERT INTO purges (id, by, job, until, file, sha256, runs, output_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(purge.id, purge.by, purge.job, purge.until, purge.file, purge.sha256, JSON.stringify(purge.runs), purge.outputBytes);
    },
    dropPurge: (id: string): void => {
      db.prepare('DELETE FROM purges WHERE id = ?').run(id);
    }
  };
}
