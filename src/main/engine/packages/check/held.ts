// What of a home comes along with the record in a package, judged by the rules that a restore has.
import type { HeldByPackage } from '../../../../contract/packages.ts';
import { parseState } from '../state/index.ts';
import { refusalOf } from './check.ts';

/** Whose state it is, and the versions of state.db that this program knows. */
export type StateWhere = Parameters<typeof parseState>[1];

/** `refusal`: what a restore would say of it; null where it would take it. */
export function heldBy(text: string | undefined, where: StateWhere): { holds: HeldByPackage | null; refusal: string | null } {
  if (text === undefined) return { holds: null, refusal: null };
  try {
    const { tables } = parseState(text, where);
    const count = (table: string): number => tables.get(table)?.length ?? 0;
    return { holds: { repositories: count('repositories'), plans: count('plans'), jobs: count('jobs') }, refusal: null };
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === undefined) throw error;
    return { holds: null, refusal: refused.reason };
  }
}
