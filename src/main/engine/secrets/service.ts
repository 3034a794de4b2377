// The verbs: where the master key is, what is known, and the way to a value. Only `init` ever makes a key; a key that is known but not
// found stays missing (a locked keyring looks like an empty one, and a fresh key would cut the person off from everything).
import { createPrivateKey, createPublicKey, timingSafeEqual } from 'node:crypto';
import { Semaphore } from '../kit/async.ts';
import { fail, isVarveError, type VarveError } from '../kit/errors.ts';
import { payloadKeysName, readPayloadKeys } from '../log/index.ts';
import type { Clock, Files, Keyring, Random } from '../ports.ts';
import { accountOf, keyLength, keyringLimitBytes, masterKeyName, Sealed, signingKeyName, type ExportContent, type KeysFile, type SecretName, type SecretState } from './model.ts';
import { bringsPassphrase, passphraseFromEnvironment } from './passphrase.ts';
import { deriveKeepingKey, deriveSealingKey, seal, toBase64, unseal } from './seal.ts';
import { sealExport } from './export.ts';
import { createSecretFiles, type SecretFiles } from './store.ts';
import { Vault } from './vault.ts';

/** As in the contract; the environment's passphrase does not pass through it. */
const shortestPassphrase = 8;

export interface SecretsDeps {
  clock: Clock;
  files: Files;
  random: Random;
  keyring: Keyring;
  homePath: string;
  homeId: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Every password and token that this process comes to know, so that it can be masked; keys of Varve's own are none. */
  onValue?: ((secret: { name: string; value: Uint8Array }) => void) | undefined;
}

/** Kinds of values that people and programs type, and what stands in their place in a text; the id where it is a name. */
const typed: Readonly<Record<string, string | undefined>> = { 'job-secret': '', repository: 'repository', 'channel-secret': 'channel' };

export class Secrets {
  readonly #deps: SecretsDeps;
  readonly #files: SecretFiles;
  readonly #vault: Vault;
  /** One change at a time: register and store must not drift apart. */
  readonly #changes = new Semaphore(1);
  #state: SecretState | undefined;
  #opening: Promise<void> | undefined;
  /** Why the environment's passphrase did not open the vault. */
  #refused: VarveError | undefined;
  #masterKey: Uint8Array | undefined;

  constructor(deps: SecretsDeps) {
    this.#deps = deps;
    this.#files = createSecretFiles(deps);
    this.#vault = new Vault({ files: this.#files, random: deps.random, homeId: deps.homeId });
  }

  /** Throws SECRET_MISSING when keys.json is gone: a home that cannot be told to have its keys is not opened. */
  refuseMissing(): void {
    this.#keys();
  }

  /** As found by `open` or `init`; null before either. */
  state(): SecretState | null {
    return this.#state ?? null;
  }

  /**
   * Makes the home's keys. Can be run again after it stopped half-way: nothing counts before the home's marker is written.
   * 1. the master key into the store        -> a value nobody refers to; the next run replaces it
   * 2. `keys.json` with the signing key     -> the keys exist; the next run replaces both
   */
  async init(place: { store: 'keyring' | 'vault'; passphrase?: string | undefined }): Promise<void> {
    const { random } = this.#deps;
    const masterKey = random.bytes(keyLength);
    await this.#keepMasterKey(masterKey, place);
    this.#writeNewKeys(place.store, masterKey, [{ version: signingKeyName.version, seed: random.bytes(32) }]);
  }

  /**
   * As `init`, but with keys that were exported from this very home, for one that is made again. Payload keys are the record's own business. Throws
   * BAD_INPUT for an export without the key that signs the record.
   */
  async adopt(content: ExportContent, place: { store: 'keyring' | 'vault'; passphrase?: string | undefined }): Promise<void> {
    const masterKey = Buffer.from(content.masterKey, 'base64');
    const seeds = content.keys.flatMap(({ kind, id, version, value }) => (kind === signingKeyName.kind && id === signingKeyName.id ? [{ version, seed: Buffer.from(value, 'base64') }] : []));
    if (masterKey.length !== keyLength || seeds.length === 0 || seeds.some(({ seed }) => seed.length !== 32)) fail('BAD_INPUT', 'the exported keys lack the signing key', { field: 'keys', reason: 'the exported keys lack the key that signs the record' });
    await this.#keepMasterKey(masterKey, place);
    this.#writeNewKeys(place.store, masterKey, seeds);
    await this.bringIn(content.secrets);
  }

