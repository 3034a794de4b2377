// What other domains give to and get from named secrets.
import type { SecretUser } from '../../../../contract/secrets.ts';
import type { NamedValue } from '../redact/index.ts';
import type { ExpiryStep } from './expiry.ts';

/** Kind of the values in the store: account `<home id>/job-secret/NAME/v<n>`. */
export const namedKind = 'job-secret';

/** Tries a new value before it is used. Throws CANCELLED; anything it finds wrong is a reason, without the value. */
export type SecretTester = (candidate: string, signal: AbortSignal | undefined) => Promise<{ ok: true } | { ok: false; reason: string }>;

export interface UsedSecret {
  value: string;
  version: number;
  /** What must be masked wherever text of the user leaves: the value, and those before it that may still be about. */
  masks: readonly NamedValue[];
}

/** A reference to a secret, found in what another domain keeps. */
export interface SecretReference extends SecretUser {
  secret: string;
}

export interface ExpiringSecret {
  name: string;
  version: number;
  expiresAt: string;
  step: ExpiryStep;
}
