// What the log needs to know of keys. The secrets domain holds them; the log never writes one anywhere.

/** Secret keys while this process may use them. */
export interface OpenLogKeys {
  /** The 32-byte Ed25519 seed behind a public key; undefined when it is not one of this home's. */
  seed(publicKey: Uint8Array): Uint8Array | undefined;
  /** 32 bytes; seals the keys of encrypted payloads. */
  sealingKey: Uint8Array;
}

export interface LogKeys {
  /** The public keys that may sign this log's checkpoints, oldest first, as known outside log.db. Empty when they are not known. */
  pinned(): readonly Uint8Array[];
  /** Makes the secret keys available to this process. Throws VAULT_LOCKED, SECRET_MISSING, SECRET_STORE_UNAVAILABLE when they cannot be had now. */
  load(): Promise<void>;
  /** undefined before `load` has succeeded. */
  open(): OpenLogKeys | undefined;
  /** Makes a further signing key, durable when it resolves; it counts from the event on that names it. The same one until then. Returns its public key. */
  addSigningKey(): Promise<Uint8Array>;
}

/** For a log that is only read, or whose keys nobody has. */
export const noKeys: LogKeys = {
  pinned: () => [],
  load: async () => undefined,
  open: () => undefined,
  addSigningKey: () => Promise.reject(new TypeError('this log was opened without keys'))
};
