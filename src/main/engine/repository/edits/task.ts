// The thread `repository.edit-snapshots`: takes the exclusive lock, reads every snapshot, asks the engine what to do with them, does it. What
// is to go is thus always decided on what lies there while nobody else can change it.
import { cancelled } from '../../kit/errors.ts';
import type { TaskProgress } from '../../../../contract/events.ts';
import type { WorkerContext } from '../../ports.ts';
import { createLocalBackend } from '../backend/local.ts';
import type { MasterKey } from '../format/seal.ts';
import { lockNotes, type LockNote } from '../lock-notes.ts';
import { lockIdentity } from '../model.ts';
import { refuseProtected } from '../protected.ts';
import { Repository, type LoadedSnapshots } from '../repository.ts';
import { applyEdits, type EditDone, type SnapshotEdit } from './apply.ts';

export interface EditInput {
  path: string;
  masterKey: MasterKey;
}

export type EditMessage = LockNote | { kind: 'progress'; update: Partial<TaskProgress> } | { kind: 'loaded'; loaded: LoadedSnapshots } | { kind: 'edited'; done: EditDone } | { kind: 'finished' };
export type EditRequest = { kind: 'edits'; edits: readonly SnapshotEdit[] } | { kind: 'cancel' };

/** Somebody else's short work (a look, a snapshot's end) is waited for. */
const lockRetryMs = 10_000;

export async function editSnapshotsTask(context: WorkerContext, input: unknown): Promise<void> {
  const { path, masterKey } = input as EditInput;
  const { files, random, clock, machine, closing } = context;
  const post = (message: EditMessage): void => context.post(message);
  const stop = new AbortController();
  const signal = AbortSignal.any([closing, stop.signal]);
  let take: (edits: readonly SnapshotEdit[]) => void = () => undefined;
  context.onMessage((value) => {
    const message = value as EditRequest;
    if (message.kind === 'cancel') stop.abort();
    else if (message.kind === 'edits') take(message.edits);
  });
  const notes = lockNotes(context);
  const repository = await Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey, random, clock, signal });
  refuseProtected(repository);
  let lost = false;
  post({ kind: 'progress', update: { phase: 'locking' } });
  const lock = await repository.lock({
    exclusive: true,
    identity: lockIdentity(machine),
    signal,
    retryMs: lockRetryMs,
    onLost: () => {
      lost = true;
      stop.abort();
    },
    ...notes
  });
  try {
    post({ kind: 'progress', update: { phase: 'reading' } });
    const loaded = await repository.loadSnapshots(signal);
    const edits = await new Promise<readonly SnapshotEdit[]>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(cancelled()), { once: true });
      take = resolve;
      post({ kind: 'loaded', loaded });
    });
    let filesDone = 0;
    post({ kind: 'progress', update: { phase: 'writing', filesDone, filesTotal: edits.length } });
    await applyEdits(repository, new Map(loaded.snapshots.map(({ id, file }) => [id, file])), edits, {
      signal,
      onDone: (done) => {
        post({ kind: 'edited', done });
        post({ kind: 'progress', update: { filesDone: ++filesDone } });
      }
    });
    post({ kind: 'finished' });
  } catch (error) {
    if (lost) repository.refuseLostLock();
    throw error;
  } finally {
    await lock.release();
  }
}
