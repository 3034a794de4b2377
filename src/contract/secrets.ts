// Named secrets: values that jobs, channels and repositories refer to as `secret:NAME`. A value crosses this border inwards when it is set, and outwards
// only when a person asks to see it.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant, SecretNameText } from './ids.ts';

/** How long a value that was asked for may stay on a screen, in seconds. */
export const revealSeconds = 20;
/** How long the value before stays after it was replaced, unless asked otherwise. */
export const usualKeepHours = 24;
/** Of a value, in bytes of UTF-8. */
export const longestSecret = 65_536;

export const SecretVersion = z.object({
  version: Count,
  createdAt: Instant,
  /** `kept`: it was replaced and stays for a while, so that one can switch back. */
  state: z.enum(['current', 'kept']),
  keepUntil: Instant.nullable(),
  expiresAt: Instant.nullable(),
  /** Shorter than six characters it cannot be masked in what programs print. */
  maskable: z.boolean()
});
export type SecretVersion = z.infer<typeof SecretVersion>;

/** One reading of a value. `begun`: it was recorded, and the program ended before it was known whether the value came. */
export const SecretAccess = z.object({
  id: Count,
  version: Count,
  at: Instant,
  /** Who or which run. */
  by: z.string(),
  /** What for, in a few words; `reveal`: it was shown to a person. */
  purpose: z.string(),
  outcome: z.enum(['begun', 'given', 'failed']),
  /** Code of the failure. */
  code: z.string().nullable()
});
export type SecretAccess = z.infer<typeof SecretAccess>;

/** What refers to a secret, for example the repository `archive`. */
export const SecretUser = z.object({ kind: z.enum(['job', 'channel', 'repository', 'packages']), id: z.string(), name: z.string() });
export type SecretUser = z.infer<typeof SecretUser>;

export const NamedSecret = z.object({
  name: SecretNameText,
  /** The current one. */
  version: Count,
  createdAt: Instant,
  changedAt: Instant,
  expiresAt: Instant.nullable(),
  /** `soon`: within 30 days. */
  expiry: z.enum(['none', 'later', 'soon', 'expired']),
  place: z.enum(['keyring', 'vault', 'missing']),
  maskable: z.boolean(),
  lastUsed: SecretAccess.nullable(),
  /** Readings since it was set, seen ones included. */
  uses: Count,
  usedBy: z.array(SecretUser),
  /** Newest first. */
  versions: z.array(SecretVersion)
});
export type NamedSecret = z.infer<typeof NamedSecret>;

/** Where values lie, for the plain words about what that is worth (copy/storage.ts). `passphraseFrom`: of the vault. */
export const SecretStorage = z.object({
  kind: z.enum(['keyring', 'vault']),
  state: z.enum(['open', 'locked', 'unavailable']),
  detail: z.string(),
  passphraseFrom: z.enum(['person', 'environment', 'file']).nullable()
});
export type SecretStorage = z.infer<typeof SecretStorage>;

const name = SecretNameText;
const value = z.string().min(1).max(longestSecret);
const named = z.object({ name });

/** A program that tries the new value before it is used: it gets it in the variable VARVE_SECRET, and ends with 0 when it is good. */
export const SecretTest = z.strictObject({ argv: z.array(z.string().min(1).max(32_768)).min(1).max(1000), folder: z.string().max(32_768).optional(), timeLimitSeconds: z.number().int().min(1).max(3600).default(60) });
export type SecretTest = z.infer<typeof SecretTest>;

export const secrets = {
  list: procedure.route({ method: 'GET', path: '/secrets' }).input(z.object({})).output(z.object({ secrets: z.array(NamedSecret), storage: SecretStorage })),
  /** A new one; CONFLICT when the name is taken. */
  set: procedure.input(named.extend({ value, expiresAt: Instant.nullable().default(null) })).output(NamedSecret),
  /** The new value is tried, if asked, then used; the one before stays for `keepHours`. SECRET_TEST_FAILED: nothing was changed. */
  rotate: procedure
    .input(named.extend({ value, expiresAt: Instant.nullable().default(null), keepHours: z.number().int().min(0).max(720).default(usualKeepHours), test: SecretTest.optional() }))
    .output(NamedSecret),
  /** The newest kept value is used again, and the current one kept in its place. */
  switchBack: procedure.input(named).output(NamedSecret),
  setExpiry: procedure.input(named.extend({ expiresAt: Instant.nullable() })).output(NamedSecret),
  /** SECRET_IN_USE, naming who refers to it, unless `evenIfUsed`. */
  remove: procedure.input(named.extend({ evenIfUsed: z.boolean().default(false) })).output(z.object({ removed: z.literal(true) })),
  /** Recorded before the value is read. A home with a vault wants its passphrase again, unless that comes from the environment. */
  reveal: procedure.input(named.extend({ version: Count.optional(), passphrase: z.string().max(1000).optional() })).output(z.object({ value: z.string(), version: Count, seconds: Count })),
  /** Who read it, newest first. Also of a secret that was removed. */
  uses: procedure.input(named.extend({ limit: z.number().int().min(1).max(1000).default(100) })).output(z.array(SecretAccess))
};
