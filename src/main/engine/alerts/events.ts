// What the record says of alerts.
import type { AlertFacts } from '../../../contract/alerts.ts';
import type { OutboxEvent } from '../store/index.ts';
import { isoOf } from '../kit/iso.ts';
import { type AlertRow, type TicketRow } from './model.ts';

/** What it is about, by the name a person gave it. */
export function nameOf(facts: AlertFacts): string {
  if ('jobName' in facts) return facts.jobName;
  if ('repository' in facts) return facts.repository;
  if ('secret' in facts) return facts.secret;
  return 'place' in facts ? facts.place : '';
}

function common(row: AlertRow): { alert: string; rule: string; name: string } {
  return { alert: row.id, rule: row.code, name: nameOf(row.facts).slice(0, 500) };
}

export function openedEvent(row: AlertRow): OutboxEvent {
  return { action: 'alert.opened', category: 'alert', level: row.severity === 'critical' ? 'error' : row.severity === 'warning' ? 'warn' : 'notice', payload: { ...common(row), severity: row.severity, since: isoOf(row.since), facts: row.facts } };
}

export function resolvedEvent(row: AlertRow, actor?: string): OutboxEvent {
  return { action: 'alert.resolved', category: 'alert', ...(actor !== undefined && { actor }), payload: { ...common(row), by: row.resolvedBy ?? 'itself', durationMs: Math.max(0, (row.resolvedAt ?? row.since) - row.since) } };
}

/** What a person did with one. */
export function handledEvent(action: 'alert.acknowledged' | 'alert.unacknowledged' | 'alert.expected', row: AlertRow, actor: string, more: Record<string, unknown> = {}): OutboxEvent {
  return { action, category: 'alert', actor, payload: { ...common(row), ...more } };
}

export function ticketEvent({ id, jobName, jobId, failures, runId }: TicketRow): OutboxEvent {
  return { action: 'alert.ticket-opened', category: 'alert', payload: { ticket: id, job: jobName, jobId, failures, run: runId } };
}

export function closedEvent({ id, jobName, jobId, failures, closedByRun, closedBy, closeNote = '' }: TicketRow): OutboxEvent {
  return { action: 'alert.ticket-closed', category: 'alert', ...(closedBy && { actor: closedBy }), payload: { ticket: id, job: jobName, jobId, failures, run: closedByRun ?? '', ...(closeNote !== '' && { note: closeNote }) } };
}
