// What is kept encrypted can only be written with open keys. They are loaded when that turns out to be needed: most lines need none, and loading may
// ask the system's keyring.
import { isVarveError } from '../../kit/errors.ts';
import type { LogKeys } from '../tree/keys.ts';

/** Does the work, and once more with loaded keys when it says that they are locked; it must leave nothing behind when it throws. */
export async function withKeys<T>(keys: Pick<LogKeys, 'load'>, work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'VAULT_LOCKED') throw error;
    await keys.load();
    return work();
  }
}
