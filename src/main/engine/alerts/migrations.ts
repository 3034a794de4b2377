// Tables of this domain in state.db. Versions 80-89 are ours.
import type { Migration } from '../store/index.ts';

export const alertMigrations: readonly Migration[] = [
  {
    version: 80,
    up: (db) =>
      db.exec(`
        CREATE TABLE alerts (
          id TEXT PRIMARY KEY,
          fingerprint TEXT NOT NULL,
          code TEXT NOT NULL,
          labels TEXT NOT NULL,
          severity TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('pending', 'firing', 'resolved')),
          facts TEXT NOT NULL,
          step TEXT NOT NULL,
          about TEXT,
          since INTEGER NOT NULL,
          held_ms INTEGER NOT NULL,
          opened_at INTEGER,
          changed_at INTEGER NOT NULL,
          resolved_at INTEGER,
          resolved_by TEXT,
          acknowledged TEXT,
          told_at INTEGER,
          told_step TEXT,
          closed INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        -- One open alert a fingerprint.
        CREATE UNIQUE INDEX alerts_open ON alerts (fingerprint) WHERE state != 'resolved';
        CREATE INDEX alerts_resolved ON alerts (resolved_at) WHERE state = 'resolved';
        -- The last run of a fingerprint that a person resolved by hand.
        CREATE TABLE alert_dismissed (fingerprint TEXT PRIMARY KEY, about TEXT NOT NULL) STRICT;
        CREATE TABLE alert_marks (code TEXT NOT NULL, run_id TEXT NOT NULL, job_id TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (code, run_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE alert_silences (id TEXT PRIMARY KEY, matchers TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, created_at INTEGER NOT NULL, until INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE alert_groups (key TEXT PRIMARY KEY, last_at INTEGER NOT NULL) STRICT;
        -- target: without passwords.
        CREATE TABLE alert_channels (
          id TEXT PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          enabled INTEGER NOT NULL,
          target TEXT NOT NULL,
          secret_from TEXT NOT NULL,
          secret_reference TEXT,
          fallback TEXT,
          last_delivery TEXT,
          dead_since INTEGER,
          buckets TEXT NOT NULL DEFAULT '{}'
        ) STRICT;
        INSERT INTO alert_channels (id, name, enabled, target, secret_from) VALUES ('01932b6e-5a1c-7000-8000-00000000de5c', 'desktop', 1, '{"kind":"desktop"}', 'none');
        CREATE TABLE alert_deliveries (
          id TEXT PRIMARY KEY,
          channel_id TEXT NOT NULL,
          kind TEXT NOT NULL,
          alert_ids TEXT NOT NULL,
          critical INTEGER NOT NULL,
          created_at INTEGER NOT NULL,
          due_at INTEGER NOT NULL,
          attempts INTEGER NOT NULL,
          held INTEGER NOT NULL,
          error TEXT,
          stands_in INTEGER NOT NULL,
          handed_on INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX alert_deliveries_of ON alert_deliveries (channel_id, created_at);
        -- What was delivered where; resolved: its end, too.
        CREATE TABLE alert_told (alert_id TEXT NOT NULL, channel_id TEXT NOT NULL, at INTEGER NOT NULL, resolved INTEGER NOT NULL, PRIMARY KEY (alert_id, channel_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE alert_pings (id TEXT PRIMARY KEY, job_id TEXT, url TEXT NOT NULL, path TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL) STRICT;
        CREATE TABLE alert_ping_last (job_id TEXT PRIMARY KEY, at INTEGER NOT NULL, ok INTEGER NOT NULL, error TEXT) STRICT;
        CREATE TABLE tickets (
          id TEXT PRIMARY KEY,
          job_id TEXT NOT NULL,
          opened_at INTEGER NOT NULL,
          closed_at INTEGER,
          ticket TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX tickets_open ON tickets (job_id) WHERE closed_at IS NULL;
        CREATE TABLE alert_settings (id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL) STRICT;
      `)
  }
];
