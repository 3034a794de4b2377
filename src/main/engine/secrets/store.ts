// `keys.json` and `vault.json` on disk: read strictly, written durably, mode 0600. Knows nothing about what the values mean.
import { join } from 'node:path';
import { writeFileDurable } from '../kit/durable.ts';
import { fail } from '../kit/errors.ts';
import type { Files, Random } from '../ports.ts';
import { fileLimitBytes, KeysFile, VaultFile } from './model.ts';

export interface SecretFiles {
  readonly keysPath: string;
  readonly vaultPath: string;
  readKeys(): KeysFile | undefined;
  writeKeys(keys: KeysFile): void;
  readVault(): VaultFile | undefined;
  writeVault(vault: VaultFile): void;
}

interface Shape<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly { path: readonly PropertyKey[] }[] } };
}

export function createSecretFiles({ files, random, homePath, homeId }: { files: Files; random: Random; homePath: string; homeId: string }): SecretFiles {
  const keysPath = join(homePath, 'keys.json');
  const vaultPath = join(homePath, 'vault.json');

  const read = <T extends { homeId: string }>(path: string, shape: Shape<T>): T | undefined => {
    if (files.stat(path) === undefined) return undefined;
    const value = parseJson(files.readFile(path, fileLimitBytes), path);
    const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
    if (typeof version === 'number' && version > 1) fail('HOME_TOO_NEW', `${path} was written by a newer Varve`, { path, schema: version, known: 1 });
    const parsed = shape.safeParse(value);
    // Only where it does not fit is said, never what stood there.
    if (!parsed.success) fail('HOME_DAMAGED', `${path} does not have the expected form`, { path, reason: `is not as expected at ${parsed.error.issues[0]?.path.join('.') || 'the top'}` });
    if (parsed.data.homeId !== homeId) fail('HOME_DAMAGED', `${path} belongs to another home`, { path, reason: 'belongs to another home' });
    return parsed.data;
  };
  const write = (path: string, value: unknown): void => writeFileDurable(files, path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8'), { random, mode: 0o600 });

  return {
    keysPath,
    vaultPath,
    readKeys: () => read(keysPath, KeysFile),
    writeKeys: (keys) => write(keysPath, keys),
    readVault: () => read(vaultPath, VaultFile),
    writeVault: (vault) => write(vaultPath, vault)
  };
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the text, which may be secret.
    return fail('HOME_DAMAGED', `${path} is not JSON`, { path, reason: 'is not JSON' });
  }
}
