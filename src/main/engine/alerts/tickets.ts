// 7.4: one ticket per job after so many failed runs in a row; further failures are added at most once a day; the first success closes it, or a person does: then
// only the failures that follow open another one. Pure.
import type { Run } from '../../../contract/runs.ts';
import type { JobFact } from './facts.ts';
import { isoOf } from '../kit/iso.ts';
import { dayMs, type TicketRow } from './model.ts';
import { jobFields } from './rules/finding.ts';
import { endOf, failuresInARow } from './rules/runs.ts';

export interface TicketInput {
  job: JobFact;
  open: TicketRow | undefined;
  after: number;
  /** When a person last closed one of this job. */
  closedAt?: number | undefined;
  nowMs: number;
  newId(): string;
  /** The end of what the run printed. */
  tailOf(runId: string): string[];
}

/** The run whose output a new ticket will show; undefined: no ticket is about to be opened. */
export function runOfNewTicket({ job, open, after, closedAt }: Pick<TicketInput, 'job' | 'open' | 'after' | 'closedAt'>): string | undefined {
  const row = failuresSince(job, closedAt);
  return open === undefined && row.length >= after ? row[0]?.id : undefined;
}

/** The ticket as it is to be from now on; undefined: nothing changes. */
export function nextTicket({ job, open, after, closedAt, nowMs, newId, tailOf }: TicketInput): TicketRow | undefined {
  const row = failuresSince(job, closedAt);
  const [newest] = row;
  const lastGood = job.runs.find((run) => endOf(run) === 'succeeded');
  if (open) {
    if (newest === undefined) return lastGood && isAfter(lastGood, open) ? { ...open, closedAt: nowMs, closedByRun: lastGood.id } : undefined;
    const last = open.updates.at(-1)?.at ?? isoOf(open.openedAt);
    if (newest.id === (open.updates.at(-1)?.runId ?? open.runId) || nowMs - Date.parse(last) < dayMs) return undefined;
    return { ...open, failures: row.length, updates: [...open.updates, { at: isoOf(nowMs), runId: newest.id, failures: row.length }] };
  }
  if (newest === undefined || row.length < after) return undefined;
  const oldest = row.at(-1) ?? newest;
  return {
    id: newId(), ...jobFields(job), openedAt: nowMs, since: oldest.endedAt ?? oldest.createdAt, lastGoodAt: lastGood?.endedAt ?? job.lastGoodAt, failures: row.length, runId: newest.id,
    lines: tailOf(newest.id), updates: [], closedAt: null, closedByRun: null, closedBy: null, closeNote: ''
  };
}

function failuresSince({ runs }: JobFact, closedAt = 0): Run[] {
  return failuresInARow(runs).filter((run) => Date.parse(run.endedAt ?? run.createdAt) > closedAt);
}

function isAfter(run: Run, { since }: TicketRow): boolean {
  return Date.parse(run.endedAt ?? run.createdAt) >= Date.parse(since);
}
