// Rows as the contract shows them.
import type { Attempt, Run } from '../../../../contract/runs.ts';
import { isoOf, isoOrNull } from '../../kit/iso.ts';
import type { AttemptRow, RunRow } from '../model.ts';

export function viewRun({ key: _key, call: _call, ...row }: RunRow, waitingFor: Run['waitingFor']): Run {
  return { ...row, occurrence: isoOrNull(row.occurrence), createdAt: isoOf(row.createdAt), startedAt: isoOrNull(row.startedAt), endedAt: isoOrNull(row.endedAt), dueAt: isoOrNull(row.dueAt), waitingFor };
}

export function viewAttempt({ runId: _runId, identity: _identity, ...row }: AttemptRow): Attempt {
  return { ...row, startedAt: isoOf(row.startedAt), endedAt: isoOrNull(row.endedAt) };
}
