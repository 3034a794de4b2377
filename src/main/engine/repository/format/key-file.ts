// Key files: plain JSON that holds the master key, sealed with a key derived from a password by scrypt. Removing a password does not
// revoke what somebody learnt with it: all key files hold the same master key. Derivation takes 0.1 to 2 s and blocks: worker threads.
import { scrypt } from '../../kit/scrypt.ts';
import { DamagedError, UnsupportedError } from './damaged.ts';
import { decodeBase64, encodeBase64, parseObject, stringifyGo } from './go-json.ts';
import type { RandomBytes } from './ids.ts';
import { encodeMasterKey, parseMasterKey, SealError, Sealer, type MasterKey } from './seal.ts';
import { formatGoTime, parseTime, type GoTime } from './time.ts';

export interface ScryptParams {
  /** Cost, a power of two. */
  N: number;
  r: number;
  p: number;
  /** 64 bytes. */
  salt: Uint8Array;
}

export interface KeyFile extends ScryptParams {
  created: GoTime;
  username: string;
  hostname: string;
  /** The master key, sealed with the user key. */
  data: Uint8Array;
}

export const defaultScrypt = { N: 32_768, r: 8, p: 1 } as const;

const saltBytes = 64;
// Bounds for what a hostile key file may cost: memory 128 * N * r, time in proportion to N * r * p (the default is 2^18).
const memoryLimitBytes = 1024 * 1024 * 1024;
const workLimit = 2 ** 25;
const fileLimitBytes = 64 * 1024;

/** Reads a key file. Throws DamagedError, or UnsupportedError for another kdf or parameters beyond all reason. */
export function parseKeyFile(bytes: Uint8Array): KeyFile {
  if (bytes.length > fileLimitBytes) throw new DamagedError('key file: too long');
  const raw = parseObject(bytes, 'key file');
  if (raw['kdf'] !== 'scrypt') throw new UnsupportedError('a key file with another key derivation than scrypt');
  const text = (key: string): string => {
    const value = raw[key] ?? '';
    if (typeof value !== 'string') throw new DamagedError(`key file: ${key} is not text`);
    return value.toWellFormed();
  };
  const number = (key: string): number => {
    const value = raw[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw new DamagedError(`key file: ${key} out of range`);
    return value;
  };
  const params = { N: number('N'), r: number('r'), p: number('p'), salt: decodeBase64(raw['salt'], 'key file salt') };
  checkParams(params);
  return { created: parseTime(raw['created']), username: text('username'), hostname: text('hostname'), ...params, data: decodeBase64(raw['data'], 'key file data') };
}

function checkParams({ N, r, p, salt }: ScryptParams): void {
  if (N <= 1 || !Number.isInteger(Math.log2(N))) throw new DamagedError('key file: N is not a power of two');
  if (r < 1 || p < 1) throw new DamagedError('key file: r or p out of range');
  if (128 * N * r > memoryLimitBytes || 128 * r * p > memoryLimitBytes || N * r * p > workLimit) throw new UnsupportedError('a key file that would need absurd memory or time');
  if (salt.length !== saltBytes) throw new DamagedError(`key file: salt of ${salt.length} bytes instead of ${saltBytes}`);
}

/** The key that opens `data`. A password is taken as its UTF-8 bytes, without normalisation. Blocks for as long as scrypt takes. */
export function deriveUserKey(password: string | Uint8Array, params: ScryptParams, options: { simd?: boolean } = {}): MasterKey {
  checkParams(params);
  const derived = scrypt(typeof password === 'string' ? Buffer.from(password) : password, params.salt, 64, params, options);
  return { encrypt: derived.subarray(0, 32), macK: derived.subarray(32, 48), macR: derived.subarray(48, 64) };
}

/** The master key, or undefined when the password is wrong. Throws DamagedError when the seal holds and the content is nonsense. */
export function openKeyFile(keyFile: KeyFile, password: string | Uint8Array): MasterKey | undefined {
  const sealer = new Sealer(deriveUserKey(password, keyFile), noRandomness);
  let json: Buffer;
  try {
    json = sealer.open(keyFile.data);
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
  return parseMasterKey(json);
}

function noRandomness(): never {
  throw new RangeError('opening a key needs no randomness');
}

export interface NewKeyFile {
  hostname: string;
  username: string;
  created: GoTime;
  N?: number;
  r?: number;
  p?: number;
}

/** The bytes of a new key file around a master key. */
export function createKeyFile(master: MasterKey, password: string | Uint8Array, options: NewKeyFile, random: RandomBytes): Buffer {
  const { N = defaultScrypt.N, r = defaultScrypt.r, p = defaultScrypt.p } = options;
  const salt = random(saltBytes);
  const data = new Sealer(deriveUserKey(password, { N, r, p, salt }), random).seal(encodeMasterKey(master));
  const fields = { created: formatGoTime(options.created), username: options.username, hostname: options.hostname, kdf: 'scrypt', N, r, p, salt: encodeBase64(salt), data: encodeBase64(data) };
  return Buffer.from(stringifyGo(fields));
}
