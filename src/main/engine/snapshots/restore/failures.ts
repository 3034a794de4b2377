// What one file's failure is called in the report. A failure that is nobody's file (a lost repository, a fault of ours) has no such name.
import { errnoOf, isVarveError } from '../../kit/errors.ts';

/** The file changed between writing and reading back, or something else took its place meanwhile. */
export class WriteProblem extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

export interface Failure {
  reason: string;
  /** The target has no room left: everything ends. */
  full?: true;
}

/** undefined when it must end the restore. */
export function failureOf(error: unknown): Failure | undefined {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return { reason: errno, full: true };
  if (error instanceof WriteProblem) return { reason: error.reason };
  if (isVarveError(error)) return error.code === 'REPOSITORY_DAMAGED' ? { reason: `damaged: ${error.message}` } : undefined;
  return errno === undefined ? undefined : { reason: errno };
}