  /** Passwords and named secrets out of exported keys. */
  async bringIn(secrets: ExportContent['secrets']): Promise<void> {
    for (const { kind, id, version, value } of secrets) await this.set({ kind, id, version }, Buffer.from(value, 'base64'));
  }

  async #keepMasterKey(masterKey: Uint8Array, { store, passphrase }: { store: 'keyring' | 'vault'; passphrase?: string | undefined }): Promise<void> {
    const { keyring, homeId } = this.#deps;
    const account = accountOf(homeId, masterKeyName);
    if (store === 'keyring') {
      const probe = await keyring.probe();
      if (!probe.available) fail('SECRET_STORE_UNAVAILABLE', `no keyring: ${probe.reason ?? 'unknown reason'}`, { store: probe.backend, reason: probe.reason ?? 'unknown' });
      await keyring.set(account, masterKey);
      const kept = await keyring.get(account);
      if (!kept || kept.length !== keyLength || !timingSafeEqual(kept, masterKey)) fail('SECRET_STORE_UNAVAILABLE', 'the keyring did not keep what was stored', { store: probe.backend, reason: 'did not keep what was stored' });
      this.#state = { kind: 'keyring', state: 'open', detail: probe.backend };
    } else {
      const words = passphrase ?? passphraseFromEnvironment(this.#deps.files, this.#deps.environment);
      if (words === undefined) fail('BAD_INPUT', 'the vault needs a passphrase', { field: 'passphrase', reason: 'is needed for the vault' });
      if (words.length < shortestPassphrase) fail('BAD_INPUT', 'the passphrase is too short', { field: 'passphrase', reason: `needs at least ${shortestPassphrase} characters` });
      await this.#vault.create(words);
      this.#vault.set(account, masterKey);
      this.#state = { kind: 'vault', state: 'open', detail: 'vault.json' };
    }
  }

  #writeNewKeys(store: 'keyring' | 'vault', masterKey: Uint8Array, seeds: readonly { version: number; seed: Uint8Array }[]): void {
    const { random, homeId } = this.#deps;
    this.#files.writeKeys({
      format: 'varve-keys',
      version: 1,
      homeId,
      store,
      wrapped: seeds.map(({ version, seed }) => {
        const name = { ...signingKeyName, version };
        return { ...name, createdAt: this.#now(), publicKey: toBase64(publicKeyOf(seed)), sealed: seal(random, masterKey, this.#label(name), seed) };
      }),
      secrets: [{ ...masterKeyName, place: store, createdAt: this.#now() }]
    });
    this.#masterKey = masterKey;
  }

