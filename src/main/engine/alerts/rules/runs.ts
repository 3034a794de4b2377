// How runs count for rules.
import { median as medianOf } from '../../kit/median.ts';
import { failedStates, type Run, type RunState } from '../../../../contract/runs.ts';

/** A person may have said that it ended otherwise. */
export function endOf(run: Run): RunState {
  return run.reclassified?.as ?? run.state;
}

export function hasFailed(run: Run): boolean {
  return (failedStates as readonly RunState[]).includes(endOf(run));
}

/** Failed ones since the last that did its work, newest first. What did not run, or was stopped by a person, neither counts nor ends the row. */
export function failuresInARow(runs: readonly Run[]): Run[] {
  const row: Run[] = [];
  for (const run of runs) {
    if (hasFailed(run)) row.push(run);
    else if (endOf(run) === 'succeeded' || endOf(run) === 'partial') break;
  }
  return row;
}

export function succeeded(runs: readonly Run[]): Run[] {
  return runs.filter((run) => endOf(run) === 'succeeded');
}

/** While the computer was awake; null: it never began. */
export function tookMs(run: Run, nowMs: number): number | null {
  if (run.startedAt === null) return null;
  return run.activeMs ?? Math.max(0, (run.endedAt === null ? nowMs : Date.parse(run.endedAt)) - Date.parse(run.startedAt));
}

/** Of as many as a rule asks for, which is never none. */
export function median(values: readonly number[]): number {
  return medianOf(values) ?? Number.NaN;
}
