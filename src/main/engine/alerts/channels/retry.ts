// 7.1: full jitter, doubling to an hour, plus a second.
import type { Random } from '../../ports.ts';

const baseMs = 30_000;
const capMs = 3_600_000;
const leastMs = 1000;

/** `failures` so far, 1 or more. */
export function retryDelayMs(failures: number, random: Random): number {
  const share = Buffer.from(random.bytes(4)).readUInt32BE(0) / 2 ** 32;
  return leastMs + Math.floor(share * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 20)));
}
