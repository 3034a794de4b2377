// The thread of a restore or its preview: `restoreSnapshot` with its line to the engine.
import type { WorkerTask } from '../../ports.ts';
import { lockNotes } from '../../repository/index.ts';
import type { RestoreMessage, RestoreRequest } from './protocol.ts';
import { restoreSnapshot } from './run.ts';

export const restoreTask: WorkerTask = async (context, input) => {
  const cancel = new AbortController();
  context.onMessage((message) => {
    if ((message as { kind: string }).kind === 'cancel') cancel.abort();
  });
  const post = (message: RestoreMessage): void => context.post(message);
  const notes = lockNotes(context);
  const outcome = await restoreSnapshot(context, input as RestoreRequest, {
    signal: AbortSignal.any([cancel.signal, context.closing]),
    onProgress: (update) => post({ kind: 'progress', update }),
    onLockFile: (lockId, written) => (written ? notes.onWrite(lockId) : notes.onRemove(lockId))
  });
  post('preview' in outcome ? { kind: 'preview', facts: outcome.preview } : { kind: 'report', facts: outcome.report });
};
