// The caller's side of the thread `repository.check`.
import type { TaskProgress } from '../../../contract/events.ts';
import type { Workers } from '../ports.ts';
import type { RepositoryReport } from './check.ts';
import { takeLockNote } from './lock-notes.ts';
import type { CheckInput, CheckMessage } from './check-task.ts';
import { runThread } from '../kit/run-thread.ts';

export interface CheckRunOptions {
  workers: Pick<Workers, 'spawn'>;
  input: CheckInput;
  signal: AbortSignal;
  onProgress: (update: Partial<TaskProgress>) => void;
  onLock: (lockId: string, written: boolean) => void;
  /** Packs that were read back without a fault. */
  onRead: (packs: readonly string[]) => void;
}

/** Resolves after the thread has ended, so that its lock is gone. */
export function runCheck({ workers, input, signal, onProgress, onLock, onRead }: CheckRunOptions): Promise<RepositoryReport> {
  return runThread<CheckMessage, RepositoryReport>({
    workers,
    name: 'repository.check',
    input,
    signal,
    onMessage: (message, reply) => {
      if (message.kind === 'progress') onProgress(message.update);
      else if (message.kind === 'lock') takeLockNote(message, onLock, reply);
      else if (message.kind === 'read') onRead(message.packs);
      else return { result: message.report };
      return undefined;
    }
  });
}
