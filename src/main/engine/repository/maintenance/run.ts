// The caller's side of a thread that maintains repositories (thread.ts).
import type { TaskProgress } from '../../../../contract/events.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Workers } from '../../ports.ts';
import type { LockNote, LockNoted } from '../lock-notes.ts';
import { runThread } from '../../kit/run-thread.ts';
import type { MaintenanceMessage } from './thread.ts';

export interface RunMaintenance {
  workers: Pick<Workers, 'spawn'>;
  name: string;
  input: unknown;
  signal: AbortSignal;
  onProgress: (update: Partial<TaskProgress>) => void;
  /** `place`: which of the places the lock file lies in. */
  onLock: (place: number, note: LockNote, reply: (noted: LockNoted) => void) => void;
}

/** Resolves with the work's result after the thread has ended, so that its locks are gone. A lost lock is told also when the work was cancelled. */
export function runMaintenance<R>({ workers, name, input, signal, onProgress, onLock }: RunMaintenance): Promise<R> {
  return runThread<MaintenanceMessage, R>({
    workers,
    name,
    input,
    signal,
    onMessage: (message, reply) => {
      if (message.kind === 'progress') onProgress(message.update);
      else if (message.kind === 'lock') onLock(message.place, message, reply);
      else return { result: message.result as R };
      return undefined;
    },
    outlastsCancel: (error) => isVarveError(error) && error.code === 'LOCK_LOST'
  });
}