  /**
   * Finds out, once, where the keys are and whether they can be had now. Opens the vault when the environment brings the passphrase, which takes half a
   * second: whoever stays open does so at start, a short command when the first secret is asked for.
   */
  open(): Promise<void> {
    return (this.#opening ??= this.#state === undefined ? this.#open() : Promise.resolve());
  }

  async #open(): Promise<void> {
    const keys = this.#keys();
    if (keys.store === 'keyring') {
      const probe = await this.#deps.keyring.probe();
      this.#state = probe.available ? { kind: 'keyring', state: 'open', detail: probe.backend } : { kind: 'keyring', state: 'unavailable', detail: probe.reason ?? probe.backend };
      return;
    }
    this.#state = { kind: 'vault', state: 'locked', detail: 'waiting for the passphrase' };
    try {
      const words = passphraseFromEnvironment(this.#deps.files, this.#deps.environment);
      if (words === undefined) return;
      await this.#vault.unlock(words);
      this.#state = { kind: 'vault', state: 'open', detail: 'vault.json' };
    } catch (error) {
      // The home opens without its keys: the log can be read. What is wrong is said in the state, and to whoever asks for a secret.
      if (!isVarveError(error)) throw error;
      this.#refused = error;
      this.#state = { kind: 'vault', state: error.code === 'SECRET_MISSING' ? 'unavailable' : 'locked', detail: error.message };
    }
  }

  /** Opens the vault for this process. Throws VAULT_WRONG_PASSPHRASE; NOT_SUPPORTED where the keys are in the keyring. */
  async unlock(passphrase: string): Promise<void> {
    if (this.#keys().store !== 'vault') fail('NOT_SUPPORTED', 'this home keeps its keys in the keyring', { what: 'unlocking a home without a vault' });
    await this.#changes.run(() => this.#vault.unlock(passphrase));
    this.#state = { kind: 'vault', state: 'open', detail: 'vault.json' };
  }

  /** The newest version, or the one asked for; undefined when there never was one. A known one that is not found throws SECRET_MISSING. */
  async get(name: SecretName): Promise<Uint8Array | undefined> {
    const known = newest(this.#keys(), name);
    return known && this.#read(known);
  }

  /** Stores a value: the newest version is replaced, or the one asked for made. The value is there before the register names it. */
  async set(name: SecretName, value: Uint8Array): Promise<void> {
    this.#noteValue(name, value);
    await this.#changes.run(async () => {
      const keys = this.#keys();
      const version = name.version ?? newest(keys, name)?.version ?? 1;
      const full = { kind: name.kind, id: name.id, version };
      const before = newest(keys, full);
      const account = accountOf(this.#deps.homeId, full);
      const place = keys.store === 'vault' || value.length > keyringLimitBytes ? 'vault' : 'keyring';
      if (place === 'keyring') await this.#deps.keyring.set(account, value);
      else {
        await this.#openVault(keys);
        this.#vault.set(account, value);
      }
      this.#files.writeKeys({ ...keys, secrets: [...keys.secrets.filter((secret) => secret !== before), { ...full, place, createdAt: this.#now() }] });
      if (before && before.place !== place) await this.#remove(before, account, keys);
    });
  }

  /** Forgets every version, or the one asked for. False when there was none. The name goes first, so that nothing is known but not found. */
  async delete(name: SecretName): Promise<boolean> {
    return this.#changes.run(async () => {
      const keys = this.#keys();
      const gone = keys.secrets.filter((secret) => secret.kind === name.kind && secret.id === name.id && (name.version === undefined || secret.version === name.version));
      if (gone.length === 0) return false;
      this.#files.writeKeys({ ...keys, secrets: keys.secrets.filter((secret) => !gone.includes(secret)) });
      for (const [at, secret] of gone.entries()) {
        try {
          await this.#remove(secret, accountOf(this.#deps.homeId, secret), keys);
        } catch (error) {
          // What the store did not give up stays known, so that it can be removed later.
          const rest = this.#keys();
          this.#files.writeKeys({ ...rest, secrets: [...rest.secrets, ...gone.slice(at)] });
          throw error;
        }
      }
      return true;
    });
  }

  /** What exists of a kind, by the register: no value is read. */
  known(kind: string): { id: string; version: number; place: 'keyring' | 'vault'; createdAt: string }[] {
    return this.#keys().secrets.flatMap(({ kind: own, ...secret }) => (own === kind ? [secret] : []));
  }

