// A worker thread with tasks made for tests of the threads themselves.
import type { MessagePort } from 'node:worker_threads';
import { fail } from '../../engine/kit/errors.ts';
import type { WorkerTask } from '../../engine/ports.ts';
import { runWorkerThread } from '../worker-thread.ts';

const aborted = (signal: AbortSignal): Promise<void> => new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));

const tasks: Record<string, WorkerTask> = {
  echo: async (_context, input) => input,
  fails: async () => fail('NOT_FOUND', 'no such thing', { kind: 'thing', name: 'x' }),
  throws: async () => {
    throw new TypeError('a plain error');
  },
  dies: async () => {
    setTimeout(() => {
      throw new Error('thrown outside of the task');
    }, 0);
    return new Promise(() => undefined);
  },
  diesLater: async () => void setTimeout(() => process.exit(4), 1),
  exits: async () => process.exit(3),
  stopsWhenAsked: async (context) => {
    await aborted(context.closing);
    return 'stopped in good order';
  },
  never: async () => new Promise(() => undefined),
  spins: async () => {
    for (;;);
  },
  thread: async () => (await import('node:worker_threads')).threadId,
  usesFiles: async (context, input) => context.files.lstat(input as string)?.type,
  logs: async (context) => {
    context.logger.warn('from inside', { number: 7 });
    context.logger.warn('not to be copied', { call: () => undefined });
  },
  environment: async (_context, input) => process.env[input as string],
  nested: async (context, input) => context.workers.run('echo', { through: input, threads: context.workers.dataThreads }),
  overPort: async (_context, input) => {
    const { port } = input as { port: MessagePort };
    port.postMessage('progress over the port');
    port.close();
  },
  hasNoLine: async (context) => context.post('x'),
  conversation: async (context) => {
    await new Promise((resolve) => setTimeout(resolve, 20)); // what comes meanwhile must wait
    context.onMessage((message) => context.post({ heard: message }));
    context.post('ready');
    await aborted(context.closing);
    context.post('goodbye');
  }
};

runWorkerThread(Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, async () => task])));
