// Starts the verification in a thread of its own and waits for its word.
import type { Verdict } from '../../../../contract/verify.ts';
import { VarveError, cancelled, fromWire } from '../../kit/errors.ts';
import type { Workers } from '../../ports.ts';
import type { VerifyInput, VerifyMessage } from './task.ts';
import type { VerifyProgress } from './verify.ts';

export function runVerify(workers: Workers, input: VerifyInput, options: { signal?: AbortSignal | undefined; onProgress?: ((progress: VerifyProgress) => void) | undefined }): Promise<Verdict> {
  const { signal, onProgress } = options;
  if (signal?.aborted === true) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    const worker = workers.spawn('log.verify', input);
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', stop);
      stopListening();
      // Closing waits for the thread, so that nothing of it is left when the caller goes on.
      worker.close().then(finish, reject);
    };
    const stop = (): void => settle(() => reject(cancelled()));
    const stopListening = worker.onMessage((raw) => {
      const message = raw as VerifyMessage;
      if (message.kind === 'progress') onProgress?.({ entriesDone: message.entriesDone, entriesTotal: message.entriesTotal });
      else if (message.kind === 'verdict') settle(() => resolve(message.verdict));
      else settle(() => reject(fromWire(message.error)));
    });
    worker.onExit((error) => settle(() => reject(error ?? new VarveError('INTERNAL', 'the verification ended without a word', { what: 'the verification ended without a word' }))));
    signal?.addEventListener('abort', stop, { once: true });
  });
}