  /** Who brings the vault's passphrase; null where there is no vault to open. */
  passphraseFrom(): 'person' | 'environment' | 'file' | null {
    if (this.#keys().store !== 'vault') return null;
    const { environment } = this.#deps;
    if (!bringsPassphrase(environment) || this.#refused !== undefined) return 'person';
    return (environment['VARVE_VAULT_PASSPHRASE'] ?? '') === '' ? 'file' : 'environment';
  }

  /** The key that wraps all others, 32 bytes. SECRET_MISSING when it is known but not found, VAULT_LOCKED before the passphrase. */
  async masterKey(): Promise<Uint8Array> {
    if (this.#masterKey) return this.#masterKey;
    const key = await this.get(masterKeyName);
    if (!key || key.length !== keyLength) fail('SECRET_MISSING', "the home's key is not in the store; a locked keyring looks like an empty one", { name: 'home-key' });
    this.#masterKey = key;
    return key;
  }

  /** Seals a small value that the home keeps outside the store; `purpose` binds it to its place. Throws as `masterKey`. */
  async seal(purpose: string, plain: Uint8Array): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify(seal(this.#deps.random, deriveKeepingKey(await this.masterKey()), this.#keptLabel(purpose), plain)), 'utf8');
  }

  /** undefined when it is no value sealed for this purpose in this home. Throws as `masterKey`. */
  async unseal(purpose: string, sealed: Uint8Array): Promise<Uint8Array | undefined> {
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(sealed).toString('utf8'));
    } catch {
      return undefined; // not one of ours
    }
    const parsed = Sealed.safeParse(value);
    return parsed.success ? unseal(deriveKeepingKey(await this.masterKey()), this.#keptLabel(purpose), parsed.data) : undefined;
  }

  /** Public keys of the log's checkpoints, oldest first; none when keys.json is gone. Needs no secret. */
  signingKeys(): Uint8Array[] {
    const keys = this.#files.readKeys();
    return keys === undefined ? [] : signingKeysOf(keys).map(({ publicKey }) => Buffer.from(publicKey ?? '', 'base64'));
  }

  /** The Ed25519 seeds that sign the log's checkpoints, 32 bytes each, oldest first. */
  async signingSeeds(): Promise<{ publicKey: Uint8Array; seed: Uint8Array }[]> {
    const wrapped = signingKeysOf(this.#keys());
    if (wrapped.length === 0) fail('SECRET_MISSING', 'the signing key is not in keys.json', { name: signingKeyName.kind });
    const masterKey = await this.masterKey();
    return wrapped.map((key) => {
      const seed = unseal(masterKey, this.#label(key), key.sealed) ?? fail('HOME_DAMAGED', 'the signing key does not open with the master key', { path: this.#files.keysPath, reason: 'a key does not open with the master key' });
      return { publicKey: publicKeyOf(seed), seed };
    });
  }

  /** Makes the next version of the signing key, durable when it resolves, and returns it. The older ones stay: they signed what they signed. */
  async addSigningKey(): Promise<{ publicKey: Uint8Array; seed: Uint8Array }> {
    const { random } = this.#deps;
    const masterKey = await this.masterKey();
    return this.#changes.run(async () => {
      const keys = this.#keys();
      const seed = random.bytes(32);
      const publicKey = publicKeyOf(seed);
      const name = { ...signingKeyName, version: (signingKeysOf(keys).at(-1)?.version ?? 0) + 1 };
      this.#files.writeKeys({ ...keys, wrapped: [...keys.wrapped, { ...name, createdAt: this.#now(), publicKey: toBase64(publicKey), sealed: seal(random, masterKey, this.#label(name), seed) }] });
      return { publicKey, seed };
    });
  }

  /** Everything that brings the home's secrets back elsewhere, as one text file under a passphrase (docs/formats/keys-export.md). */
  async exportKeys(passphrase: string): Promise<string> {
    const keys = this.#keys();
    const masterKey = await this.masterKey();
    const missing: string[] = [];
    const secrets: { kind: string; id: string; version: number; value: string }[] = [];
    for (const secret of keys.secrets) {
      if (secret.kind === masterKeyName.kind) continue;
      const name = { kind: secret.kind, id: secret.id, version: secret.version };
      try {
        secrets.push({ ...name, value: toBase64(await this.#read(secret)) });
      } catch (error) {
        // One lost password must not keep the others from being saved; the file says which.
        if (!isVarveError(error) || error.code !== 'SECRET_MISSING') throw error;
        missing.push(`${name.kind}/${name.id}/v${name.version}`);
      }
    }
    const wrapped = (await this.signingSeeds()).map(({ seed }, at) => ({ kind: signingKeyName.kind, id: signingKeyName.id, version: signingKeysOf(keys)[at]?.version ?? at + 1, value: toBase64(seed) }));
    const { files, random, homePath, homeId } = this.#deps;
    let payloadKeys: { id: string; createdAt: string; value: string }[] = [];
    try {
      payloadKeys = readPayloadKeys({ files, homePath, homeId, sealingKey: deriveSealingKey(masterKey) }).map(({ id, createdAt, key }) => ({ id, createdAt, value: toBase64(key) }));
    } catch (error) {
      // As above: a file that cannot be used now must not keep everything else from being saved.
      if (!isVarveError(error)) throw error;
      missing.push(payloadKeysName);
    }
    return sealExport({ random, homeId, exportedAt: this.#now(), passphrase, content: { masterKey: toBase64(masterKey), keys: wrapped, secrets, payloadKeys, missing } });
  }

  /** Whether each wrapped key opens and each known secret is there; for the doctor. Values are not kept. */
  async inspect(): Promise<{ keys: number; secrets: number; missing: string[] }> {
    const keys = this.#keys();
    const missing: string[] = [];
    for (const secret of keys.secrets) {
      try {
        await this.#read(secret);
      } catch (error) {
        if (!isVarveError(error) || error.code !== 'SECRET_MISSING') throw error;
        missing.push(`${secret.kind}/${secret.id}/v${secret.version}`);
      }
    }
    if (missing.length === 0) await this.signingSeeds();
    return { keys: keys.wrapped.length, secrets: keys.secrets.length, missing };
  }

  async #read(secret: KeysFile['secrets'][number]): Promise<Uint8Array> {
    const account = accountOf(this.#deps.homeId, secret);
    let value: Uint8Array | undefined;
    if (secret.place === 'keyring') value = await this.#deps.keyring.get(account);
    else {
      await this.#openVault(this.#keys());
      value = this.#vault.get(account);
    }
    if (value === undefined) return fail('SECRET_MISSING', `${secret.kind} is known but not in the ${secret.place}; a locked keyring looks like an empty one`, { name: `${secret.kind}/${secret.id}` });
    this.#noteValue(secret, value);
    return value;
  }

  #noteValue({ kind, id }: Pick<SecretName, 'kind' | 'id'>, value: Uint8Array): void {
    const said = typed[kind];
    if (said !== undefined) this.#deps.onValue?.({ name: said === '' ? id : said, value });
  }

  async #remove(secret: KeysFile['secrets'][number], account: string, keys: KeysFile): Promise<void> {
    if (secret.place === 'keyring') await this.#deps.keyring.delete(account);
    else {
      await this.#openVault(keys);
      this.#vault.delete(account);
    }
  }

  async #openVault(keys: KeysFile): Promise<void> {
    if (keys.store === 'vault' && !this.#vault.unlocked) {
      await this.open();
      if (!this.#vault.unlocked && this.#refused !== undefined) throw this.#refused;
    }
    if (keys.store === 'keyring' && !this.#vault.unlocked) this.#vault.unlockWithMasterKey(await this.masterKey());
  }

  #keys(): KeysFile {
    return this.#files.readKeys() ?? fail('SECRET_MISSING', 'keys.json is gone', { name: this.#files.keysPath });
  }

  #label(name: { kind: string; id: string; version: number }): string {
    return `varve-keys/1/${this.#deps.homeId}/${name.kind}/${name.id}/v${name.version}`;
  }

  #keptLabel(purpose: string): string {
    return `varve-kept/1/${this.#deps.homeId}/${purpose}`;
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}

function signingKeysOf(keys: KeysFile): KeysFile['wrapped'] {
  return keys.wrapped.filter((key) => key.kind === signingKeyName.kind && key.id === signingKeyName.id).sort((a, b) => a.version - b.version);
}

function newest(keys: KeysFile, name: SecretName): KeysFile['secrets'][number] | undefined {
  const versions = keys.secrets.filter((secret) => secret.kind === name.kind && secret.id === name.id && (name.version === undefined || secret.version === name.version));
  return versions.sort((a, b) => b.version - a.version)[0];
}

/** The 32-byte public key of an Ed25519 seed, by way of the fixed PKCS #8 and SPKI prefixes of RFC 8410. */
function publicKeyOf(seed: Uint8Array): Uint8Array {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' });
  return spki.subarray(spki.length - 32);
}
