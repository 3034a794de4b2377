// What a secret needs, and the order that follows from it. Pure.
import type { NamedSecret } from '../../../contract/secrets.ts';
import type { Tone } from '../../ui/Shape.tsx';

export type Need = 'expired' | 'missing' | 'soon' | 'unused' | 'none';

/** Read by nobody for this long. */
const unusedMs = 90 * 86_400_000;
const order: readonly Need[] = ['missing', 'expired', 'soon', 'unused', 'none'];

export const needTones: Readonly<Record<Need, Tone>> = { missing: 'bad', expired: 'bad', soon: 'attention', unused: 'unknown', none: 'good' };

/** Nobody refers to it and nobody has read it for three months: perhaps it can go. */
export function needOf({ place, expiry, usedBy, lastUsed, createdAt }: NamedSecret, nowMs: number): Need {
  if (place === 'missing') return 'missing';
  if (expiry === 'expired') return 'expired';
  if (expiry === 'soon') return 'soon';
  return usedBy.length === 0 && nowMs - Date.parse(lastUsed?.at ?? createdAt) > unusedMs ? 'unused' : 'none';
}

/** Those that need something first, the earliest end first, then by name. */
export function byNeed(secrets: readonly NamedSecret[], nowMs: number): NamedSecret[] {
  const rank = (secret: NamedSecret): number => order.indexOf(needOf(secret, nowMs));
  const end = ({ expiresAt }: NamedSecret): number => (expiresAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(expiresAt));
  return [...secrets].sort((one, other) => rank(one) - rank(other) || end(one) - end(other) || one.name.localeCompare(other.name, 'en'));
}
