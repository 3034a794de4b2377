// Encrypted payloads, as the other parts of the log and its face see them.
import { dirname, join } from 'node:path';
import type { Category } from '../../../../contract/log.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Files, Random } from '../../ports.ts';
import type { LogContext } from '../context.ts';
import { createHasher } from '../hash.ts';
import { createEncryption, type Encryption } from './encryption.ts';
import { createOpening, type Opening } from './opening.ts';
import { createKeyFile, payloadKeysName, readKeys, writeKeys } from './key-file.ts';
import type { LogKeys } from '../tree/keys.ts';
import { createPayloadKeys, type DayKey, type PayloadKeys } from './payload-keys.ts';
import { createSealing, type Sealing } from './sealing.ts';
import { createSealedSearch, type SealedSearch } from './search.ts';

export { payloadKeysName } from './key-file.ts';

/** Every key of the home's encrypted payloads, in the clear, for an export under a passphrase. None without a file. Throws HOME_DAMAGED, HOME_TOO_NEW, NOT_READABLE. */
export function readPayloadKeys({ files, homePath, homeId, sealingKey }: { files: Files; homePath: string; homeId: string; sealingKey: Uint8Array }): { id: string; createdAt: string; key: Uint8Array }[] {
  return readKeys(files, join(homePath, payloadKeysName), homeId, sealingKey);
}

/** The other way round: keys out of an export, into a home that has none yet. Throws BAD_INPUT. */
export function writePayloadKeys({ files, random, homePath, homeId, sealingKey }: { files: Files; random: Random; homePath: string; homeId: string; sealingKey: Uint8Array }, keys: readonly { id: string; createdAt: string; key: Uint8Array }[]): void {
  writeKeys({ files, random }, join(homePath, payloadKeysName), homeId, sealingKey, keys);
}

/** The keys that a verification without an open log can use; none when they cannot be had now, for it must not depend on them. */
export async function payloadKeysAtHand({ keys, ...where }: { files: Files; homePath: string; homeId: string; keys: LogKeys }): Promise<DayKey[]> {
  try {
    await keys.load();
    const open = keys.open();
    return open === undefined ? [] : readPayloadKeys({ ...where, sealingKey: open.sealingKey });
  } catch (error) {
    if (!isVarveError(error)) throw error;
    return [];
  }
}

/** What the append transaction needs; `path` is log.db's, and the keys lie beside it. */
export function openSealing({ db, files, random, path, homeId, origin, keys }: Pick<LogContext, 'db' | 'files' | 'random' | 'path' | 'homeId' | 'origin' | 'keys'>): { sealing: Sealing; payloadKeys: PayloadKeys } {
  const file = createKeyFile({ files, random, path: join(dirname(path), payloadKeysName), homeId });
  const payloadKeys = createPayloadKeys({ db, keys, file, random, homeId });
  return { sealing: createSealing({ db, random, origin, payloadKeys, hasher: createHasher() }), payloadKeys };
}

export interface SealedPayloads extends Opening, SealedSearch {
  encryption: Encryption;
  /** Before an append into these categories: brings the keys if one of them encrypts. Throws VAULT_LOCKED, SECRET_MISSING, SECRET_STORE_UNAVAILABLE. */
  prepare(...categories: readonly Category[]): Promise<void>;
  /** Keys that payload-keys.json should have and has not. Throws HOME_DAMAGED, HOME_TOO_NEW. */
  missingKeys(): string[];
}

export function createSealedPayloads(context: LogContext, sealing: Sealing, payloadKeys: PayloadKeys): SealedPayloads {
  return {
    ...createOpening(context, sealing, payloadKeys),
    ...createSealedSearch(context, sealing, payloadKeys),
    encryption: createEncryption(context, sealing),
    prepare: async (...categories) => {
      const encrypting = sealing.encrypting();
      if (categories.some((category) => encrypting.has(category))) await context.keys.load();
    },
    missingKeys: () => payloadKeys.missing()
  };
}
