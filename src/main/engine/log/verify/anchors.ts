// Checkpoints brought from outside at the moment of verifying: a signed note, or its short form. What makes them count is that the person held
// them where nobody could change them; a signature by a key that is known here is said beside it.
import type { AnchorInput, CheckedAnchor } from '../../../../contract/verify.ts';
import { fail, isVarveError } from '../../kit/errors.ts';
import { readHeld, type Held } from '../anchors/held.ts';
import { BadNote, encodeBase64, verifyNote, type ParsedNote } from '../note/index.ts';
import { isVkey, sameLabel, type KeyChain } from './keys.ts';
import { bytesOf, textOf } from './text-edge.ts';

export interface Anchor {
  source: string;
  size: number;
  form: 'note' | 'short';
  /** Does this record's root at that size (as text) fit? */
  fits(root: string): boolean;
  note: ParsedNote | undefined;
}

/** Throws BAD_INPUT for what is no checkpoint, or one of another record. */
export function readAnchor({ source, text }: AnchorInput, origin: string): Anchor {
  const held = readNamed(source, text, origin);
  const { size } = held;
  if (size === 0) refuse(source, 'covers no entries, so it proves nothing');
  if (held.form === 'short') return { source, size, form: 'short', fits: (root) => encodeBase64(bytesOf(root)).startsWith(held.root), note: undefined };
  const heldRoot = textOf(held.rootBytes);
  return { source, size, form: 'note', fits: (root) => root === heldRoot, note: held.note };
}

function readNamed(source: string, text: string, origin: string): Held {
  try {
    return readHeld(text, origin);
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'BAD_INPUT') throw error;
    return refuse(source, (error.data as { reason: string }).reason);
  }
}

function refuse(source: string, reason: string): never {
  return fail('BAD_INPUT', `anchor ${source}: ${reason}`, { field: `anchor (${source})`, reason });
}

/** Throws BAD_INPUT when a key of this record signed it and the signature does not fit: then it is not what it was any more. */
export function signatureOf({ note, size, source }: Anchor, keys: KeyChain | undefined): CheckedAnchor['signature'] {
  if (note === undefined || keys === undefined) return 'unknown';
  const signers = keys.signersAt(size).filter(isVkey).filter((key) => note.signatures.some((line) => sameLabel(line, key)));
  if (signers.length === 0) return 'unknown';
  try {
    verifyNote(note, signers);
    return 'good';
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return refuse(source, 'has a signature that does not fit its text: a character was lost or changed since it was made');
  }
}
