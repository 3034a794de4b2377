// Key files: from a password to the master key, and a new repository's first key (restic design, "Keys, Encryption and MAC").
// Everything here derives keys by scrypt, which blocks for up to seconds: only in worker threads.
import { fail, throwIfAborted } from '../kit/errors.ts';
import type { Clock, Random } from '../ports.ts';
import type { Backend } from './backend/backend.ts';
import { createConfig, encodeConfig, type RepositoryConfig } from './format/config.ts';
import { DamagedError, decodeAt, UnsupportedError } from './format/damaged.ts';
import { sha256Hex } from './format/ids.ts';
import { createKeyFile, defaultScrypt, deriveUserKey, openKeyFile, parseKeyFile } from './format/key-file.ts';
import { createMasterKey, Sealer, type MasterKey } from './format/seal.ts';
import { utcTime } from './format/time.ts';

/** More key files than this are not tried, as in restic: each costs a derivation. */
export const maxTries = 20;
const wantedDerivationMs = 400;
const maxParallel = 16;

export interface OpenedKey {
  masterKey: MasterKey;
  /** Name of the key file that the password opened. */
  keyId: string;
}

export interface OpenKeyOptions {
  backend: Backend;
  /** UTF-8 as given; never normalised. */
  password: Uint8Array;
  /** Name of the key file that fitted last time, tried first. */
  hint?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** WRONG_PASSWORD when no key fits; REPOSITORY_MISSING when there are none and no config; what was wrong with an unusable key file when no other fits. */
export async function openKey({ backend, password, hint, signal }: OpenKeyOptions): Promise<OpenedKey> {
  const names: string[] = [];
  for await (const { name } of backend.list('keys', signal)) {
    if (name === hint) names.unshift(name);
    else names.push(name);
  }
  if (names.length === 0) await refuseWithoutKeys(backend, signal);
  let unusable: DamagedError | UnsupportedError | undefined;
  for (const keyId of names.slice(0, maxTries)) {
    throwIfAborted(signal);
    const bytes = await backend.read('keys', keyId, {}, signal);
    try {
      const masterKey = decodeAt(`${backend.location}/keys/${keyId}`, () => openKeyFile(parseKeyFile(bytes), password));
      if (masterKey !== undefined) return { masterKey, keyId };
    } catch (error) {
      if (!(error instanceof DamagedError || error instanceof UnsupportedError)) throw error;
      unusable ??= error;
    }
  }
  if (unusable) throw unusable;
  return fail('WRONG_PASSWORD', `no key of ${backend.location} fits this password`, { repository: backend.location });
}

async function refuseWithoutKeys(backend: Backend, signal: AbortSignal | undefined): Promise<never> {
  if (await backend.has('config', 'config', signal)) throw new DamagedError('a repository without any key file', backend.location);
  return fail('REPOSITORY_MISSING', `${backend.location} holds no repository`, { path: backend.location });
}

export interface CreateRepositoryOptions {
  backend: Backend;
  password: Uint8Array;
  hostname: string;
  username: string;
  random: Random;
  clock: Clock;
  /** Cost of the key derivation; calibrated to about 0.4 s on this machine when not given. */
  scrypt?: { N: number; r: number; p: number };
  signal?: AbortSignal | undefined;
}

export interface CreatedRepository extends OpenedKey {
  config: RepositoryConfig;
}

/**
 * Makes a repository of version 2. REPOSITORY_EXISTS when there is a config, a key or a snapshot already. Steps:
 * 1. the folders   -> an empty layout, which the next try accepts
 * 2. the key file  -> a key without a config: refused by the next try, and by restic; nothing is stored under it
 * 3. the config    -> a repository
 */
export async function createRepository(options: CreateRepositoryOptions): Promise<CreatedRepository> {
  const { backend, password, hostname, username, random, clock, signal } = options;
  await refuseExisting(backend, signal);
  const randomBytes = (length: number): Uint8Array => random.bytes(length);
  const masterKey = createMasterKey(randomBytes);
  const config = createConfig(randomBytes);
  const cost = options.scrypt ?? calibrate(clock, random);
  const keyFile = createKeyFile(masterKey, password, { hostname, username, created: utcTime(clock.nowNs()), ...cost }, randomBytes);
  const keyId = sha256Hex(keyFile);
  await backend.create(signal); // 1
  await backend.write('keys', keyId, keyFile, signal); // 2
  try {
    await backend.write('config', 'config', new Sealer(masterKey, randomBytes).seal(encodeConfig(config)), signal); // 3
  } catch (error) {
    // A key alone would make the place unusable for the next try.
    if (!(await backend.has('config', 'config').catch(() => true))) await backend.remove('keys', keyId).catch(() => undefined);
    throw error;
  }
  return { masterKey, keyId, config };
}

async function refuseExisting(backend: Backend, signal: AbortSignal | undefined): Promise<void> {
  const refuse = (): never => fail('REPOSITORY_EXISTS', `${backend.location} holds a repository already`, { path: backend.location });
  try {
    if (await backend.has('config', 'config', signal)) refuse();
    for await (const _ of backend.list('keys', signal)) refuse();
    for await (const _ of backend.list('snapshots', signal)) refuse();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'REPOSITORY_MISSING')) throw error;
  }
}

/**
 * restic's own default costs 32 MiB; more work comes from repeating it, so that small machines can open what large ones made. Measured with the system's
 * scrypt, as restic measures its own: that ours is faster must not decide how strong a key is. Twice, because the first one also pays for its memory.
 */
export function calibrate(clock: Clock, random: Random): { N: number; r: number; p: number } {
  const once = (): number => {
    const startedAt = clock.monotonicMs();
    deriveUserKey('calibration', { ...defaultScrypt, salt: random.bytes(64) }, { simd: false });
    return clock.monotonicMs() - startedAt;
  };
  const onceMs = Math.max(1, Math.min(once(), once()));
  return { ...defaultScrypt, p: Math.max(1, Math.min(maxParallel, Math.round(wantedDerivationMs / onceMs))) };
}
