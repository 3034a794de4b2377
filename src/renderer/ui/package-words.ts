// What can be told of a package without asking the engine again. Pure.
import type { Verdict } from '../../contract/log.ts';
import type { PackageCheck } from '../../contract/packages.ts';

/** By its name; a sealed one may have lost its ending. */
export function isSealedName(path: string): boolean {
  return /\.age$/i.test(path.trim());
}

/** Entries that a signed checkpoint in the package covers; null: none does. */
export function sealedUpTo(verdict: Verdict | null): number | null {
  return verdict !== null && 'checkpoint' in verdict ? (verdict.checkpoint?.size ?? null) : null;
}

/** Nothing in it is otherwise than it should be: neither a file, nor the record. */
export function isSound({ problemCount, log }: PackageCheck): boolean {
  return problemCount === 0 && (log === null || (log.chainValid && log.verdict?.kind !== 'broken'));
}

/** Whether a home can be made of it, and what keeps it from that. */
export function homeIn(check: PackageCheck): 'yes' | 'not-whole' | 'files' | 'unknown' | 'record' {
  if (check.problemCount > 0) return 'not-whole';
  if (check.kind === 'snapshot' || check.kind === 'folder') return 'files';
  if (check.log === null) return 'unknown';
  return check.log.restorable ? 'yes' : 'record';
}
