// The operating system's secret store: Secret Service (Linux, attributes service and username), Keychain (macOS), Credential Manager
// (Windows). On Linux it is pinned to the Secret Service: the library would otherwise quietly take the kernel's keyring, which forgets at
// reboot. The library is loaded on first need, so that a machine without it loses the keyring only, not the program.
import { randomBytes } from 'node:crypto';
import { VarveError } from '../engine/kit/errors.ts';
import { withTimeout } from '../engine/kit/async.ts';
import type { Clock, Keyring } from '../engine/ports.ts';
import { createSystemClock } from './clock.ts';

/** What we use of the library's entry. */
interface Entry {
  getSecret(): Promise<ArrayLike<number> | null | undefined>;
  setSecret(value: Uint8Array): Promise<unknown>;
  deleteCredential(): Promise<boolean>;
}

export interface SystemKeyringOptions {
  service: string;
  clock?: Pick<Clock, 'setTimer'>;
  /** How long to wait for an answer, a person's unlocking included. */
  limitMs?: number;
  /** Only for tests: another library. */
  loadEntry?: (service: string, account: string) => Promise<Entry>;
}

const backend = process.platform === 'linux' ? 'secret-service' : process.platform === 'darwin' ? 'keychain' : 'credential-manager';

export function createSystemKeyring(options: SystemKeyringOptions): Keyring {
  const { service, clock = createSystemClock(), limitMs = 60_000, loadEntry = openEntry } = options;

  /** Every failure here means "cannot be asked": the library reports a missing entry as a value. */
  async function ask<R>(account: string, question: (entry: Entry) => Promise<R>): Promise<R> {
    try {
      return await withTimeout({ clock, limitMs, what: 'the answer of the secret store' }, async () => question(await loadEntry(service, account)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new VarveError('SECRET_STORE_UNAVAILABLE', reason, { store: backend, reason }, { cause: error });
    }
  }

  /**
   * A store that is locked, or that has no collection at all, answers "no such entry" to every reading, so reading proves nothing. Only a
   * write does: a random value under a random name is written, read back and deleted. Nothing stays; if we die in between, one entry named
   * `probe/<random>` with a worthless value is left. A locked store asks its person to unlock it.
   */
  async function prove(): Promise<void> {
    const account = `probe/${randomBytes(8).toString('hex')}`;
    const value = new Uint8Array(randomBytes(16));
    await ask(account, async (entry) => {
      await entry.setSecret(value);
      const read = await entry.getSecret();
      await entry.deleteCredential();
      if (!read || Buffer.compare(Uint8Array.from(read), value) !== 0) throw new Error('a value written to the secret store did not come back');
    });
  }

  const read = (account: string): Promise<Uint8Array | undefined> =>
    ask(account, async (entry) => {
      const value = await entry.getSecret();
      return value ? Uint8Array.from(value) : undefined; // the library hands out a plain array of numbers
    });

  return {
    async probe() {
      try {
        await prove();
        return { available: true, backend };
      } catch (error) {
        return { available: false, backend, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async get(account) {
      const value = await read(account);
      if (value || process.platform !== 'linux') return value;
      // "No such entry" may be a locked store speaking. Once it is proved open, its answer counts.
      await prove();
      return read(account);
    },
    set: (account, value) => ask(account, async (entry) => void (await entry.setSecret(value))),
    async delete(account) {
      if (await ask(account, (entry) => entry.deleteCredential())) return true;
      if (process.platform !== 'linux') return false;
      await prove();
      return ask(account, (entry) => entry.deleteCredential());
    }
  };
}

/** Without a session bus the constructor itself throws; here that becomes a rejection like any other. */
async function openEntry(service: string, account: string): Promise<Entry> {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } }) as unknown as Entry;
}
