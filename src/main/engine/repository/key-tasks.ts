// The one-shot worker tasks around a password: `repository.open-key` and `repository.create`. Each answers with what the home records.
import type { WorkerContext } from '../ports.ts';
import type { Backend } from './backend/backend.ts';
import { createLocalBackend } from './backend/local.ts';
import type { RepositoryConfig } from './format/config.ts';
import { DamagedError } from './format/damaged.ts';
import type { MasterKey } from './format/seal.ts';
import { createRepository, openKey, type OpenedKey } from './keys.ts';
import { Repository } from './repository.ts';

export interface KeyTaskInput {
  path: string;
  password: Uint8Array;
  hint?: string | undefined;
  /** A key that was kept: tried first, so that none need be derived. */
  kept?: OpenedKey | undefined;
}

export interface KeyTaskResult {
  masterKey: MasterKey;
  keyId: string;
  resticId: string;
  version: 1 | 2;
  appendOnly: boolean;
  /** Snapshot files there are now. */
  snapshots: number;
}

export async function openKeyTask(context: WorkerContext, input: unknown): Promise<KeyTaskResult> {
  const { path, password, hint, kept } = input as KeyTaskInput;
  const { files, random, clock, closing: signal } = context;
  const backend = createLocalBackend({ files, random, path });
  const open = async (key: OpenedKey): Promise<OpenedKey & { config: RepositoryConfig }> => ({ ...key, config: (await Repository.open({ backend, masterKey: key.masterKey, random, clock, signal })).config });
  const { masterKey, keyId, config } = (kept && (await whileItHolds(backend, kept, () => open(kept), signal))) ?? (await open(await openKey({ backend, password, hint, signal })));
  let snapshots = 0;
  for await (const _ of backend.list('snapshots', signal)) snapshots += 1;
  return { masterKey: plainKey(masterKey), keyId, resticId: config.id, version: config.version, appendOnly: config.appendOnly || config.isHot, snapshots };
}

/** undefined once its key file is gone, or when what it opens is another repository. */
async function whileItHolds<R>(backend: Backend, { keyId }: OpenedKey, open: () => Promise<R>, signal: AbortSignal): Promise<R | undefined> {
  if (!(await backend.has('keys', keyId, signal))) return undefined;
  try {
    return await open();
  } catch (error) {
    if (error instanceof DamagedError) return undefined;
    throw error;
  }
}

export async function createTask(context: WorkerContext, input: unknown): Promise<KeyTaskResult> {
  const { path, password } = input as KeyTaskInput;
  const { files, random, clock, machine, closing: signal } = context;
  const backend = createLocalBackend({ files, random, path });
  const { masterKey, keyId, config } = await createRepository({ backend, password, random, clock, hostname: machine.hostname, username: machine.username, signal });
  return { masterKey: plainKey(masterKey), keyId, resticId: config.id, version: config.version, appendOnly: false, snapshots: 0 };
}

/** Copies without the memory around them: a Buffer's slice would carry its whole pool to the other thread. */
function plainKey({ encrypt, macK, macR }: MasterKey): MasterKey {
  return { encrypt: new Uint8Array(encrypt), macK: new Uint8Array(macK), macR: new Uint8Array(macR) };
}
