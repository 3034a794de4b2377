// The inside of a worker thread: builds the context with the thread's own adapters, runs tasks from the table it is given, and ends by
// itself when asked. Errors leave as their wire form; log lines go to whoever started the thread.
import { parentPort, workerData } from 'node:worker_threads';
import { fail, toWire } from '../engine/kit/errors.ts';
import type { Logger, Transferable, WorkerContext, WorkerTask } from '../engine/ports.ts';
import { createSystemClock } from './clock.ts';
import { createNodeFiles } from './files.ts';
import { createMachine } from './machine.ts';
import { createSystemRandom } from './random.ts';
import { createVolumes } from './volumes.ts';
import { Mailbox, type FromThread, type ThreadStart, type ToThread } from './worker-wire.ts';
import { createNodeWorkers } from './workers.ts';

/** The whole program of a worker thread. Throws when it is not in one. */
export function runWorkerThread(tasks: Readonly<Record<string, () => Promise<WorkerTask>>>): void {
  const port = parentPort;
  const start = workerData as ThreadStart | undefined;
  if (!port || start?.varveThread !== true) fail('INTERNAL', 'not inside a worker thread of Varve', { what: 'not inside a worker thread of Varve' });

  const post = (message: FromThread, transfer: readonly Transferable[] = []): void => port.postMessage(message, [...transfer]);
  const logger = forwardingLogger(post);
  const workers = createNodeWorkers({ workerFile: start.workerFile, dataThreads: start.dataThreads, logger });
  const files = createNodeFiles();
  const shared = { files, clock: createSystemClock(), random: createSystemRandom(), logger, machine: createMachine(), volumes: createVolumes({ files }), workers };
  const closing = new AbortController();
  const mailbox = new Mailbox();
  let running: AbortController | undefined;
  let spawned = false;

  async function settle(name: string, input: unknown, line: Pick<WorkerContext, 'post' | 'onMessage' | 'closing'>): Promise<void> {
    try {
      const load = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
      if (!load) fail('INTERNAL', `no task of the name ${name}`, { what: `no task of the name ${name}` });
      const task = await load();
      const value = await task({ ...shared, ...line }, input);
      post({ kind: 'done', value });
    } catch (error) {
      post({ kind: 'failed', error: toWire(error) });
    }
  }

  async function end(): Promise<void> {
    await workers.close();
    process.exit(0); // ends this thread only; whatever a task left open must not keep it alive
  }

  async function runOnce(name: string, input: unknown): Promise<void> {
    running = new AbortController();
    const signal = AbortSignal.any([running.signal, closing.signal]);
    await settle(name, input, { post: noLine, onMessage: noLine, closing: signal });
    running = undefined;
    if (closing.signal.aborted) await end();
  }

  function begin(name: string, data: unknown): void {
    spawned = true;
    const line = {
      post: (value: unknown, transfer?: readonly Transferable[]) => post({ kind: 'message', value }, transfer),
      onMessage: (listener: (message: unknown) => void) => mailbox.listen(listener),
      closing: closing.signal
    };
    void settle(name, data, line).then(end);
  }

  port.on('message', (message: ToThread) => {
    if (message.kind === 'message') mailbox.deliver(message.value);
    // What cannot be loaded is said when the task is wanted.
    else if (message.kind === 'prepare') void (Object.hasOwn(tasks, message.name) ? tasks[message.name]?.().catch(() => undefined) : undefined);
    else if (message.kind === 'begin') begin(message.name, message.data);
    else if (message.kind === 'abort') running?.abort();
    else if (message.kind === 'run') void runOnce(message.name, message.input);
    else {
      closing.abort();
      if (!spawned && !running) void end();
    }
  });

  if (start.task) begin(start.task.name, start.task.data);
}

function noLine(): never {
  return fail('INTERNAL', 'a one-shot task has no line to its caller; pass it a MessagePort', { what: 'a one-shot task has no line to its caller' });
}

function forwardingLogger(post: (message: FromThread) => void): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: Record<string, unknown>): void => {
      try {
        post({ kind: 'log', level, message, fields });
      } catch {
        post({ kind: 'log', level, message, fields: { note: 'the fields could not be copied between threads' } });
      }
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
