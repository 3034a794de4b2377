// Tables of this domain in state.db: plans, snapshots that are being taken, notes, reports of restores. Versions 20-29 and 50-59 are ours.
import type { Migration } from '../store/index.ts';

export const snapshotsMigrations: Migration[] = [
  {
    version: 20,
    up: (db) =>
      db.exec(`
        CREATE TABLE plans (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          title TEXT NOT NULL,
          repository_id TEXT NOT NULL,
          paths TEXT NOT NULL,
          excludes TEXT NOT NULL,
          tags TEXT NOT NULL,
          zone TEXT NOT NULL,
          created_at TEXT NOT NULL
        ) STRICT;
        -- The newest snapshot of a plan that was seen; a note for the overview, the repository decides.
        CREATE TABLE plan_latest (
          plan_id TEXT PRIMARY KEY,
          snapshot TEXT NOT NULL
        ) STRICT;
        CREATE TABLE running_snapshots (
          id TEXT PRIMARY KEY,
          plan_id TEXT NOT NULL,
          repository_id TEXT NOT NULL,
          pid INTEGER NOT NULL,
          started_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE snapshot_notes (
          lineage TEXT PRIMARY KEY,
          note TEXT NOT NULL,
          written_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE restore_reports (
          id TEXT PRIMARY KEY,
          at TEXT NOT NULL,
          report TEXT NOT NULL
        ) STRICT;
        CREATE INDEX restore_reports_at ON restore_reports (at);
      `)
  },
  {
    version: 21,
    up: (db) =>
      db.exec(`
        ALTER TABLE plans ADD COLUMN leave_out TEXT NOT NULL DEFAULT '{}';
        -- Each edit makes a new version; what it changed is in the log.
        ALTER TABLE plans ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE plans ADD COLUMN hooks TEXT NOT NULL DEFAULT '{}';
      `)
  },
  {
    version: 22,
    up: (db) =>
      db.exec(`
        -- Snapshots that were asked for while their repository was away; one a plan. attempts: begun since then and not ended.
        CREATE TABLE waiting_snapshots (
          id TEXT PRIMARY KEY,
          plan_id TEXT NOT NULL UNIQUE,
          repository_id TEXT NOT NULL,
          actor TEXT NOT NULL,
          tags TEXT NOT NULL,
          note TEXT,
          gentle INTEGER NOT NULL,
          since TEXT NOT NULL,
          reason TEXT NOT NULL,
          attempts INTEGER NOT NULL
        ) STRICT;
      `)
  },
  {
    version: 25,
    up: (db) =>
      db.exec(`
        -- The event that holds the note's words: when they are erased there, they go here, too.
        ALTER TABLE snapshot_notes ADD COLUMN event_id TEXT;
        -- What a plan keeps; no row: everything.
        CREATE TABLE plan_retention (
          plan_id TEXT PRIMARY KEY,
          policy TEXT NOT NULL
        ) STRICT;
        -- Changes to the list of snapshots that were begun and have not ended; facts as in their event.
        CREATE TABLE running_edits (
          id TEXT PRIMARY KEY,
          kind TEXT NOT NULL CHECK (kind IN ('forget', 'tag')),
          subject TEXT NOT NULL,
          started_at TEXT NOT NULL,
          facts TEXT NOT NULL
        ) STRICT;
      `)
  },
  {
    version: 26,
    up: (db) =>
      db.exec(`
        ALTER TABLE plans ADD COLUMN gentle INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE plans ADD COLUMN snapshot_on_quit INTEGER NOT NULL DEFAULT 0;
      `)
  },
  {
    version: 27,
    up: (db) =>
      db.exec(`
        -- Plans that were removed, as they were last: their snapshots are still theirs. A name may be there several times. event_id: plan.removed, with which
        -- the row goes when its words are erased.
        CREATE TABLE removed_plans (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          removed_at TEXT NOT NULL,
          event_id TEXT NOT NULL,
          plan TEXT NOT NULL
        ) STRICT;
        CREATE INDEX removed_plans_name ON removed_plans (name, removed_at);
      `)
  },
  {
    version: 28,
    up: (db) =>
      db.exec(`
        -- Restores that were begun and have not finished. facts as in their events; target as JSON, for names that are no text; selection: a hash of
        -- what was chosen. cut: the record has its end already, but temporary files of it may lie in the target.
        CREATE TABLE unfinished_restores (
          id TEXT PRIMARY KEY,
          subject TEXT NOT NULL,
          target TEXT NOT NULL,
          selection TEXT NOT NULL,
          facts TEXT NOT NULL,
          started_at TEXT NOT NULL,
          cut INTEGER NOT NULL DEFAULT 0
        ) STRICT;
      `)
  },
  {
    version: 29,
    up: (db) =>
      db.exec(`
        -- Restores in place that can be undone, from the moment before the first change on. What each puts where is in restores/<id>.db of the home.
        -- safety_*: what was touched, as it was before; none where nothing was that had been there. continues: the cut-off restore of the same that it goes
        -- on with. place: JSON of the paths.
        CREATE TABLE undoable_restores (
          id TEXT PRIMARY KEY,
          at TEXT NOT NULL,
          subject TEXT NOT NULL,
          repository_id TEXT NOT NULL,
          snapshot_id TEXT NOT NULL,
          plan_id TEXT,
          plan_name TEXT,
          place TEXT NOT NULL,
          selection TEXT NOT NULL,
          safety_snapshot TEXT,
          safety_tree TEXT,
          continues TEXT,
          finished INTEGER NOT NULL DEFAULT 0,
          undone_at TEXT
        ) STRICT;
      `)
  },
  {
    version: 50,
    up: (db) =>
      db.exec(`
        -- Drills. running: begun and not ended, with its temporary folder (JSON, for names that are no text). drills: what the last ones found, by the snapshot's lineage.
        CREATE TABLE running_drills (
          id TEXT PRIMARY KEY,
          place TEXT NOT NULL,
          subject TEXT NOT NULL,
          facts TEXT NOT NULL,
          started_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE drills (
          id TEXT PRIMARY KEY,
          lineage TEXT NOT NULL,
          plan_id TEXT,
          report TEXT NOT NULL
        ) STRICT;
        CREATE INDEX drills_lineage ON drills (lineage, id);
        CREATE INDEX drills_plan ON drills (plan_id, id);
      `)
  },
  {
    version: 51,
    up: (db) =>
      db.exec(`
        -- Folders that are tried on a copy. original, folder: JSON, for names that are no text. last_run: JSON of the program that was run last.
        CREATE TABLE trials (
          id TEXT PRIMARY KEY,
          at TEXT NOT NULL,
          repository_id TEXT NOT NULL,
          snapshot_id TEXT NOT NULL,
          plan_id TEXT,
          plan_name TEXT,
          original TEXT NOT NULL,
          folder TEXT NOT NULL,
          state TEXT NOT NULL,
          last_run TEXT
        ) STRICT;
      `)
  },
  {
    version: 52,
    up: (db) =>
      db.exec(`
        -- What came back for a trial.
        ALTER TABLE trials ADD COLUMN files INTEGER;
        ALTER TABLE trials ADD COLUMN bytes INTEGER;
      `)
  },
  {
    version: 53,
    up: (db) =>
      db.exec(`
        -- Whether a plan was ever given another repository: then its newest snapshot may lie elsewhere. Of plans edited before, nobody knows.
        ALTER TABLE plans ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
        UPDATE plans SET moved = 1 WHERE version > 1;
      `)
  }
];
