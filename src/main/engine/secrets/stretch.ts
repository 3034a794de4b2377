// The passphrase's way to a key: scrypt (RFC 7914), half a second and 128 MiB on a thread of Node's own. Loads nothing else, so that a command can begin
// it before the rest of the program is read.
import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { fail } from '../kit/errors.ts';
import type { ScryptKdf } from './model.ts';

type Cost = Pick<ScryptKdf, 'salt' | 'N' | 'r' | 'p'>;

const scryptAside = promisify<string, Uint8Array, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
let begun: (Cost & { passphrase: string; key: Promise<Uint8Array> }) | undefined;

/** The passphrase in Unicode form NFC, so that the same words typed on another system open it; 32 bytes. */
export function stretch(passphrase: string, cost: Cost): Promise<Uint8Array> {
  const ahead = begun;
  begun = undefined;
  const isSame = ahead !== undefined && ahead.passphrase === passphrase && ahead.salt === cost.salt && ahead.N === cost.N && ahead.r === cost.r && ahead.p === cost.p;
  return isSame ? ahead.key : derive(passphrase, cost);
}

/** Begins what the next `stretch` of the same is going to ask for. */
export function stretchAhead(passphrase: string, { salt, N, r, p }: Cost): void {
  const key = derive(passphrase, { salt, N, r, p });
  key.catch(() => undefined); // told to whoever asks
  begun = { passphrase, salt, N, r, p, key };
}

/** `maxmem` is explicit because Node's limit of 32 MiB is below what these parameters need. */
async function derive(passphrase: string, { salt, N, r, p }: Cost): Promise<Uint8Array> {
  const neededBytes = 128 * r * (N + p + 2);
  if (neededBytes > 1_200_000_000) fail('INTERNAL', 'scrypt parameters ask for too much memory', { what: 'scrypt parameters ask for too much memory' });
  return new Uint8Array(await scryptAside(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), 32, { N, r, p, maxmem: neededBytes + 1_048_576 }));
}
