// Runs a task of this domain in the test's own thread and returns its last word. Only for tests.
import type { WorkerTask } from '../../ports.ts';
import type { Context } from './workshop.ts';

type Said<F> = { kind: 'done'; facts: F } | { kind: 'lock'; lockId: string; written: boolean } | { kind: 'progress' };

export async function taskHere<F>(context: Context, task: WorkerTask, request: unknown, signal: AbortSignal = new AbortController().signal): Promise<F> {
  let facts: F | undefined;
  const listeners: ((message: unknown) => void)[] = [];
  const post = (message: unknown): void => {
    const said = message as Said<F>;
    if (said.kind === 'done') facts = said.facts;
    if (said.kind === 'lock' && said.written) for (const listener of listeners) listener({ kind: 'lock-noted', lockId: said.lockId });
  };
  const onMessage = (listener: (message: unknown) => void): (() => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  await task({ ...context, volumes: undefined as never, post, onMessage, closing: signal }, request);
  if (facts === undefined) throw new Error('the task said nothing');
  return facts;
}
