// A secret store that forgets, for tests. It can be made to fail as a locked or absent one does.
import { VarveError } from '../engine/kit/errors.ts';
import type { Keyring } from '../engine/ports.ts';

export interface MemoryKeyring extends Keyring {
  /** With a reason, every call fails as if the store could not be asked; undefined makes it work again. */
  breakWith(reason: string | undefined): void;
  /** Names of the entries, sorted. */
  accounts(): string[];
}

export function createMemoryKeyring(): MemoryKeyring {
  const entries = new Map<string, Uint8Array>();
  let reason: string | undefined;
  const check = (): void => {
    if (reason !== undefined) throw new VarveError('SECRET_STORE_UNAVAILABLE', reason, { store: 'memory', reason });
  };
  return {
    probe: async () => (reason === undefined ? { available: true, backend: 'memory' } : { available: false, backend: 'memory', reason }),
    async get(account) {
      check();
      return entries.get(account)?.slice();
    },
    async set(account, value) {
      check();
      entries.set(account, value.slice());
    },
    async delete(account) {
      check();
      return entries.delete(account);
    },
    breakWith(next) {
      reason = next;
    },
    accounts: () => [...entries.keys()].sort()
  };
}
