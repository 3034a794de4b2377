// The thread of a restore or its preview: `restoreSnapshot` with its line to the engine.
import { cancelled } from '../../kit/errors.ts';
import type { WorkerTask } from '../../ports.ts';
import { lockNotes } from '../../repository/index.ts';
import type { RestoreMessage, RestoreRequest } from './protocol.ts';
import { readChanges, type ChangesQuery } from './rows.ts';
import { restoreSnapshot } from './run.ts';

export const restoreTask: WorkerTask = async (context, input) => {
  const cancel = new AbortController();
  const mayBegin = Promise.withResolvers<void>();
  mayBegin.promise.catch(() => undefined);
  context.onMessage((message) => {
    const { kind } = message as { kind: string };
    if (kind === 'cancel') cancel.abort();
    if (kind === 'begin') mayBegin.resolve();
  });
  const post = (message: RestoreMessage): void => context.post(message);
  const notes = lockNotes(context);
  const signal = AbortSignal.any([cancel.signal, context.closing]);
  signal.addEventListener('abort', () => mayBegin.reject(cancelled()), { once: true });
  const outcome = await restoreSnapshot(context, input as RestoreRequest, {
    signal,
    onProgress: (update) => post({ kind: 'progress', update }),
    onLockFile: (lockId, written) => (written ? notes.onWrite(lockId) : notes.onRemove(lockId)),
    onUndoable: (safety) => {
      post({ kind: 'undoable', safety: safety ?? null });
      return mayBegin.promise;
    }
  });
  if ('damaged' in outcome) return post({ kind: 'proved', damaged: outcome.damaged });
  post('preview' in outcome ? { kind: 'preview', facts: outcome.preview } : { kind: 'report', facts: outcome.report });
};

/** One-shot: a page of a preview that is kept. */
export const restoreChangesTask: WorkerTask = async ({ files }, input): Promise<ReturnType<typeof readChanges>> => {
  const { file, query } = input as { file: string; query: ChangesQuery };
  return readChanges(files, file, query);
};
