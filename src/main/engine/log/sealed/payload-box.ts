// An encrypted payload (evidence format, section 8). A fresh 32-byte secret `s` per payload gives the key of its commitment and, by another HKDF
// label, the key that encrypts it; `s` itself is kept wrapped by the day's key. One message per key. Pure.
//   sealed   AES-256-GCM under HKDF(s, "varve/encrypt/v1"), label: origin, then seq in decimal digits
//   wrapped  12 bytes of nonce, then AES-256-GCM of s under the day's key, label: "varve/wrap/v1\n", origin, "\n", seq
import { hkdfSync } from 'node:crypto';
import type { Random } from '../../ports.ts';
import { keyBytes, nonceBytes, openBytes, sealBytes } from './aead.ts';

export interface SealedPayload {
  sealed: Uint8Array;
  nonce: Uint8Array;
  wrapped: Uint8Array;
}

export interface Place {
  origin: string;
  seq: number;
}

export function sealPayload(random: Random, dayKey: Uint8Array, { origin, seq }: Place, secret: Uint8Array, text: string): SealedPayload {
  const nonce = random.bytes(nonceBytes);
  const wrapNonce = random.bytes(nonceBytes);
  return {
    sealed: sealBytes(encryptionKey(secret), nonce, payloadLabel(origin, seq), Buffer.from(text, 'utf8')),
    nonce,
    wrapped: Buffer.concat([wrapNonce, sealBytes(dayKey, wrapNonce, wrapLabel(origin, seq), secret)])
  };
}

/** The secret in hex, as plain categories keep it, and the canonical text. undefined when anything was changed, moved, or sealed by another key. */
export function openPayload(dayKey: Uint8Array, { origin, seq }: Place, { sealed, nonce, wrapped }: SealedPayload): { salt: string; text: string } | undefined {
  const secret = openBytes(dayKey, wrapped.subarray(0, nonceBytes), wrapLabel(origin, seq), wrapped.subarray(nonceBytes));
  if (secret?.length !== keyBytes) return undefined;
  const plain = openBytes(encryptionKey(secret), nonce, payloadLabel(origin, seq), sealed);
  return plain && { salt: secret.toString('hex'), text: plain.toString('utf8') };
}

function encryptionKey(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), 'varve/encrypt/v1', keyBytes));
}

function payloadLabel(origin: string, seq: number): string {
  return `${origin}${seq}`;
}

function wrapLabel(origin: string, seq: number): string {
  return `varve/wrap/v1\n${origin}\n${seq}`;
}
