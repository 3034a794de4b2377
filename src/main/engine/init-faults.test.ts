// Making a home, stopped at each of its file operations in turn, as a crash or a full disk would; then made again.
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNodeFiles } from '../adapters/files.ts';
import type { Files } from './ports.ts';
import { createTestEngine, testContext } from './testing/index.ts';

const changing = ['open', 'write', 'fsync', 'fsyncFolder', 'mkdir', 'mkdirs', 'unlink', 'rename', 'chmod', 'close'] as const;

/** From the `failAt`-th changing operation on, every one fails, as after the power went. */
function failingFiles(failAt: number): { files: Files; count(): number } {
  const real = createNodeFiles();
  let count = 0;
  const files = Object.create(real) as Files;
  for (const name of changing) {
    Object.defineProperty(files, name, {
      value: (...args: never[]) => {
        count += 1;
        // Closing still happens, or the test itself would leak descriptors.
        if (count >= failAt && name !== 'close') throw Object.assign(new Error(`${name}: no more`), { code: 'EIO' });
        return (real[name] as (...all: never[]) => unknown).apply(real, args);
      }
    });
  }
  return { files, count: () => count };
}

describe('making a home that stops at any file operation', () => {
  it.each(['keyring', 'vault'] as const)('leaves either a whole home or one that can be made again (%s)', async (secretStore) => {
    const input = { secretStore, passphrase: secretStore === 'vault' ? 'long enough words' : undefined };
    let again = 0;
    for (let failAt = 1; ; failAt += secretStore === 'vault' ? 13 : 2) {
      const faulty = failingFiles(failAt);
      const first = await createTestEngine({ init: false, ports: { files: faulty.files } });
      const failed = await Promise.resolve(first.api.system.init(input, testContext)).then(() => false, () => true);
      await first.engine.stop().catch(() => {});
      await first.ports.workers.close();
      try {
        if (!failed) {
          expect(faulty.count()).toBeLessThan(failAt + 20);
          expect(again).toBeGreaterThan(2);
          return;
        }
        const second = await createTestEngine({ init: false, folder: first.folder, keyring: first.keyring, environment: secretStore === 'vault' ? { VARVE_VAULT_PASSPHRASE: 'long enough words' } : {} });
        if (!second.engine.homeOpen) {
          await second.api.system.init(input, testContext);
          again += 1;
        }
        expect((await second.api.system.doctor({}, testContext)).checks.filter((check) => check.state === 'broken')).toEqual([]);
        expect((await second.api.log.list({ filter: { action: 'home.created' }, order: 'oldest', limit: 10 }, testContext)).total).toBe(1);
        if (secretStore === 'keyring') expect(first.keyring.accounts()).toHaveLength(1);
        await second.close();
      } finally {
        rmSync(first.folder, { recursive: true, force: true });
      }
    }
  });
});
