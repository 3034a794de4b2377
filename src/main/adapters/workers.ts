// `Workers` on node:worker_threads. Threads are told to finish, waited for, and only then ended by force: ending a busy thread has
// crashed Electron, and a database call may be under way.
import { availableParallelism } from 'node:os';
import { fail } from '../engine/kit/errors.ts';
import type { Logger, Transferable, Workers } from '../engine/ports.ts';
import { Thread } from './worker-handle.ts';
import { WorkerPool } from './worker-pool.ts';

export interface NodeWorkersOptions {
  /** The program of the threads: `worker.ts` from source, `worker.js` when built. */
  workerFile: URL | string;
  /** Default: one per processor, at most 8. */
  dataThreads?: number;
  /** The threads' environment. Default: a copy of ours. */
  env?: Record<string, string>;
  logger?: Logger;
  /** How long a thread may take to finish after it was told to, before it is ended by force. */
  graceMs?: number;
  /** How long a thread for one-shot tasks is kept when there is none. */
  idleMs?: number;
}

const mostDataThreads = 8;
/** One-shot tasks can take minutes (a check), so a short one should still find a thread on a small machine. */
const leastPoolThreads = 4;

export function createNodeWorkers(options: NodeWorkersOptions): Workers {
  const { env, logger, graceMs = 10_000, idleMs = 2_000 } = options;
  const dataThreads = options.dataThreads ?? Math.min(mostDataThreads, Math.max(1, availableParallelism()));
  const workerFile = String(options.workerFile);
  const threads = new Set<Thread>();
  let closed = false;

  const start = (task: { name: string; data: unknown } | undefined, transfer?: readonly Transferable[]): Thread => {
    if (closed) fail('INTERNAL', 'the worker threads are closed', { what: 'the worker threads are closed' });
    const thread = new Thread({ workerFile, dataThreads, env, logger, graceMs, task, transfer });
    threads.add(thread);
    thread.onExit(() => void threads.delete(thread));
    return thread;
  };
  /** Threads that were started ahead, by the task they have loaded. */
  const prepared = new Map<string, Thread>();
  const takePrepared = (name: string): Thread | undefined => {
    const thread = prepared.get(name);
    prepared.delete(name);
    return thread?.ended ? undefined : thread;
  };
  const pool = new WorkerPool({ size: Math.max(leastPoolThreads, dataThreads), graceMs, idleMs, start: (name) => takePrepared(name) ?? start(undefined) });

  return {
    dataThreads,
    prepare(...names) {
      const [name] = names;
      if (closed || prepared.has(name)) return;
      const thread = start(undefined);
      thread.keepAlive(false);
      for (const each of names) thread.post({ kind: 'prepare', name: each });
      prepared.set(name, thread);
    },
    spawn(name, data, transfer) {
      const thread = closed ? undefined : (takePrepared(name) ?? pool.giveIdle());
      if (thread === undefined) return start({ name, data }, transfer).handle();
      thread.begin(name, data, transfer);
      return thread.handle();
    },
    run: <R>(name: string, input: unknown, how: { signal?: AbortSignal; transfer?: readonly Transferable[] } = {}) => pool.run(name, input, how) as Promise<R>,
    async close() {
      closed = true;
      await pool.close();
      await Promise.all([...threads].map((thread) => thread.close()));
    }
  };
}
