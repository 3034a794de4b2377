// Keys of repositories, kept so that a start need not derive them anew: that takes restic's half second each time. Sealed under the home's master key,
// in its cache, and only for passwords that lie in the secret store beside that master key: who can open one can open the other. A kept key holds
// while the password is the one it came from and its key file is still in the repository. Losing it costs that half second.
import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { writeFileDurable } from '../kit/durable.ts';
import { toWire } from '../kit/errors.ts';
import type { Ports } from '../ports.ts';
import type { MasterKey } from './format/seal.ts';
import type { OpenedKey } from './keys.ts';

export interface KeptKeysDeps {
  ports: Pick<Ports, 'files' | 'random' | 'logger'>;
  homePath: string;
  secrets: {
    seal(purpose: string, plain: Uint8Array): Promise<Uint8Array>;
    unseal(purpose: string, sealed: Uint8Array): Promise<Uint8Array | undefined>;
  };
}

export interface KeptKeys {
  /** undefined when there is none for this password. */
  get(repositoryId: string, password: Uint8Array): Promise<OpenedKey | undefined>;
  put(repositoryId: string, password: Uint8Array, key: OpenedKey): Promise<void>;
  forget(repositoryId: string): void;
}

// keyId (32), salt (16), SHA-256 of salt and password (32), then the three parts of the master key
const parts = { keyId: 32, salt: 16, password: 32, encrypt: 32, macK: 16, macR: 16 } as const;
const totalBytes = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
const fileLimitBytes = 4096;

export function createKeptKeys({ ports: { files, random, logger }, homePath, secrets }: KeptKeysDeps): KeptKeys {
  const folder = join(homePath, 'cache', 'keys');
  const pathOf = (id: string): string => join(folder, id);
  const purpose = (id: string): string => `repository-key/${id}`;
  /** It only saves time: what goes wrong is noted, and the key is derived. */
  const quietly = async <R>(what: string, work: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await work();
    } catch (error) {
      logger.debug(what, { code: toWire(error).code });
      return undefined;
    }
  };
  return {
    get: (id, password) =>
      quietly('a kept key cannot be read', async () => {
        if (files.stat(pathOf(id)) === undefined) return undefined;
        const plain = await secrets.unseal(purpose(id), files.readFile(pathOf(id), fileLimitBytes));
        if (plain?.length !== totalBytes) return undefined;
        const found = split(plain);
        if (!timingSafeEqual(found.password, digest(found.salt, password))) return undefined;
        const masterKey: MasterKey = { encrypt: found.encrypt, macK: found.macK, macR: found.macR };
        return { keyId: Buffer.from(found.keyId).toString('hex'), masterKey };
      }),

    async put(id, password, { keyId, masterKey }) {
      await quietly('a key could not be kept', async () => {
        const salt = random.bytes(parts.salt);
        const plain = Buffer.concat([Buffer.from(keyId, 'hex'), salt, digest(salt, password), masterKey.encrypt, masterKey.macK, masterKey.macR]);
        const sealed = await secrets.seal(purpose(id), plain);
        files.mkdirs(folder, 0o700);
        writeFileDurable(files, pathOf(id), sealed, { random, mode: 0o600 });
      });
    },

    forget(id) {
      if (files.lstat(pathOf(id)) !== undefined) files.unlink(pathOf(id));
    }
  };
}

function digest(salt: Uint8Array, password: Uint8Array): Buffer {
  return createHash('sha256').update(salt).update(password).digest();
}

function split(plain: Uint8Array): Record<keyof typeof parts, Uint8Array> {
  let at = 0;
  const take = (bytes: number): Uint8Array => Uint8Array.from(plain.subarray(at, (at += bytes)));
  return { keyId: take(parts.keyId), salt: take(parts.salt), password: take(parts.password), encrypt: take(parts.encrypt), macK: take(parts.macK), macR: take(parts.macR) };
}
