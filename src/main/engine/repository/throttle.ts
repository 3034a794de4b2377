// Progress of the threads that work on a repository, at a pace that people can read.
import type { TaskProgress } from '../../../contract/events.ts';

const progressEveryMs = 100;

/** Merges updates and lets ten a second through; a change of phase goes at once. */
export function throttle(send: (update: Partial<TaskProgress>) => void, nowMs: () => number): (update: Partial<TaskProgress>) => void {
  let waiting: Partial<TaskProgress> = {};
  let sentAt = Number.NEGATIVE_INFINITY;
  return (update) => {
    waiting = { ...waiting, ...update };
    const now = nowMs();
    if (update.phase === undefined && now - sentAt < progressEveryMs) return;
    sentAt = now;
    send(waiting);
    waiting = {};
  };
}
