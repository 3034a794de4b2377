// Where a passphrase for the vault may come from without a person: the environment, or a file it names. Nothing is ever written back.
import { errnoOf, fail } from '../kit/errors.ts';
import type { Files } from '../ports.ts';

/** Whether the environment has a passphrase for the vault, right or wrong. */
export function bringsPassphrase(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment['VARVE_VAULT_PASSPHRASE'] ?? '') !== '' || (environment['VARVE_VAULT_PASSPHRASE_FILE'] ?? '') !== '';
}

/**
 * `VARVE_VAULT_PASSPHRASE`, else the first line of the file `VARVE_VAULT_PASSPHRASE_FILE` names; undefined when neither is set. Throws
 * NOT_READABLE or PATH_MISSING for a file that cannot be read, BAD_INPUT for an empty one. A witness's passphrase has a variable of its own.
 */
export function passphraseFromEnvironment(files: Pick<Files, 'readFile'>, environment: Readonly<Record<string, string | undefined>>, variable: 'VARVE_VAULT_PASSPHRASE' | 'VARVE_WITNESS_PASSPHRASE' | 'VARVE_PACKAGE_PASSPHRASE' | 'VARVE_KEYS_PASSPHRASE' = 'VARVE_VAULT_PASSPHRASE'): string | undefined {
  const direct = environment[variable];
  if (direct !== undefined && direct !== '') return direct;
  const path = environment[`${variable}_FILE`];
  if (path === undefined || path === '') return undefined;
  let bytes: Uint8Array;
  try {
    bytes = files.readFile(path, 65_536);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') fail('PATH_MISSING', 'the passphrase file does not exist', { path }, error);
    return fail('NOT_READABLE', 'the passphrase file cannot be read', { path, reason: errno ?? 'unreadable' }, error);
  }
  const line = new TextDecoder('utf-8').decode(bytes).split(/\r?\n/, 1)[0] ?? '';
  return line === '' ? fail('BAD_INPUT', 'the passphrase file is empty', { field: `${variable}_FILE`, reason: 'is empty' }) : line;
}
