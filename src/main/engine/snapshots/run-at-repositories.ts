// Runs a thread that reads in several repositories: when its turn has come at each, with its locks noted for the one they are of.
import type { TaskProgress } from '../../../contract/events.ts';
import type { Workers } from '../ports.ts';
import { runInAll, type LockNote, type Repositories } from '../repository/index.ts';
import type { RunningTask } from '../system/tasks.ts';
import { runWorker } from './run-worker.ts';

/** What such a thread says. `place`: which of its repositories, in the order of its input. */
export type ReadingMessage<F> = { kind: 'progress'; update: Partial<TaskProgress> } | (LockNote & { place: number }) | { kind: 'done'; facts: F };

export interface RunAtRepositoriesOptions {
  workers: Pick<Workers, 'spawn'>;
  repositories: Pick<Repositories, 'queue' | 'takeLockNote'>;
  /** In the order of the input. */
  places: readonly { id: string }[];
  /** Shown to whoever waits for a repository. */
  what: string;
  name: string;
  input: unknown;
  task: RunningTask;
}

/** Resolves with the facts of its last word; rejects as `runWorker`. */
export function runAtRepositories<F>({ workers, repositories, places, what, name, input, task }: RunAtRepositoriesOptions): Promise<F> {
  const turns = places.map(({ id }) => ({ id, queue: repositories.queue(id), exclusive: false }));
  return runInAll(turns, { what, signal: task.signal, onWaiting: () => task.progress({ phase: 'waiting' }) }, () =>
    runWorker<ReadingMessage<F>, F>({
      workers,
      name,
      input,
      signal: task.signal,
      onMessage: (message, reply) => {
        if (message.kind === 'done') return message.facts;
        if (message.kind === 'progress') task.progress(message.update);
        else repositories.takeLockNote((places[message.place] ?? places[0])?.id ?? '', message, reply);
        return undefined;
      }
    })
  );
}
