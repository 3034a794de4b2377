// The thread `repository.change-keys`: adds a key file under a shared lock, or removes one under an exclusive lock, as restic does. And the
// one-shot task `repository.list-keys`, which only reads.
import { fail } from '../../kit/errors.ts';
import type { WorkerContext } from '../../ports.ts';
import { createLocalBackend } from '../backend/local.ts';
import type { MasterKey } from '../format/seal.ts';
import { lockNotes, type LockNote } from '../lock-notes.ts';
import { lockIdentity } from '../model.ts';
import { refuseProtected } from '../protected.ts';
import { Repository } from '../repository.ts';
import { addKey, listKeys, removeKey, type ListedKey } from './key-changes.ts';

export interface KeyChangeInput {
  path: string;
  masterKey: MasterKey;
  change: { kind: 'add'; password: Uint8Array } | { kind: 'remove'; key: string; inUse: string };
}

export type KeyChangeMessage = LockNote | { kind: 'changed'; id: string };

/** Somebody else's short look is waited for. */
const lockRetryMs = 5_000;

export async function changeKeysTask(context: WorkerContext, input: unknown): Promise<void> {
  const { path, masterKey, change } = input as KeyChangeInput;
  const { files, random, clock, machine, closing } = context;
  const post = (message: KeyChangeMessage): void => context.post(message);
  const stop = new AbortController();
  const signal = AbortSignal.any([closing, stop.signal]);
  const backend = createLocalBackend({ files, random, path });
  const repository = await Repository.open({ backend, masterKey, random, clock, signal });
  if (change.kind === 'remove') refuseProtected(repository);
  let lost = false;
  const lock = await repository.lock({
    exclusive: change.kind === 'remove',
    identity: lockIdentity(machine),
    signal,
    retryMs: lockRetryMs,
    onLost: () => {
      lost = true;
      stop.abort();
    },
    ...lockNotes(context)
  });
  try {
    await lock.ready();
    const { hostname, username } = machine;
    const id = change.kind === 'add' ? await addKey({ backend, masterKey, password: change.password, hostname, username, random, clock, signal }) : await removeKey({ backend, key: change.key, inUse: change.inUse, signal });
    post({ kind: 'changed', id });
  } catch (error) {
    if (lost) fail('LOCK_LOST', `the lock on ${path} was lost`, { path });
    throw error;
  } finally {
    await lock.release();
  }
}

export async function listKeysTask({ files, random, closing }: WorkerContext, input: unknown): Promise<ListedKey[]> {
  const { path } = input as { path: string };
  return listKeys(createLocalBackend({ files, random, path }), closing);
}
