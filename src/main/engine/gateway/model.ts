// What a token is, and how one is made and recognised. Pure.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Token } from '../../../contract/gateway.ts';

export type Scope = Token['scope'];

/** Who came in with a value. */
export interface Caller {
  /** `session`: the person's own browser after a login code. */
  kind: 'token' | 'session' | 'environment';
  id: string;
  label: string;
  scope: Scope;
}

export interface TokenRow extends Token {
  hash: Uint8Array;
}

export const dayMs = 86_400_000;
export const loginCodeMs = 5 * 60_000;
export const sessionMs = 12 * 3_600_000;
/** `lastUsedAt` is written at most this often: a token used a thousand times a second costs one write. */
export const lastUseEveryMs = 3_600_000;

const valueForm = /^[A-Za-z0-9_-]{16,512}$/;

/** `varve_` and 32 random bytes in base64url: 256 bits, so a plain SHA-256 is enough to keep it. */
export function newValue(bytes: Uint8Array): string {
  return `varve_${Buffer.from(bytes).toString('base64url')}`;
}

/** False for what can be no token, before any work is done for it. */
export function looksLikeValue(value: string): boolean {
  return valueForm.test(value);
}

export function hashOf(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export function stillGood(token: Pick<Token, 'expiresAt' | 'revokedAt'>, nowMs: number): boolean {
  return token.revokedAt === null && (token.expiresAt === null || Date.parse(token.expiresAt) > nowMs);
}
