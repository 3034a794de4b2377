// What a person says of the old home, what is still missing of it, and the call that comes of it. Pure.
import type { Language } from '../../../../contract/ids.ts';
import type { VarveClient } from '../../../../contract/index.ts';
import type { OldHome, PackageCheck } from '../../../../contract/packages.ts';

export interface Answers {
  oldHome: OldHome | undefined;
  /** Of a file of exported keys. */
  keys: { name: string; content: string } | undefined;
  keysPassphrase: string;
  /** Of the new vault, where there is no keyring. */
  vaultPassphrase: string;
}

export const noAnswers: Answers = { oldHome: undefined, keys: undefined, keysPassphrase: '', vaultPassphrase: '' };

export type KeysNeed = 'in-package' | 'needed' | 'wanted';

/** Where the keys of the old home come from: a record that is to go on cannot do without. */
export function keysNeed({ log }: Pick<PackageCheck, 'log'>, oldHome: OldHome | undefined): KeysNeed {
  if (log?.keys === true) return 'in-package';
  return oldHome === 'gone' ? 'needed' : 'wanted';
}

const leastVault = 8;

/** What a try says of the keys that were given: a passphrase that does not open them, or why they are not those that are needed; undefined: nothing. */
export function keysRefusal({ code, data }: { code: string; data: unknown }): 'passphrase' | { reason: string } | undefined {
  if (code === 'VAULT_WRONG_PASSPHRASE') return 'passphrase';
  const { field, reason } = (data ?? {}) as { field?: unknown; reason?: unknown };
  return code === 'BAD_INPUT' && (field === 'content' || field === 'keys') && typeof reason === 'string' ? { reason } : undefined;
}

/** `keyring`: there is one, so that no vault is made. */
export function isReady(check: Pick<PackageCheck, 'log'>, { oldHome, keys, keysPassphrase, vaultPassphrase }: Answers, keyring: boolean): boolean {
  if (oldHome === undefined) return false;
  if (keys === undefined ? keysNeed(check, oldHome) === 'needed' : keysPassphrase === '') return false;
  return keyring || vaultPassphrase.length >= leastVault;
}

interface Package {
  path: string;
  passphrase: string;
}

type RestoreInput = Parameters<VarveClient['packages']['restoreHome']>[0];

/** undefined as long as the question is not answered. */
export function restoreInput({ path, passphrase }: Package, { oldHome, keys, keysPassphrase, vaultPassphrase }: Answers, { keyring, language }: { keyring: boolean; language: Language }): RestoreInput | undefined {
  if (oldHome === undefined) return undefined;
  return {
    path, oldHome, language,
    secretStore: keyring ? 'keyring' : 'vault',
    ...(passphrase !== '' && { key: { passphrase } }),
    ...(keys !== undefined && { keys: { content: keys.content, passphrase: keysPassphrase } }),
    ...(!keyring && { passphrase: vaultPassphrase })
  };
}
