// Rows as the contract shows them.
import type { Alert, Channel, Delivery, Quiet, Silence, Ticket } from '../../../contract/alerts.ts';
import { isoOf } from '../kit/iso.ts';
import { canExpect, isIntegrity, type AlertRow, type ChannelRow, type SilenceRow, type TicketRow } from './model.ts';

export function alertView(row: AlertRow, quiet: Quiet | null): Alert {
  const { id, fingerprint, labels, severity, facts, resolvedBy, code, about } = row;
  const firing = row.state !== 'resolved';
  return {
    id, fingerprint, labels, severity, facts, resolvedBy,
    state: firing ? 'firing' : 'resolved',
    since: isoOf(row.since),
    openedAt: isoOf(row.openedAt ?? row.since),
    changedAt: isoOf(row.changedAt),
    resolvedAt: row.resolvedAt === null ? null : isoOf(row.resolvedAt),
    quiet: firing ? quiet : null,
    can: { silence: firing && !isIntegrity(code), resolve: firing && about !== null, expect: firing && canExpect(code) },
    lastToldAt: row.toldAt === null ? null : isoOf(row.toldAt)
  };
}

export function silenceView({ id, matchers, reason, by, createdAt, until }: SilenceRow): Silence {
  return { id, matchers, reason, by, createdAt: isoOf(createdAt), until: isoOf(until) };
}

export function channelView({ id, name, enabled, target, secretFrom, secretReference, fallback, lastDelivery, deadSince }: ChannelRow, waiting: number): Channel {
  return { id, name, enabled, target, secretFrom, secretReference, fallback, lastDelivery: lastDelivery && deliveryView(lastDelivery), deadSince: deadSince === null ? null : isoOf(deadSince), waiting };
}

export function deliveryView({ id, at, ok, attempts, error }: NonNullable<ChannelRow['lastDelivery']>): Delivery {
  return { id, at: isoOf(at), ok, attempts, error };
}

export function ticketView({ openedAt, closedAt, closedBy = null, closeNote = '', ...ticket }: TicketRow): Ticket {
  return { ...ticket, closedBy, closeNote, openedAt: isoOf(openedAt), closedAt: closedAt === null ? null : isoOf(closedAt) };
}
