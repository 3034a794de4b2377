// Counting that goes on in a thread of its own while somebody looks at it.
import { AsyncQueue } from './async.ts';
import { fail, isVarveError } from './errors.ts';
import type { Workers } from '../ports.ts';

/** What the thread of the task `name` posts, as it comes; only the latest count waits for a slow reader. The thread ends with the reader, or the signal. */
export async function* countInThread<Count>(workers: Pick<Workers, 'spawn'>, name: string, input: unknown, signal: AbortSignal | undefined): AsyncGenerator<Count, void, void> {
  if (signal?.aborted) return;
  const queue = new AsyncQueue<Count>({ limit: 1, coalesce: () => 'count' });
  const end = (): void => queue.end();
  const worker = workers.spawn(name, input);
  worker.onMessage((message) => {
    queue.push(message as Count);
  });
  worker.onExit((error) => queue.end(error));
  signal?.addEventListener('abort', end, { once: true });
  try {
    yield* queue;
  } catch (error) {
    if (isVarveError(error)) throw error;
    fail('INTERNAL', 'counting stopped', { what: 'counting files' }, error);
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.close();
  }
}
