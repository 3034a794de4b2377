// Runs a spawned worker task to its end: forwards its messages, asks it to stop when the signal fires, and turns its death into an error.
import { cancelled, isVarveError } from '../kit/errors.ts';
import type { Workers } from '../ports.ts';

export interface RunWorkerOptions<M> {
  workers: Pick<Workers, 'spawn'>;
  name: string;
  input: unknown;
  signal: AbortSignal;
  /** Anything but undefined is the result. `reply` answers the thread. */
  onMessage(message: M, reply: (message: unknown) => void): unknown;
}

/** Resolves with what `onMessage` gave for the task's last word; rejects CANCELLED after the thread has really ended. */
export async function runWorker<M, R>(options: RunWorkerOptions<M>): Promise<R> {
  const { workers, name, input, signal } = options;
  if (signal.aborted) throw cancelled();
  const handle = workers.spawn(name, input);
  const stop = (): void => handle.post({ kind: 'cancel' });
  signal.addEventListener('abort', stop, { once: true });
  let result: { value: R } | undefined;
  let failure: unknown;
  try {
    return await new Promise<R>((resolve, reject) => {
      handle.onMessage((message) => {
        try {
          const value = options.onMessage(message as M, (answer) => handle.post(answer));
          if (value !== undefined) result = { value: value as R };
        } catch (error) {
          failure ??= error;
          void handle.close();
        }
      });
      handle.onExit((error) => {
        if (failure !== undefined) reject(failure);
        else if (result !== undefined) resolve(result.value);
        else if (signal.aborted && (error === undefined || !isVarveError(error) || error.code !== 'LOCK_LOST')) reject(cancelled());
        else reject(error ?? new Error(`the thread of ${name} ended without a result`));
      });
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
