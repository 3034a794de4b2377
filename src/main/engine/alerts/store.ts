// Alerts, silences, groups, marks and settings in state.db. Channels and messages: channels/store.ts.
import { AlertSettings, type Labels } from '../../../contract/alerts.ts';
import type { Database } from '../store/index.ts';
import type { Mark } from './facts.ts';
import { usualSettings, type AlertRow, type GroupRow, type SilenceRow, type TicketRow } from './model.ts';

/** Resolved alerts beyond these are forgotten, with what was told of them; the record keeps that they were. */
const mostResolved = 2000;

export type AlertStore = ReturnType<typeof createAlertStore>;

type Db = Pick<Database, 'prepare' | 'transaction'>;
type Raw = Record<string, unknown>;

export function createAlertStore(db: Db) {
  return {
    transaction: <T>(work: () => T): T => db.transaction(work),

    // ---- alerts ----
    /** Pending and firing ones, oldest first. */
    open: (): AlertRow[] => db.prepare("SELECT * FROM alerts WHERE state != 'resolved' ORDER BY since, id").all().map(alertOf),
    /** Resolved ones whose end nobody was told of yet. */
    unclosed: (): AlertRow[] => db.prepare("SELECT * FROM alerts WHERE state = 'resolved' AND closed = 0 ORDER BY resolved_at, id").all().map(alertOf),
    resolved: (limit: number): AlertRow[] => db.prepare("SELECT * FROM alerts WHERE state = 'resolved' ORDER BY resolved_at DESC, id DESC LIMIT ?").all(limit).map(alertOf),
    byId: (id: string): AlertRow | undefined => {
      const row = db.prepare('SELECT * FROM alerts WHERE id = ?').get(id);
      return row && alertOf(row);
    },
    idsLike: (start: string): string[] => db.prepare("SELECT id FROM alerts WHERE substr(id, 1, length(?)) = ? AND state != 'pending' LIMIT 3").all<{ id: string }>(start, start).map(({ id }) => id),
    put: (row: AlertRow): void => {
      db.prepare(
        `INSERT INTO alerts (id, fingerprint, code, labels, severity, state, facts, step, about, since, held_ms, opened_at, changed_at, resolved_at, resolved_by, acknowledged, told_at, told_step, closed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, state = excluded.state, facts = excluded.facts, step = excluded.step, about = excluded.about, since = excluded.since, held_ms = excluded.held_ms, opened_at = excluded.opened_at, changed_at = excluded.changed_at,
           resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by, acknowledged = excluded.acknowledged, told_at = excluded.told_at, told_step = excluded.told_step, closed = excluded.closed`
      ).run(row.id, row.fingerprint, row.code, JSON.stringify(row.labels), row.severity, row.state, JSON.stringify(row.facts), row.step, row.about, row.since, Math.round(row.heldMs), row.openedAt, row.changedAt, row.resolvedAt, row.resolvedBy, row.acknowledged && JSON.stringify(row.acknowledged), row.toldAt, row.toldStep, row.closed ? 1 : 0);
    },
    remove: (id: string): void => void db.prepare('DELETE FROM alerts WHERE id = ?').run(id),
    sweep: (): void => {
      const { changes } = db.prepare("DELETE FROM alerts WHERE state = 'resolved' AND closed = 1 AND id NOT IN (SELECT id FROM alerts WHERE state = 'resolved' ORDER BY resolved_at DESC LIMIT ?)").run(mostResolved);
      if (changes > 0) db.prepare('DELETE FROM alert_told WHERE alert_id NOT IN (SELECT id FROM alerts)').run();
    },

    // ---- what a person said ----
    dismissed: (): Map<string, string> => new Map(db.prepare('SELECT fingerprint, about FROM alert_dismissed').all<{ fingerprint: string; about: string }>().map(({ fingerprint, about }) => [fingerprint, about])),
    dismiss: (fingerprint: string, about: string): void => void db.prepare('INSERT INTO alert_dismissed (fingerprint, about) VALUES (?, ?) ON CONFLICT (fingerprint) DO UPDATE SET about = excluded.about').run(fingerprint, about),
    marks: (): Map<string, Mark> => new Map(db.prepare('SELECT code, run_id, mark FROM alert_marks').all<{ code: string; run_id: string; mark: Mark }>().map(({ code, run_id, mark }) => [`${code} ${run_id}`, mark])),
    mark: (code: string, runId: string, jobId: string, mark: Mark): void =>
      void db.prepare("INSERT INTO alert_marks (code, run_id, job_id, mark) VALUES (?, ?, ?, ?) ON CONFLICT (code, run_id) DO UPDATE SET mark = excluded.mark WHERE excluded.mark = 'expected'").run(code, runId, jobId, mark),
    forgetJobs: (known: readonly string[]): void => void db.prepare('DELETE FROM alert_marks WHERE job_id NOT IN (SELECT value FROM json_each(?))').run(JSON.stringify(known)),

    // ---- silences ----
    silences: (): SilenceRow[] => db.prepare('SELECT * FROM alert_silences WHERE ended = 0 ORDER BY until').all().map(silenceOf),
    putSilence: ({ id, matchers, reason, by, createdAt, until, ended }: SilenceRow): void =>
      void db.prepare('INSERT INTO alert_silences (id, matchers, reason, by, created_at, until, ended) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, until = excluded.until').run(id, JSON.stringify(matchers), reason, by, createdAt, until, ended ? 1 : 0),

    // ---- groups ----
    groups: (): Map<string, GroupRow> => new Map(db.prepare('SELECT key, last_at FROM alert_groups').all<{ key: string; last_at: number }>().map(({ key, last_at }) => [key, { key, lastAt: last_at }])),
    putGroup: ({ key, lastAt }: GroupRow): void => void db.prepare('INSERT INTO alert_groups (key, last_at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at').run(key, lastAt),
    removeGroup: (key: string): void => void db.prepare('DELETE FROM alert_groups WHERE key = ?').run(key),

    // ---- tickets ----
    openTickets: (): TicketRow[] => db.prepare('SELECT ticket FROM tickets WHERE closed_at IS NULL ORDER BY opened_at').all<{ ticket: string }>().map(({ ticket }) => JSON.parse(ticket) as TicketRow),
    tickets: (limit: number): TicketRow[] => db.prepare('SELECT ticket FROM tickets ORDER BY closed_at IS NOT NULL, opened_at DESC LIMIT ?').all<{ ticket: string }>(limit).map(({ ticket }) => JSON.parse(ticket) as TicketRow),
    ticketsLike: (start: string): TicketRow[] => db.prepare('SELECT ticket FROM tickets WHERE substr(id, 1, length(?)) = ? LIMIT 3').all<{ ticket: string }>(start, start).map(({ ticket }) => JSON.parse(ticket) as TicketRow),
    /** When a person last closed a ticket, by job. */
    closedByHand: (): Map<string, number> => new Map(db.prepare("SELECT job_id, max(closed_at) AS at FROM tickets WHERE json_extract(ticket, '$.closedBy') IS NOT NULL GROUP BY job_id").all<{ job_id: string; at: number }>().map(({ job_id, at }) => [job_id, at])),
    putTicket: (ticket: TicketRow): void =>
      void db.prepare('INSERT INTO tickets (id, job_id, opened_at, closed_at, ticket) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET closed_at = excluded.closed_at, ticket = excluded.ticket').run(ticket.id, ticket.jobId, ticket.openedAt, ticket.closedAt, JSON.stringify(ticket)),

    // ---- settings ----
    settings: (): AlertSettings => {
      const row = db.prepare('SELECT settings FROM alert_settings WHERE id = 1').get<{ settings: string }>();
      return AlertSettings.parse({ ...usualSettings, ...(row && (JSON.parse(row.settings) as object)) });
    },
    putSettings: (settings: AlertSettings): void => void db.prepare('INSERT INTO alert_settings (id, settings) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET settings = excluded.settings').run(JSON.stringify(settings))
  };
}

