// A data thread of a restore: reads, opens, decompresses, writes, reads back. Each has its own place in the packs and its own folders.
import type { WorkerTask } from '../../ports.ts';
import { createLocalBackend, Repository } from '../../repository/index.ts';
import { DataWork } from './data-work.ts';
import { Degraded } from './metadata.ts';
import type { DataThreadInput, FromData, ToData } from './protocol.ts';

/** Works off jobs in the order they come, until it is closed. */
export const restoreDataTask: WorkerTask = async (context, value) => {
  const input = value as DataThreadInput;
  const { files, random, clock, closing } = context;
  const stop = new Int32Array(input.stop);
  const stopped = (): boolean => closing.aborted || Atomics.load(stop, 0) !== 0;
  const degraded = new Degraded();
  const open = Repository.open({ backend: createLocalBackend({ files, random, path: input.repositoryPath }), masterKey: input.masterKey, random, clock, signal: closing }).then(
    (repository) => new DataWork({ ...input, files, clock, repository, degraded, signal: closing, stopped })
  );
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const work = async ({ job, work: what }: ToData): Promise<void> => {
    const post = (result: FromData['result']): void => context.post({ kind: 'result', job, result } satisfies FromData);
    try {
      const own = await open;
      post(stopped() ? undefined : { ...(await own.run(what)), degraded: degraded.take() });
    } catch (error) {
      if (!stopped()) throw error;
      post(undefined);
    }
  };
  let line: Promise<unknown> = open;
  line.catch(reject);
  closing.addEventListener('abort', () => void line.then(() => resolve(), reject), { once: true });
  context.onMessage((message) => {
    line = line.then(() => work(message as ToData));
    line.catch(reject);
  });
  await ended;
};
