// The thread of a history: opens and locks the repositories, and follows the path.
import { Breath } from '../../kit/breath.ts';
import { fail } from '../../kit/errors.ts';
import type { WorkerTask } from '../../ports.ts';
import type { Repository } from '../../repository/index.ts';
import { OpenedForReading } from '../opened.ts';
import { followBack } from './follow.ts';
import type { HistoryMessage, HistoryRequest } from './protocol.ts';


export const historyTask: WorkerTask = async (context, input) => {
  const cancel = new AbortController();
  context.onMessage((message) => {
    if ((message as { kind: string }).kind === 'cancel') cancel.abort();
  });
  const lost = new AbortController();
  const signal = AbortSignal.any([cancel.signal, context.closing, lost.signal]);
  const { places, snapshots, names, renames, identity } = input as HistoryRequest;
  const post = (message: HistoryMessage): void => context.post(message);
  const opened = new OpenedForReading(context, identity, signal, () => lost.abort());
  try {
    post({ kind: 'progress', update: { phase: 'opening', filesTotal: snapshots.length } });
    const repositories: Repository[] = [];
    for (const [number, place] of places.entries()) repositories.push(await opened.repository(place, number));
    // Local folders are read without ever leaving the thread: a cancel is let in now and then.
    const breath = new Breath(context.clock, signal);
    const onSnapshot = async (done: number): Promise<void> => {
      post({ kind: 'progress', update: { phase: 'scanning', filesDone: done } });
      await breath.take();
    };
    const facts = await followBack({ repositories, snapshots, names, renames, signal, onSnapshot, onEntry: () => breath.take() });
    post({ kind: 'done', facts });
  } catch (error) {
    if (lost.signal.aborted) fail('LOCK_LOST', 'a lock was lost', { path: places[0]?.repositoryPath ?? '' }, error);
    throw error;
  } finally {
    await opened.close();
  }
};
