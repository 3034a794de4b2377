// How a try ended, whatever kind of work it was.
import type { RunCause, RunResult } from '../../../../contract/runs.ts';
import { isVarveError, toWire } from '../../kit/errors.ts';
import type { AttemptRow, Exit } from '../model.ts';

export interface Outcome {
  state: 'succeeded' | 'partial' | 'failed' | 'stopped' | 'timed_out' | 'unknown';
  cause: RunCause;
  exit: Exit;
  /** For people, in English or as the program wrote it; null where state and cause say all. */
  detail: string | null;
  /** Of the catalogue of errors, where it is Varve's own work. */
  code: string | null;
  data?: unknown;
  /** The last line it wrote to standard error, or else at all; redacted. */
  lastLine: string | null;
  /** Another try may help (rule 6.3). */
  retry: boolean;
  result: RunResult | null;
  /** While the computer was awake. */
  activeMs: number;
  output: AttemptRow['output'];
  /** It ended before anybody asked it to. */
  byItself: boolean;
  /** Values of secrets that were masked in what it wrote. */
  redacted: number;
}

const nothing = { exit: null, detail: null, code: null, lastLine: null, retry: false, result: null, activeMs: 0, output: null, byItself: true, redacted: 0 } as const;

export function outcome(state: Outcome['state'], cause: RunCause, more: Partial<Outcome> = {}): Outcome {
  return { ...nothing, state, cause, ...more };
}

/** Trying again with the same password, the same damage, the same wrong name would end the same. */
const final: ReadonlySet<string> = new Set(['BAD_INPUT', 'NOT_FOUND', 'AMBIGUOUS', 'WRONG_PASSWORD', 'NOT_SUPPORTED', 'REPOSITORY_DAMAGED', 'REPOSITORY_UNSUPPORTED', 'REPOSITORY_OTHER', 'SECRET_MISSING', 'SECRET_STORE_UNAVAILABLE', 'VAULT_LOCKED', 'LOG_DAMAGED', 'HOME_DAMAGED', 'NO_SPACE', 'HOOK_FAILED']);
const causes: Readonly<Record<string, RunCause>> = { WRONG_PASSWORD: 'password', SECRET_MISSING: 'secret', SECRET_STORE_UNAVAILABLE: 'secret', VAULT_LOCKED: 'secret', REPOSITORY_DAMAGED: 'damage', LOG_DAMAGED: 'damage' };

export function outcomeOfError(error: unknown): Outcome {
  const { code, message, data } = toWire(error);
  if (isVarveError(error) && code === 'CANCELLED') return outcome('stopped', 'user', { byItself: false });
  return outcome('failed', causes[code] ?? 'error', { detail: message, code, data, retry: !final.has(code) });
}
