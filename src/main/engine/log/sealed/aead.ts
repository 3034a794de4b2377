// AES-256-GCM as the evidence format uses it: a random 96-bit nonce, the 16-byte tag at the end of the ciphertext, and a label (AAD) that binds
// what is sealed to its place, so that it cannot be moved to another. Pure.
import { createCipheriv, createDecipheriv } from 'node:crypto';

export const keyBytes = 32;
export const nonceBytes = 12;
const tagBytes = 16;

export function sealBytes(key: Uint8Array, nonce: Uint8Array, label: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(label, 'utf8'));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** undefined when key, nonce or label is not the right one, or a bit was changed. */
export function openBytes(key: Uint8Array, nonce: Uint8Array, label: string, sealed: Uint8Array): Buffer | undefined {
  if (nonce.length !== nonceBytes || sealed.length < tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(label, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    return undefined; // the tag does not fit: the one reason `final` throws here
  }
}
