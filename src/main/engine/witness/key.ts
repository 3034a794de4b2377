// The witness's signing seed: sealed under a passphrase as the vault seals (scrypt, AES-256-GCM), or in the system's keyring, or, only where a
// person said so, as it is. The label binds a sealed seed to its witness.
import { timingSafeEqual } from 'node:crypto';
import { fail } from '../kit/errors.ts';
import type { Keyring, Random } from '../ports.ts';
import { accountOf, freshKdf, seal, stretch, unseal } from '../secrets/index.ts';
import { plainWarning, type WitnessKey } from './model.ts';

export interface KeyDeps {
  random: Random;
  keyring: Keyring;
}

/** How a new witness's seed is to be kept. The keyring files it under the home that its machine has. */
export type KeyPlace = { kind: 'passphrase'; passphrase: string } | { kind: 'keyring'; homeId: string } | { kind: 'plain' };

export const shortestPassphrase = 8;

const labelOf = (vkey: string): string => `varve-witness/1/${vkey}`;

export async function keepSeed(deps: KeyDeps, place: KeyPlace, vkey: string, seed: Uint8Array): Promise<WitnessKey> {
  if (place.kind === 'plain') return { kind: 'plain', warning: plainWarning, seed: Buffer.from(seed).toString('base64') };
  if (place.kind === 'keyring') {
    // The key id of the vkey, with its name left out: an account takes no slashes.
    const account = accountOf(place.homeId, { kind: 'witness', id: vkey.split('+')[1] ?? '', version: 1 });
    await deps.keyring.set(account, seed);
    const kept = await deps.keyring.get(account);
    if (!kept || kept.length !== seed.length || !timingSafeEqual(kept, seed)) fail('SECRET_STORE_UNAVAILABLE', 'the keyring did not keep what was stored', { store: 'keyring', reason: 'did not keep what was stored' });
    return { kind: 'keyring', account };
  }
  if (place.passphrase.length < shortestPassphrase) fail('BAD_INPUT', 'the passphrase is too short', { field: 'passphrase', reason: `needs at least ${shortestPassphrase} characters` });
  const kdf = freshKdf(deps.random);
  return { kind: 'passphrase', kdf, sealed: seal(deps.random, await stretch(place.passphrase, kdf), labelOf(vkey), seed) };
}

/** Throws WITNESS_LOCKED without a passphrase where one is needed, VAULT_WRONG_PASSPHRASE, SECRET_MISSING. */
export async function openSeed(deps: KeyDeps, key: WitnessKey, vkey: string, path: string, passphrase: string | undefined): Promise<Uint8Array> {
  if (key.kind === 'plain') return Buffer.from(key.seed, 'base64');
  if (key.kind === 'keyring') return (await deps.keyring.get(key.account)) ?? fail('SECRET_MISSING', 'the seed of the witness is not in the keyring; a locked keyring looks like an empty one', { name: key.account });
  if (passphrase === undefined) fail('WITNESS_LOCKED', 'the witness is locked', { path });
  return unseal(await stretch(passphrase, key.kdf), labelOf(vkey), key.sealed) ?? fail('WITNESS_WRONG_PASSPHRASE', 'the passphrase does not open the witness', { path });
}
