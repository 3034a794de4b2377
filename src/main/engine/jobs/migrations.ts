// Tables of this domain in state.db: definitions, runs, tries. Versions 70-79 are ours.
import type { Migration } from '../store/index.ts';
import { housekeepingMigrations } from './housekeeping/store.ts';

export const jobsMigrations: Migration[] = [
  {
    version: 70,
    up: (db) =>
      db.exec(`
        -- Every definition that ever was one, by the hash of its JSON: runs name what they ran.
        CREATE TABLE job_definitions (
          hash TEXT PRIMARY KEY,
          definition TEXT NOT NULL
        ) STRICT;
        CREATE TABLE jobs (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          version INTEGER NOT NULL,
          definition_hash TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          -- Every occurrence at or before it has been decided (rule 2.1); milliseconds, as all times here.
          cursor INTEGER NOT NULL,
          paused TEXT,
          from_file INTEGER NOT NULL DEFAULT 0,
          -- Kept by the store at each end of a run, so that a list of jobs need not read their history.
          last_good_at INTEGER,
          failing_since INTEGER,
          failures INTEGER NOT NULL DEFAULT 0,
          overlap_skips INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE job_versions (
          job_id TEXT NOT NULL,
          version INTEGER NOT NULL,
          definition_hash TEXT NOT NULL,
          at INTEGER NOT NULL,
          by TEXT NOT NULL,
          PRIMARY KEY (job_id, version)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE runs (
          id TEXT PRIMARY KEY,
          job_id TEXT NOT NULL,
          job_name TEXT NOT NULL,
          job_title TEXT NOT NULL,
          work_kind TEXT NOT NULL,
          version INTEGER NOT NULL,
          definition_hash TEXT NOT NULL,
          -- Rule 8.1: a second row for one occasion cannot be written.
          key TEXT NOT NULL UNIQUE,
          state TEXT NOT NULL,
          cause TEXT,
          trigger TEXT NOT NULL,
          occurrence INTEGER,
          created_at INTEGER NOT NULL,
          started_at INTEGER,
          ended_at INTEGER,
          active_ms INTEGER,
          attempts INTEGER NOT NULL DEFAULT 0,
          -- Not before: the next try, or the turn of what is caught up.
          due_at INTEGER,
          test INTEGER NOT NULL DEFAULT 0,
          by TEXT NOT NULL,
          reason TEXT NOT NULL,
          replay_of TEXT,
          other_run TEXT,
          missed TEXT,
          flags TEXT NOT NULL DEFAULT '[]',
          exit TEXT,
          result TEXT,
          failure TEXT,
          note TEXT,
          reclassified TEXT
        ) STRICT;
        CREATE INDEX runs_of_job ON runs (job_id, id);
        CREATE INDEX runs_live ON runs (state) WHERE state IN ('awaiting_approval', 'queued', 'starting', 'running', 'stopping', 'retry_wait');
        CREATE INDEX runs_ended ON runs (ended_at);
        CREATE TABLE run_attempts (
          run_id TEXT NOT NULL,
          attempt INTEGER NOT NULL,
          started_at INTEGER NOT NULL,
          ended_at INTEGER,
          identity TEXT,
          exit TEXT,
          cause TEXT,
          detail TEXT,
          output TEXT,
          task_id TEXT,
          PRIMARY KEY (run_id, attempt)
        ) STRICT, WITHOUT ROWID;
        -- One row: what the scheduler knows beyond its jobs.
        CREATE TABLE scheduler (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          last_tick_at INTEGER,
          boot_id TEXT,
          paused TEXT,
          max_running INTEGER NOT NULL
        ) STRICT;
        INSERT INTO scheduler (one, max_running) VALUES (1, 2);
      `)
  },
  {
    version: 71,
    // Newest first by how they ended: without it a state that few runs are in is looked for in all of them.
    up: (db) => db.exec('CREATE INDEX runs_by_state ON runs (state, id)')
  },
  {
    version: 78,
    up: (db) =>
      db.exec(`
        ALTER TABLE runs ADD COLUMN trace TEXT;
        -- Counts for measuring from outside (runs/tallies.ts), begun with what there is.
        CREATE TABLE job_tallies (
          job_id TEXT NOT NULL,
          what TEXT NOT NULL,
          count INTEGER NOT NULL,
          PRIMARY KEY (job_id, what)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE run_durations (
          step INTEGER PRIMARY KEY,
          count INTEGER NOT NULL,
          seconds REAL NOT NULL
        ) STRICT;
        INSERT INTO job_tallies (job_id, what, count)
          SELECT job_id, state, count(*) FROM runs WHERE test = 0 AND state NOT IN ('awaiting_approval', 'queued', 'starting', 'running', 'stopping', 'retry_wait') GROUP BY job_id, state;
        INSERT INTO job_tallies (job_id, what, count)
          SELECT job_id, 'missed-times', sum(missed ->> 'count') FROM runs WHERE missed IS NOT NULL GROUP BY job_id;
        INSERT INTO run_durations (step, count, seconds)
          SELECT CASE WHEN s <= 1 THEN 0 WHEN s <= 5 THEN 1 WHEN s <= 15 THEN 2 WHEN s <= 60 THEN 3 WHEN s <= 300 THEN 4 WHEN s <= 900 THEN 5 WHEN s <= 3600 THEN 6 WHEN s <= 14400 THEN 7 WHEN s <= 86400 THEN 8 ELSE 9 END, count(*), sum(s)
          FROM (SELECT coalesce(active_ms, max(0, ended_at - started_at)) / 1000.0 AS s FROM runs WHERE test = 0 AND started_at IS NOT NULL AND ended_at IS NOT NULL) GROUP BY 1;
      `)
  },
  {
    version: 79,
    // Rule 8.2: the call that asked for it; a second run for one call cannot be written.
    up: (db) => db.exec('ALTER TABLE runs ADD COLUMN call TEXT; CREATE UNIQUE INDEX runs_of_call ON runs (call) WHERE call IS NOT NULL')
  },
  {
    version: 77,
    up: (db) =>
      db.exec(`
        -- Those of a job that are not over, without looking at those of others.
        CREATE INDEX runs_live_of ON runs (job_id, id) WHERE state IN ('awaiting_approval', 'queued', 'starting', 'running', 'stopping', 'retry_wait');
        -- The last test, without reading what was none.
        CREATE INDEX runs_as_tests ON runs (id) WHERE test = 1;
      `)
  },
  ...housekeepingMigrations
];
