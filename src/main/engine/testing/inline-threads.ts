// Threads that are none: every task runs in the thread of the test, with the ports of the test, so that faults of the disk and of the clock reach
// what would otherwise have its own. Messages are copied and arrive later, as between threads.
import { fromWire, isVarveError, toWire } from '../kit/errors.ts';
import type { WorkerContext, WorkerHandle, Workers } from '../ports.ts';
import { workerTasks } from '../worker-tasks.ts';

export type InlinePorts = Pick<WorkerContext, 'files' | 'clock' | 'random' | 'logger' | 'machine' | 'volumes'>;

export function createInlineThreads(ports: InlinePorts, dataThreads = 1): Workers {
  const running = new Set<Promise<unknown>>();
  const load = async (name: string): Promise<(context: WorkerContext, input: unknown) => Promise<unknown>> => {
    const loader = workerTasks[name];
    if (!loader) throw new Error(`no task ${name}`);
    return loader();
  };
  const workers: Workers = {
    spawn: (name, data) => spawn(name, data),
    run: async <R>(name: string, input: unknown, options?: { signal?: AbortSignal }): Promise<R> => {
      const noLine = (): never => {
        throw new Error('a one-shot task has no line to its caller');
      };
      const task = await load(name);
      return (await task({ ...ports, workers, post: noLine, onMessage: noLine, closing: options?.signal ?? new AbortController().signal }, structuredClone(input))) as R;
    },
    dataThreads,
    close: async () => void (await Promise.allSettled(running))
  };

  function spawn(name: string, data: unknown): WorkerHandle {
    const closing = new AbortController();
    const [inside, outside] = [new Line(), new Line()];
    const exits = new Set<(error: Error | undefined) => void>();
    let ended: { error: Error | undefined } | undefined;
    const input: unknown = structuredClone(data);
    const done = load(name)
      .then((task) => task({ ...ports, workers, post: (message) => outside.send(message), onMessage: (listener) => inside.listen(listener), closing: closing.signal }, input))
      .then(
        () => undefined,
        (error: unknown) => (isVarveError(error) ? error : fromWire(toWire(error)))
      )
      .then(async (error) => {
        await outside.empty();
        ended = { error };
        for (const exit of exits) exit(error);
      });
    running.add(done);
    void done.finally(() => running.delete(done));
    return {
      post: (message) => inside.send(message),
      onMessage: (listener) => outside.listen(listener),
      onExit: (listener) => {
        if (ended) queueMicrotask(() => listener(ended?.error));
        else exits.add(listener);
        return () => void exits.delete(listener);
      },
      close: async () => {
        closing.abort();
        await done;
      }
    };
  }
  return workers;
}

/** One direction; what is sent before anybody listens waits. */
class Line {
  readonly #listeners = new Set<(message: unknown) => void>();
  #waiting: unknown[] = [];
  #last: Promise<void> = Promise.resolve();

  send(message: unknown): void {
    const copy: unknown = structuredClone(message);
    this.#last = this.#last
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(() => {
        if (this.#listeners.size === 0) this.#waiting.push(copy);
        for (const listener of this.#listeners) listener(copy);
      });
  }

  listen(listener: (message: unknown) => void): () => void {
    this.#listeners.add(listener);
    for (const message of this.#waiting.splice(0)) listener(message);
    return () => void this.#listeners.delete(listener);
  }

  async empty(): Promise<void> {
    for (let last; last !== this.#last; ) {
      last = this.#last;
      await last;
    }
  }
}
