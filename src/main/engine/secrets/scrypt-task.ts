// The one-shot worker task `secrets.scrypt`: half a second and 128 MiB that must not be spent on the thread that answers requests.
import { scryptSync } from 'node:crypto';
import { fail } from '../kit/errors.ts';
import type { WorkerTask } from '../ports.ts';

export interface ScryptInput {
  passphrase: string;
  salt: Uint8Array;
  N: number;
  r: number;
  p: number;
}

/** 32 bytes. `maxmem` is explicit because Node's own limit of 32 MiB is below what these parameters need. */
export const scryptTask: WorkerTask = (_context, input) => {
  const { passphrase, salt, N, r, p } = input as ScryptInput;
  const neededBytes = 128 * r * (N + p + 2);
  if (neededBytes > 1_200_000_000) fail('INTERNAL', 'scrypt parameters ask for too much memory', { what: 'scrypt parameters ask for too much memory' });
  return Promise.resolve(new Uint8Array(scryptSync(Buffer.from(passphrase, 'utf8'), salt, 32, { N, r, p, maxmem: neededBytes + 1_048_576 })));
};
