// Several passwords for one repository: each is a key file around the same master key (restic design, "Keys, Encryption and MAC"). Taking one
// away ends what the password opens from now on; it does not take back what somebody who knew it has read. Deriving blocks: worker threads.
import { timingSafeEqual } from 'node:crypto';
import { fail, isVarveError } from '../../kit/errors.ts';
import type { Clock, Random } from '../../ports.ts';
import { isFileMissing, type Backend } from '../backend/backend.ts';
import { sha256Hex } from '../format/ids.ts';
import { createKeyFile, openKeyFile, parseKeyFile, type KeyFile } from '../format/key-file.ts';
import type { MasterKey } from '../format/seal.ts';
import { utcTime } from '../format/time.ts';
import { calibrate, maxTries } from '../keys.ts';

export interface ListedKey {
  id: string;
  /** undefined where the file is of no use; `damage` says why. */
  file: Pick<KeyFile, 'created' | 'username' | 'hostname'> | undefined;
  damage: string | undefined;
}

export async function listKeys(backend: Backend, signal?: AbortSignal): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  for await (const { name: id } of backend.list('keys', signal)) {
    try {
      const bytes = await backend.read('keys', id, {}, signal);
      if (sha256Hex(bytes) !== id) keys.push({ id, file: undefined, damage: 'content does not match its name' });
      else {
        const { created, username, hostname } = parseKeyFile(bytes);
        keys.push({ id, file: { created, username, hostname }, damage: undefined });
      }
    } catch (error) {
      if (isFileMissing(error)) continue;
      const damage = damageIn(error);
      if (damage === undefined) throw error;
      keys.push({ id, file: undefined, damage });
    }
  }
  return keys.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function damageIn(error: unknown): string | undefined {
  if (!isVarveError(error)) return undefined;
  const { what, reason } = error.data as { what?: string; reason?: string };
  return error.code === 'REPOSITORY_DAMAGED' ? what : error.code === 'REPOSITORY_UNSUPPORTED' ? reason : undefined;
}

export interface AddKeyOptions {
  backend: Backend;
  masterKey: MasterKey;
  password: Uint8Array;
  hostname: string;
  username: string;
  random: Random;
  clock: Clock;
  /** Cost of the derivation; calibrated on this machine when not given. */
  scrypt?: { N: number; r: number; p: number };
  signal?: AbortSignal | undefined;
}

/** Writes a key file that was opened once before it counts, and returns its name. */
export async function addKey(options: AddKeyOptions): Promise<string> {
  const { backend, masterKey, password, hostname, username, random, clock, signal } = options;
  if (password.length === 0) fail('BAD_INPUT', 'an empty password', { field: 'password', reason: 'must not be empty' });
  const count = (await listKeys(backend, signal)).length;
  // Whoever opens a repository tries only so many, restic too: a password beyond them would open it on some days only.
  if (count >= maxTries) fail('BAD_INPUT', `${count} keys already`, { field: 'password', reason: `the repository has ${count} keys already, and no more than ${maxTries} are tried; remove one first` });
  const cost = options.scrypt ?? calibrate(clock, random);
  const bytes = createKeyFile(masterKey, password, { hostname, username, created: utcTime(clock.nowNs()), ...cost }, (length) => random.bytes(length));
  const opened = openKeyFile(parseKeyFile(bytes), password);
  if (!opened || !timingSafeEqual(opened.encrypt, masterKey.encrypt)) fail('INTERNAL', 'a new key does not open', { what: 'a new key file does not open with its own password' });
  const id = sha256Hex(bytes);
  await backend.write('keys', id, bytes, signal);
  return id;
}

/** Removes the key file with this id or unique beginning of it, never the one in use nor the last. Returns its name. */
export async function removeKey({ backend, key, inUse, signal }: { backend: Backend; key: string; inUse: string; signal?: AbortSignal | undefined }): Promise<string> {
  const keys = await listKeys(backend, signal);
  const matches = keys.filter(({ id }) => id.startsWith(key)).map(({ id }) => id);
  if (matches.length > 1) fail('AMBIGUOUS', `${key} fits ${matches.length} keys`, { kind: 'key', name: key, matches });
  const [id] = matches;
  if (id === undefined) return fail('NOT_FOUND', `no key ${key}`, { kind: 'key', name: key });
  if (id === inUse) fail('BAD_INPUT', 'the key in use', { field: 'key', reason: 'is the one in use here; change the password instead, or remove it from a home that uses another' });
  if (!keys.some((each) => each.id === inUse && each.file !== undefined)) fail('BAD_INPUT', 'the key in use is not there', { field: 'key', reason: 'cannot go: the key in use here is not in the repository any more, and this may be the last that opens it' });
  await backend.remove('keys', id, signal);
  return id;
}
