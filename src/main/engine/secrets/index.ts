// Public face of the secrets domain.
import { Secrets, type SecretsDeps } from './service.ts';

export type { Secrets, SecretsDeps } from './service.ts';
export type { ExportContent, SecretName, SecretState } from './model.ts';
export { openExport } from './export.ts';
export { createLogKeys } from './log-keys.ts';
// For the witness, which keeps its seed as the vault keeps its key.
export { accountOf, ScryptKdf, Sealed } from './model.ts';
export { freshKdf, seal, unseal } from './seal.ts';
export { stretch } from './stretch.ts';

export function createSecrets(deps: SecretsDeps): Secrets {
  return new Secrets(deps);
}
export { bringsPassphrase, passphraseFromEnvironment } from './passphrase.ts';
export { createSecretsApi } from './named/api.ts';
export { namedSecretMigrations } from './named/migrations.ts';
export type { ExpiringSecret, SecretReference, SecretTester, UsedSecret } from './named/model.ts';
export { findReferences, formatReference, parseReference } from './named/references.ts';
export { NamedSecrets, type NamedSecretsDeps } from './named/service.ts';
export { createMask, maskedLogger, type Mask } from './redact/mask.ts';
