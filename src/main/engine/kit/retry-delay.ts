// How long to wait before the next try (rule 7.1): full jitter, doubled with each failure.
import type { Random } from '../ports.ts';

export interface RetryDelay {
  baseSeconds: number;
  capSeconds: number;
  /** Added to what is drawn. */
  minSeconds: number;
}

/** Where nobody says otherwise. */
export const usualRetryDelay: RetryDelay = { baseSeconds: 30, capSeconds: 3600, minSeconds: 1 };

/** In milliseconds: `failed` tries so far, 1 or more; `chance` in [0, 1). */
export function retryDelayMs({ baseSeconds, capSeconds, minSeconds }: RetryDelay, failed: number, chance: number): number {
  return Math.floor(chance * Math.min(capSeconds, baseSeconds * 2 ** (failed - 1)) * 1000) + minSeconds * 1000;
}

/** In [0, 1). */
export function chanceOf(random: Pick<Random, 'bytes'>): number {
  return Buffer.from(random.bytes(6)).readUIntBE(0, 6) / 2 ** 48;
}
