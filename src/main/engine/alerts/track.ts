// 11.1: from what the rules find now and what was open before to what is open now. Pure. A condition must hold at every look for as long as its rule says, in
// awake time, before it is told; no data leaves what is open open.
import type { Finding } from './rules/finding.ts';
import { fingerprintOf, type AlertRow } from './model.ts';

export interface Tracked {
  /** New or changed rows. */
  put: AlertRow[];
  /** Ids of pending ones that ended before they were told. */
  drop: string[];
  opened: AlertRow[];
  resolved: AlertRow[];
}

export interface TrackInput {
  open: readonly AlertRow[];
  findings: readonly Finding[];
  /** Rules that could say nothing. */
  blind: ReadonlySet<string>;
  /** By fingerprint, the run a person resolved it for. */
  dismissed: ReadonlyMap<string, string>;
  nowMs: number;
  /** Awake time since the last look. */
  awakeMs: number;
  newId(): string;
}

export function track({ open, findings, blind, dismissed, nowMs, awakeMs, newId }: TrackInput): Tracked {
  const result: Tracked = { put: [], drop: [], opened: [], resolved: [] };
  const before = new Map(open.map((row) => [row.fingerprint, row]));
  const seen = new Set<string>();

  const fire = (row: AlertRow): AlertRow => {
    const firing: AlertRow = { ...row, state: 'firing', openedAt: nowMs };
    result.opened.push(firing);
    return firing;
  };
  const end = (row: AlertRow): void => {
    if (row.state === 'pending') return void result.drop.push(row.id);
    const resolved: AlertRow = { ...row, state: 'resolved', resolvedAt: nowMs, resolvedBy: 'itself', changedAt: nowMs, acknowledged: null };
    result.put.push(resolved);
    result.resolved.push(resolved);
  };

  for (const finding of findings) {
    const fingerprint = fingerprintOf(finding.labels);
    seen.add(fingerprint);
    const row = before.get(fingerprint);
    if (finding.state === 'ok') {
      if (row) end(row);
      continue;
    }
    if (finding.state !== 'bad') {
      // What is not known to hold does not go on holding.
      if (row?.state === 'pending' && row.heldMs > 0) result.put.push({ ...row, heldMs: 0 });
      continue;
    }
    if (finding.about !== undefined && dismissed.get(fingerprint) === finding.about) {
      if (row) end(row);
      continue;
    }
    const { severity, facts, forMs = 0, about = null } = finding;
    const step = `${severity} ${finding.step ?? ''}`;
    if (row === undefined) {
      const since = finding.since === undefined ? nowMs : Math.min(nowMs, Date.parse(finding.since));
      const fresh: AlertRow = { id: newId(), fingerprint, code: finding.code, labels: finding.labels, severity, state: 'pending', facts, step, about, since, heldMs: 0, openedAt: null, changedAt: nowMs, resolvedAt: null, resolvedBy: null, acknowledged: null, toldAt: null, toldStep: null, closed: false };
      result.put.push(forMs === 0 ? fire(fresh) : fresh);
      continue;
    }
    const changed = row.step !== step || row.about !== about || JSON.stringify(row.facts) !== JSON.stringify(facts);
    let next: AlertRow = changed ? { ...row, severity, facts, step, about, changedAt: nowMs } : row;
    if (next.state === 'pending') {
      next = { ...next, heldMs: next.heldMs + awakeMs };
      if (next.heldMs >= forMs) next = fire(next);
    }
    if (next !== row) result.put.push(next);
  }
  // What no rule speaks of any more is gone: a job, a secret, a repository that was removed.
  for (const row of open) if (!seen.has(row.fingerprint) && !blind.has(row.code)) end(row);
  return result;
}
