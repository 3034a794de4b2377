// A run that somebody or something wants, before it is written.
import type { Missed, Trigger } from '../../../../contract/runs.ts';
import type { JobRow } from '../model.ts';

export interface Enqueue {
  trigger: Trigger;
  occurrence?: number;
  key?: string;
  missed?: Missed | null;
  by?: string;
  reason?: string;
  test?: boolean;
  replayOf?: string;
  otherRun?: string;
  /** Of an earlier version of the definition. */
  as?: { version: number; definitionHash: string };
  /** Begins beside others of its job. */
  anyway?: boolean;
  trace?: string;
  /** Rule 8.2. */
  call?: string;
}

/** Done elsewhere: expected at its times and never started here. */
export function isExternal({ definition }: Pick<JobRow, 'definition'>): boolean {
  return definition.work.kind === 'external';
}
