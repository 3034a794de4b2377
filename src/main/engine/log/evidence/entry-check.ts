// One entry of a bundle or a proof file: its header in canonical form, its content what the header commits to.
import type { Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import type { EntryPayload } from './bundle-format.ts';
import { refuse } from './refuse.ts';

export interface PayloadCounts {
  opened: number;
  withheld: number;
  locked: number;
  erased: number;
  none: number;
}

export const noPayloads = (): PayloadCounts => ({ opened: 0, withheld: 0, locked: 0, erased: 0, none: 0 });

export function openHeader(text: string, index: number): HeaderFields {
  const header = parseHeader(text) ?? refuse('header', 'the header is not in its canonical form');
  return header.seq === index ? header : refuse('header', `the header is of entry ${header.seq}, not of ${index}`);
}

export function checkOpening(hasher: Hasher, header: HeaderFields, text: string, salt: string): void {
  const mark = header.payload ?? refuse('payload', 'a payload where the entry has none');
  if (Buffer.byteLength(text, 'utf8') !== mark.size || hasher.commit(salt, text) !== mark.commit) refuse('payload', 'the payload is not the one that was recorded');
}

/** The opened text, if it is there; refuses (`payload`) what does not fit the header. Who says "erased" is asked elsewhere. */
export function checkPayload(hasher: Hasher, header: HeaderFields, payload: EntryPayload): string | undefined {
  if ((payload === null) !== (header.payload === null)) refuse('payload', payload === null ? 'nothing is said about the payload' : 'a payload where the entry has none');
  if (payload?.state === 'locked' && header.payload?.enc === 'none') refuse('payload', 'a payload that was never encrypted cannot be locked');
  if (payload?.state !== 'opened') return undefined;
  checkOpening(hasher, header, payload.text, payload.salt);
  return payload.text;
}
