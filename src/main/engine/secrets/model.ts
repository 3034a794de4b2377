// Names, limits and file shapes of the secrets domain. Everything read from disk passes these schemas before it is used. Pure.
import * as z from 'zod';
import { HomeId, Instant } from '../../../contract/ids.ts';
import { fail } from '../kit/errors.ts';

/** A secret's name. `kind` says what it is (`home-key`, `repository-password`), `id` whose, `version` counts up when it is replaced. */
export interface SecretName {
  kind: string;
  id: string;
  version?: number;
}

export interface SecretState {
  kind: 'keyring' | 'vault';
  state: 'open' | 'locked' | 'unavailable';
  /** For the technical details; names no secret. */
  detail: string;
}

/** Windows keeps at most this much in one entry; longer values go to the vault file on every platform, so that homes behave alike. */
export const keyringLimitBytes = 2_560;
export const fileLimitBytes = 64 * 1024 * 1024;
export const keyLength = 32;
export const masterKeyName = { kind: 'home-key', id: 'main', version: 1 } as const;
export const signingKeyName = { kind: 'log-signing', id: 'main', version: 1 } as const;

const part = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const namePart = z.string().regex(part);
const version = z.number().int().min(1).max(1_000_000);
const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);

/** Account in the keyring and entry in the vault: `<home id>/<kind>/<id>/v<n>`. */
export function accountOf(homeId: string, name: Required<SecretName>): string {
  for (const field of ['kind', 'id'] as const) if (!part.test(name[field])) fail('BAD_INPUT', `a secret's ${field} has characters that are not allowed`, { field, reason: 'may hold letters, digits, ".", "_" and "-" only' });
  return `${homeId}/${name.kind}/${name.id}/v${name.version}`;
}

/** AES-256-GCM: a fresh random nonce per message, the 16-byte tag at the end of `ciphertext`. */
export const Sealed = z.strictObject({ nonce: base64, ciphertext: base64 });
export type Sealed = z.infer<typeof Sealed>;

/** scrypt (RFC 7914). The bounds keep a hostile file from asking for more than 1 GiB. */
export const ScryptKdf = z
  .strictObject({ name: z.literal('scrypt'), N: z.number().int().min(16_384).max(1_048_576), r: z.number().int().min(1).max(32), p: z.number().int().min(1).max(16), salt: base64 })
  .refine((kdf) => (kdf.N & (kdf.N - 1)) === 0, 'N must be a power of two')
  .refine((kdf) => 128 * kdf.N * kdf.r <= 1_073_741_824, 'asks for more than 1 GiB');
export type ScryptKdf = z.infer<typeof ScryptKdf>;

export const newKdf = { name: 'scrypt', N: 131_072, r: 8, p: 1 } as const;

/** `keys.json`: keys wrapped by the home's master key, and the register of secrets that exist (names only). */
export const KeysFile = z.strictObject({
  format: z.literal('varve-keys'),
  version: z.literal(1),
  homeId: HomeId,
  store: z.enum(['keyring', 'vault']),
  wrapped: z.array(z.strictObject({ kind: namePart, id: namePart, version, createdAt: Instant, publicKey: base64.nullable(), sealed: Sealed })),
  secrets: z.array(z.strictObject({ kind: namePart, id: namePart, version, place: z.enum(['keyring', 'vault']), createdAt: Instant }))
});
export type KeysFile = z.infer<typeof KeysFile>;

/**
 * `vault.json`. `kdf` scrypt: the vault key is random and sealed in `key` under the passphrase. `kdf` keyring (only for values too long for
 * the keyring): the vault key is derived from the master key and `key` is null. `entries` seals a JSON object account -> base64.
 */
export const VaultFile = z.strictObject({
  format: z.literal('varve-vault'),
  version: z.literal(1),
  homeId: HomeId,
  kdf: z.union([ScryptKdf, z.strictObject({ name: z.literal('keyring') })]),
  key: Sealed.nullable(),
  entries: Sealed
});
export type VaultFile = z.infer<typeof VaultFile>;

export const VaultEntries = z.record(z.string(), base64);

/** The exported keys (docs/formats/keys-export.md): the outer, readable part, and what is sealed in it. */
export const ExportFile = z.strictObject({
  format: z.literal('varve-keys-export'),
  version: z.literal(1),
  about: z.string(),
  homeId: HomeId,
  exportedAt: Instant,
  kdf: ScryptKdf,
  cipher: z.literal('aes-256-gcm'),
  sealed: Sealed
});
export type ExportFile = z.infer<typeof ExportFile>;

const secretEntry = z.strictObject({ kind: namePart, id: namePart, version, value: base64 });
export const ExportContent = z.strictObject({
  masterKey: base64,
  keys: z.array(secretEntry),
  secrets: z.array(secretEntry),
  /** Keys of the record's encrypted payloads, by category and day; none in exports from before there were any. */
  payloadKeys: z.array(z.strictObject({ id: z.string(), createdAt: Instant, value: base64 })).default([]),
  missing: z.array(z.string())
});
export type ExportContent = z.infer<typeof ExportContent>;
