// AES-256-GCM over small values, and keys of one purpose each. The label (AAD) binds a sealed value to its place, so that one cannot be
// moved to another's. Nonces are random: far below 2^32 messages per key.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '../ports.ts';
import { newKdf, type ScryptKdf, type Sealed } from './model.ts';

const nonceLength = 12;
const tagLength = 16;

export function seal(random: Random, key: Uint8Array, label: string, plain: Uint8Array): Sealed {
  const nonce = random.bytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(label, 'utf8'));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { nonce: toBase64(nonce), ciphertext: ciphertext.toString('base64') };
}

/** undefined when the key or the label is not the right one, or the bytes were changed. */
export function unseal(key: Uint8Array, label: string, sealed: Sealed): Buffer | undefined {
  const nonce = Buffer.from(sealed.nonce, 'base64');
  const bytes = Buffer.from(sealed.ciphertext, 'base64');
  if (nonce.length !== nonceLength || bytes.length < tagLength) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(label, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - tagLength)), decipher.final()]);
  } catch {
    return undefined; // the tag does not fit: the one reason `final` throws here
  }
}

/** HKDF-SHA-256 (RFC 5869) without salt: one key per purpose from the master key. */
export function deriveKey(masterKey: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), Buffer.from(purpose, 'utf8'), 32));
}

/** Seals the keys of the record's encrypted payloads. */
export function deriveSealingKey(masterKey: Uint8Array): Uint8Array {
  return deriveKey(masterKey, 'varve/payload-keys/v1');
}

/** Seals what the home keeps outside its secret store. */
export function deriveKeepingKey(masterKey: Uint8Array): Uint8Array {
  return deriveKey(masterKey, 'varve/kept/v1');
}

export function freshKdf(random: Random): ScryptKdf {
  return { ...newKdf, salt: toBase64(random.bytes(32)) };
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
