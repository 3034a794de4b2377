// Chance from the operating system.
import { randomBytes } from 'node:crypto';
import type { Random } from '../engine/ports.ts';

export function createSystemRandom(): Random {
  return { bytes: (length) => new Uint8Array(randomBytes(length)) };
}
