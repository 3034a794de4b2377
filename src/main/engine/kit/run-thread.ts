// The caller's side of a thread: it is told to end when the signal fires, and its last word counts when it has ended.
import { cancelled } from './errors.ts';
import type { Workers } from '../ports.ts';

interface RunThread<M, R> {
  workers: Pick<Workers, 'spawn'>;
  name: string;
  input: unknown;
  signal: AbortSignal | undefined;
  /** Anything but undefined is the result. `reply` answers the thread. */
  onMessage(message: M, reply: (message: unknown) => void): { result: R } | undefined;
  /** Failures that are told although the work was cancelled. Default: none. */
  outlastsCancel?: (error: unknown) => boolean;
}

/** Resolves after the thread has ended, so that its locks are gone. Rejects CANCELLED, or with what ended the thread. */
export function runThread<M, R>({ workers, name, input, signal, onMessage, outlastsCancel = () => false }: RunThread<M, R>): Promise<R> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const handle = workers.spawn(name, input);
    let done: { result: R } | undefined;
    const stop = (): void => void handle.close();
    signal?.addEventListener('abort', stop, { once: true });
    handle.onMessage((message) => {
      done = onMessage(message as M, (answer) => handle.post(answer)) ?? done;
    });
    handle.onExit((error) => {
      signal?.removeEventListener('abort', stop);
      if (done) resolve(done.result);
      else if (signal?.aborted && !outlastsCancel(error)) reject(cancelled());
      else reject(error ?? cancelled());
    });
  });
}
