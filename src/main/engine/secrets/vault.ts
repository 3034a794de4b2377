// The vault file: values sealed under one random key, which is sealed under the passphrase (or derived from the master key when it only holds
// what is too long for the keyring). One blob, so that names and number of entries do not show. Rewritten whole and durably at each change.
import { fail } from '../kit/errors.ts';
import type { Random } from '../ports.ts';
import { keyLength, VaultEntries, type VaultFile } from './model.ts';
import { deriveKey, freshKdf, seal, toBase64, unseal } from './seal.ts';
import { stretch } from './stretch.ts';
import type { SecretFiles } from './store.ts';

export class Vault {
  readonly #files: SecretFiles;
  readonly #random: Random;
  readonly #homeId: string;
  #key: Uint8Array | undefined;

  constructor({ files, random, homeId }: { files: SecretFiles; random: Random; homeId: string }) {
    this.#files = files;
    this.#random = random;
    this.#homeId = homeId;
  }

  get unlocked(): boolean {
    return this.#key !== undefined;
  }

  /** A new vault under a passphrase; replaces the file. */
  async create(passphrase: string): Promise<void> {
    const kdf = freshKdf(this.#random);
    const outer = await stretch(passphrase, kdf);
    const key = this.#random.bytes(keyLength);
    this.#write({ format: 'varve-vault', version: 1, homeId: this.#homeId, kdf, key: seal(this.#random, outer, this.#label('key'), key) }, key, {});
    this.#key = key;
  }

  /** Throws VAULT_WRONG_PASSPHRASE, and SECRET_MISSING when the file is gone. */
  async unlock(passphrase: string): Promise<void> {
    const file = this.#read();
    if (file.kdf.name !== 'scrypt' || file.key === null) fail('HOME_DAMAGED', 'the vault has no passphrase', { path: this.#files.vaultPath, reason: 'has no passphrase' });
    const key = unseal(await stretch(passphrase, file.kdf), this.#label('key'), file.key);
    if (!key) fail('VAULT_WRONG_PASSPHRASE', 'the passphrase does not open the vault', { path: this.#files.vaultPath });
    this.#key = key;
  }

  /** For a home whose keys are in the keyring: the vault beside it opens with the master key. */
  unlockWithMasterKey(masterKey: Uint8Array): void {
    this.#key = deriveKey(masterKey, 'varve/vault/v1');
  }

  /** undefined when it holds no such entry. Throws VAULT_LOCKED. */
  get(account: string): Uint8Array | undefined {
    const key = this.#openKey();
    const file = this.#files.readVault();
    const value = file && this.#entries(file, key)[account];
    return value === undefined ? undefined : Buffer.from(value, 'base64');
  }

  set(account: string, value: Uint8Array): void {
    this.#change((entries) => ({ ...entries, [account]: toBase64(value) }));
  }

  delete(account: string): void {
    this.#change(({ [account]: _gone, ...rest }) => rest);
  }

  #change(change: (entries: Record<string, string>) => Record<string, string>): void {
    const key = this.#openKey();
    const file = this.#files.readVault();
    const head = file ?? { format: 'varve-vault' as const, version: 1 as const, homeId: this.#homeId, kdf: { name: 'keyring' as const }, key: null };
    this.#write(head, key, change(file ? this.#entries(file, key) : {}));
  }

  #write(head: Omit<VaultFile, 'entries'>, key: Uint8Array, entries: Record<string, string>): void {
    this.#files.writeVault({ ...head, entries: seal(this.#random, key, this.#label('entries'), Buffer.from(JSON.stringify(entries), 'utf8')) });
  }

  #entries(file: VaultFile, key: Uint8Array): Record<string, string> {
    const plain = unseal(key, this.#label('entries'), file.entries);
    if (!plain) fail('HOME_DAMAGED', 'the vault was changed or does not belong to this key', { path: this.#files.vaultPath, reason: 'does not open with its key' });
    return VaultEntries.parse(JSON.parse(plain.toString('utf8')));
  }

  #openKey(): Uint8Array {
    return this.#key ?? fail('VAULT_LOCKED', 'the vault is locked', { path: this.#files.vaultPath });
  }

  #read(): VaultFile {
    return this.#files.readVault() ?? fail('SECRET_MISSING', 'the vault file is gone', { name: this.#files.vaultPath });
  }

  #label(what: string): string {
    return `varve-vault/1/${this.#homeId}/${what}`;
  }
}
