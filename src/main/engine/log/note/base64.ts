// Base64 as RFC 4648 section 4 writes it, and not one spelling more: Buffer skips characters it does not know and ignores spare bits,
// so what was decoded is encoded again and compared.
import { bad } from './bad-note.ts';

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Throws BadNote (`base64`) unless `text` is exactly how its bytes are written. `what` names it in the message. */
export function decodeBase64(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) bad('base64', `${what} is not base64 in its one canonical form`);
  return new Uint8Array(bytes);
}
