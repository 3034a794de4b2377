// What a payload may be: any I-JSON value up to 256 KiB in canonical form, at most 64 levels deep.
import { VarveError } from '../kit/errors.ts';
import { canonicalize, NotCanonical } from './jcs.ts';

export const maxPayloadBytes = 256 * 1024;
export const maxPayloadDepth = 64;

/**
 * Canonical text and its size in bytes. Throws EVENT_REFUSED with the place inside the payload. Members that are undefined are left out of
 * Varve's `own` payloads, whose shape has been checked; from outside they are refused.
 */
export function canonicalPayload(value: unknown, own = false): { text: string; sizeBytes: number } {
  const text = write(value, own);
  const sizeBytes = Buffer.byteLength(text, 'utf8');
  if (sizeBytes > maxPayloadBytes) refuse('payload', `has ${sizeBytes} bytes, more than the ${maxPayloadBytes} an event can hold; keep it as a file in a snapshot and record its hash`);
  return { text, sizeBytes };
}

function write(value: unknown, own: boolean): string {
  try {
    return canonicalize(value, { maxDepth: maxPayloadDepth, exactIntegers: true, skipUndefined: own });
  } catch (error) {
    if (error instanceof NotCanonical) return refuse(`payload${error.pointer}`, error.message);
    throw error;
  }
}

function refuse(field: string, reason: string): never {
  throw new VarveError('EVENT_REFUSED', `${field} ${reason}`, { field, reason });
}
