// Rows of this domain, and what needs nothing but them. Times are milliseconds since 1970.
import { createHash } from 'node:crypto';
import type { AlertCode, AlertFacts, AlertSettings, ChannelTarget, Labels, Severity } from '../../../contract/alerts.ts';

export const dayMs = 86_400_000;
/** An acknowledgement ends by itself after 7 days, a silence after 30 at most. */
export const acknowledgedMs = 7 * dayMs;
export const longestSilenceMs = 30 * dayMs;

export interface Acknowledged {
  by: string;
  at: number;
  note: string;
  until: number;
}

export interface AlertRow {
  id: string;
  fingerprint: string;
  code: AlertCode;
  labels: Labels;
  severity: Severity;
  /** `pending`: it holds, but not yet long enough to be told. */
  state: 'pending' | 'firing' | 'resolved';
  facts: AlertFacts;
  /** When it changes, the alert is told again. */
  step: string;
  /** The run it is about; null: a state that is looked at anew every minute. */
  about: string | null;
  since: number;
  /** Awake time for which it has held without a break. */
  heldMs: number;
  openedAt: number | null;
  changedAt: number;
  resolvedAt: number | null;
  resolvedBy: 'itself' | 'person' | null;
  acknowledged: Acknowledged | null;
  /** When a message about it was last planned, and what it said then. */
  toldAt: number | null;
  toldStep: string | null;
  /** A message about its end was planned, or none was needed. */
  closed: boolean;
}

export interface SilenceRow {
  id: string;
  matchers: Labels;
  reason: string;
  by: string;
  createdAt: number;
  until: number;
  ended: boolean;
}

export interface ChannelRow {
  id: string;
  name: string;
  enabled: boolean;
  target: ChannelTarget;
  secretFrom: 'none' | 'kept' | 'reference';
  secretReference: string | null;
  fallback: string | null;
  lastDelivery: { id: string; at: number; ok: boolean; attempts: number; error: string | null } | null;
  deadSince: number | null;
  buckets: Buckets;
}

/** Messages that may still be sent, and as of when; refilled by time (11.11). */
export type Buckets = Partial<Record<'critical' | 'normal', { left: number; at: number }>>;

export interface DeliveryRow {
  /** Goes along with the message, so that whoever gets it twice can tell. */
  id: string;
  channelId: string;
  kind: 'message' | 'digest';
  alertIds: string[];
  critical: boolean;
  createdAt: number;
  dueAt: number;
  attempts: number;
  /** It waited for the rate or the morning: it goes out as part of a digest. */
  held: boolean;
  error: string | null;
  /** Stands in for one that another channel could not deliver. */
  standsIn: boolean;
  /** One on the fallback channel was made. */
  handedOn: boolean;
}

/** When a group was last told (11.9). */
export interface GroupRow {
  key: string;
  lastAt: number;
}

export interface TicketRow {
  id: string;
  jobId: string;
  jobName: string;
  jobTitle: string;
  openedAt: number;
  since: string;
  lastGoodAt: string | null;
  failures: number;
  runId: string;
  lines: string[];
  updates: { at: string; runId: string; failures: number }[];
  closedAt: number | null;
  closedByRun: string | null;
  /** Missing in rows of before a person could close one. */
  closedBy?: string | null;
  closeNote?: string;
}

export const usualSettings: AlertSettings = { quietHours: null, ticketAfter: 3, lowBytes: 20_000_000_000, fullBytes: 5_000_000_000, ping: null };

/** 11.8: of the labels, in order. */
export function fingerprintOf(labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** By job, then by cause. */
export function groupOf({ labels, code }: Pick<AlertRow, 'labels' | 'code'>): string {
  return labels['job'] === undefined ? `rule:${code}` : `job:${labels['job']}`;
}

export function isIntegrity(code: AlertCode): boolean {
  return code === 'integrity_record' || code === 'integrity_repository';
}

/** Rules whose judgement of what is usual a person can correct. */
export function canExpect(code: AlertCode): boolean {
  return code === 'volume' || code === 'too_long' || code === 'too_short';
}
