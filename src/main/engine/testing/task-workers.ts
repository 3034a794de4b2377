// Workers that run one-shot tasks on the spot, in this thread: for tests of domains whose tasks are only slow, not dangerous.
import { createNodeFiles } from '../../adapters/files.ts';
import { createVolumes } from '../../adapters/volumes.ts';
import { createMachine } from '../../adapters/machine.ts';
import { createSystemClock } from '../../adapters/clock.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import type { Workers, WorkerContext } from '../ports.ts';
import { workerTasks } from '../worker-tasks.ts';

export function createInlineWorkers(): Workers {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const workers: Workers = {
    spawn: (name) => {
      throw new Error(`${name} needs a real thread`);
    },
    run: async <R>(name: string, input: unknown, options?: { signal?: AbortSignal }): Promise<R> => {
      const load = workerTasks[name];
      if (!load) throw new Error(`no task ${name}`);
      const task = await load();
      const context: WorkerContext = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom(), logger: quiet, machine: createMachine(), volumes: createVolumes({ files: createNodeFiles() }), workers, post: () => {}, onMessage: () => () => {}, closing: options?.signal ?? new AbortController().signal };
      return (await task(context, input)) as R;
    },
    dataThreads: 1,
    close: () => Promise.resolve()
  };
  return workers;
}
