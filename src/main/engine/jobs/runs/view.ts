// Rows as the contract shows them.
import type { Attempt, Run } from '../../../../contract/runs.ts';
import type { AttemptRow, RunRow } from '../model.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export function viewRun({ key: _key, ...row }: RunRow, waitingFor: Run['waitingFor']): Run {
  return { ...row, occurrence: isoOrNull(row.occurrence), createdAt: iso(row.createdAt), startedAt: isoOrNull(row.startedAt), endedAt: isoOrNull(row.endedAt), dueAt: isoOrNull(row.dueAt), waitingFor };
}

export function viewAttempt({ runId: _runId, identity: _identity, ...row }: AttemptRow): Attempt {
  return { ...row, startedAt: iso(row.startedAt), endedAt: isoOrNull(row.endedAt) };
}
