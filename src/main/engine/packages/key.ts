// What opens or seals a package: typed now, or kept as a named secret.
import type { PackageKey } from '../../../contract/packages.ts';
import type { NamedSecrets } from '../secrets/index.ts';
import type { Passphrase } from './archive/model.ts';

/** `by`: who asks for the secret, for the record. `named` may throw HOME_MISSING; it is asked only for a secret. */
export async function passphraseOf(named: () => Pick<NamedSecrets, 'use'>, key: PackageKey | undefined, by: string): Promise<Passphrase | undefined> {
  if (key === undefined) return undefined;
  return 'passphrase' in key ? key.passphrase : (await named().use(key.secret, { by, purpose: 'package' })).value;
}
