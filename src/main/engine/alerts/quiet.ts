// Why nobody is told of an alert now: somebody is on it, it is silenced, or another one explains it (11.10, 11.12). Pure.
import type { AlertCode, Labels, Quiet } from '../../../contract/alerts.ts';
import { isoOf } from '../kit/iso.ts';
import { isIntegrity, type AlertRow, type SilenceRow } from './model.ts';

export interface QuietFacts {
  /** Pending ones, too: what explains is known before it is told. */
  open: readonly AlertRow[];
  silences: readonly SilenceRow[];
  paused: boolean;
  nowMs: number;
}

/** What follows from a repository that cannot be reached. A job that has had no success for too long is told all the same. */
const followFromRepository: ReadonlySet<AlertCode> = new Set(['failure', 'late_start', 'overlap', 'too_long']);
const followFromNetwork: ReadonlySet<AlertCode> = new Set([...followFromRepository, 'unreachable']);

export function quietOf(alert: AlertRow, { open, silences, paused, nowMs }: QuietFacts): Quiet | null {
  const { acknowledged } = alert;
  if (acknowledged !== null && acknowledged.until > nowMs) return { by: 'acknowledged', who: acknowledged.by, at: isoOf(acknowledged.at), note: acknowledged.note, until: isoOf(acknowledged.until) };
  if (isIntegrity(alert.code)) return null;
  const silence = silences.find((each) => !each.ended && each.until > nowMs && matches(each.matchers, alert.labels));
  if (silence) return { by: 'silence', silenceId: silence.id, who: silence.by, reason: silence.reason, until: isoOf(silence.until) };
  if (paused) return { by: 'inhibited', why: 'paused', alertId: null };
  const cause = open.find((other) => explains(other, alert));
  return cause ? { by: 'inhibited', why: cause.code === 'no_network' ? 'no_network' : 'unreachable', alertId: cause.id } : null;
}

/** Never an alert itself. */
function explains(cause: AlertRow, alert: AlertRow): boolean {
  if (cause.id === alert.id || cause.state === 'resolved') return false;
  const same = (label: string): boolean => cause.labels[label] !== undefined && cause.labels[label] === alert.labels[label];
  if (cause.code === 'no_network') return followFromNetwork.has(alert.code) && same('host');
  return cause.code === 'unreachable' && followFromRepository.has(alert.code) && same('repository');
}

export function matches(matchers: Labels, labels: Labels): boolean {
  const wanted = Object.entries(matchers);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
