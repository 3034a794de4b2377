// Does the record have the prefix that a held checkpoint names? Pure but for the tree it reads.
import type { AnchorOutcome } from '../../../../contract/anchors.ts';
import { fail } from '../../kit/errors.ts';
import { sameHash } from '../merkle/hash.ts';
import { BadNote, verifyNote, type Vkey } from '../note/index.ts';
import type { TreeStore } from '../tree/store.ts';
import type { Held } from './held.ts';

export interface JudgeDeps {
  tree: Pick<TreeStore, 'size' | 'root'>;
  /** Every key this record is known to have had, from outside log.db. */
  keys: readonly Vkey[];
}

/** Throws BAD_INPUT for a checkpoint whose signature by one of our keys does not fit: it was damaged on its way and says nothing. */
export function judgeHeld(held: Held, { tree, keys }: JudgeDeps): { outcome: AnchorOutcome; entries: number } {
  const entries = tree.size();
  if (held.form === 'signed' && !isOurs(held, keys)) return { outcome: 'foreign-key', entries };
  if (held.size > entries) return { outcome: 'behind', entries };
  const root = tree.root(held.size);
  const fits = held.form === 'short' ? Buffer.from(root).toString('base64').startsWith(held.root) : sameHash(root, held.rootBytes);
  return { outcome: fits ? 'fits' : 'other-history', entries };
}

/** Where no key is known here (keys.json is gone) the signature cannot be judged; size and root can. */
function isOurs(held: Held & { form: 'signed' | 'unsigned' }, keys: readonly Vkey[]): boolean {
  if (keys.length === 0 || held.note === undefined) return true;
  try {
    verifyNote(held.note, keys);
    return true;
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    if (error.reason === 'no-known-signature') return false;
    return fail('BAD_INPUT', 'the signature does not fit', { field: 'checkpoint', reason: 'has a signature that does not fit its text: a character was lost or changed when it was copied' });
  }
}
