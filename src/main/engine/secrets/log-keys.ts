// The keys that the record needs, in the shape it asks for: public ones at any time, secret ones once they were loaded into this process.
import type { LogKeys, OpenLogKeys } from '../log/index.ts';
import { deriveSealingKey } from './seal.ts';
import type { Secrets } from './service.ts';

/** One for each open log. Nothing is asked of the keyring or the vault before `load`. */
export function createLogKeys(secrets: Secrets): LogKeys {
  const seeds = new Map<string, Uint8Array>();
  const nameOf = (publicKey: Uint8Array): string => Buffer.from(publicKey).toString('base64');
  let opened: OpenLogKeys | undefined;
  return {
    pinned: () => secrets.signingKeys(),
    async load() {
      if (opened !== undefined) return;
      if (secrets.state() === null) await secrets.open();
      for (const { publicKey, seed } of await secrets.signingSeeds()) seeds.set(nameOf(publicKey), seed);
      const sealingKey = deriveSealingKey(await secrets.masterKey());
      opened = { seed: (publicKey) => seeds.get(nameOf(publicKey)), sealingKey };
    },
    open: () => opened,
    async addSigningKey() {
      const { publicKey, seed } = await secrets.addSigningKey();
      seeds.set(nameOf(publicKey), seed);
      return publicKey;
    }
  };
}