function alertOf(row: Raw): AlertRow {
  const json = <T>(name: string): T => JSON.parse(row[name] as string) as T;
  return {
    id: row['id'] as string,
    fingerprint: row['fingerprint'] as string,
    code: row['code'] as AlertRow['code'],
    labels: json<Labels>('labels'),
    severity: row['severity'] as AlertRow['severity'],
    state: row['state'] as AlertRow['state'],
    facts: json('facts'),
    step: row['step'] as string,
    about: row['about'] as string | null,
    since: row['since'] as number,
    heldMs: row['held_ms'] as number,
    openedAt: row['opened_at'] as number | null,
    changedAt: row['changed_at'] as number,
    resolvedAt: row['resolved_at'] as number | null,
    resolvedBy: row['resolved_by'] as AlertRow['resolvedBy'],
    acknowledged: row['acknowledged'] === null ? null : json('acknowledged'),
    toldAt: row['told_at'] as number | null,
    toldStep: row['told_step'] as string | null,
    closed: row['closed'] === 1
  };
}

function silenceOf(row: Raw): SilenceRow {
  return { id: row['id'] as string, matchers: JSON.parse(row['matchers'] as string) as Labels, reason: row['reason'] as string, by: row['by'] as string, createdAt: row['created_at'] as number, until: row['until'] as number, ended: row['ended'] === 1 };
}
