// The coordinator's thread: `saveSnapshot` with its line to the engine.
import { cancelled } from '../../kit/errors.ts';
import type { WorkerTask } from '../../ports.ts';
import type { CarriedFile } from '../carried.ts';
import { lockNotes } from '../../repository/index.ts';
import type { SaveInput, SaveMessage, SaveRequest } from './protocol.ts';
import { saveSnapshot } from './save.ts';

export const archiveTask: WorkerTask = async (context, input) => {
  if ((input as SaveInput).gentle === true) context.machine.lowerPriority();
  const cancel = new AbortController();
  let takeCarried: (files: readonly CarriedFile[]) => void = () => undefined;
  context.onMessage((value) => {
    const message = value as SaveRequest;
    if (message.kind === 'cancel') cancel.abort();
    else takeCarried(message.files);
  });
  const signal = AbortSignal.any([cancel.signal, context.closing]);
  const post = (message: SaveMessage): void => context.post(message);
  const notes = lockNotes(context);
  const outcome = await saveSnapshot(context, input as SaveInput, {
    signal,
    onProgress: (update) => post({ kind: 'progress', update }),
    carried: () =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(cancelled()), { once: true });
        takeCarried = resolve;
        post({ kind: 'carry' });
      }),
    onLockFile: (lockId, written) => (written ? notes.onWrite(lockId) : notes.onRemove(lockId))
  });
  post({ kind: 'done', outcome });
};
