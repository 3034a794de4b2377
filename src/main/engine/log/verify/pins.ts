// Which public keys a verification may rely on: those brought for this run, else the ones in keys.json, else none, and the verdict says which.
import { fail, isVarveError } from '../../kit/errors.ts';
import { BadNote, formatVkey, keyTypes, parseVkey, type Vkey } from '../note/index.ts';
import type { LogKeys } from '../tree/keys.ts';
import type { VerifyInput } from './task.ts';

/** Throws BAD_INPUT for a text that is no verifier key of this record. */
export function choosePins({ given, keys, origin }: { given: readonly string[]; keys: Pick<LogKeys, 'pinned'>; origin: string }): NonNullable<VerifyInput['pins']> {
  if (given.length > 0) return { from: 'given', vkeys: given.map((text) => checked(text.trim(), origin)) };
  const own = inHome(keys);
  return own.length === 0 ? { from: 'none', vkeys: [] } : { from: 'home', vkeys: own.map((key) => formatVkey(origin, key)) };
}

function checked(text: string, origin: string): string {
  const refuse = (reason: string): never => fail('BAD_INPUT', `verifier key: ${reason}`, { field: 'key', reason });
  let vkey: Vkey;
  try {
    vkey = parseVkey(text);
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return refuse(`is not a verifier key (${error.message}); it looks like ${origin}+1a2b3c4d+AQ…`);
  }
  if (vkey.type !== keyTypes.note) refuse('is the key of a witness, not of a record');
  if (vkey.name !== origin) refuse(`is a key of ${vkey.name}, not of this record (${origin})`);
  return text;
}

/** A keys.json that cannot be read pins nothing. What is wrong with it is the doctor's matter; the record can be verified all the same. */
function inHome(keys: Pick<LogKeys, 'pinned'>): readonly Uint8Array[] {
  try {
    return keys.pinned();
  } catch (error) {
    if (isVarveError(error)) return [];
    throw error;
  }
}
