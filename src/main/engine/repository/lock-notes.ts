// How a thread that takes locks and the engine agree about them: a lock file is written only after the engine has noted it in state.db
// (held_locks), so that there is never a lock on disk that a later start would not recognise as this home's own.
import type { WireError } from '../../../contract/errors.ts';
import { cancelled, fromWire, toWire } from '../kit/errors.ts';
import type { WorkerContext } from '../ports.ts';
import type { LockOptions } from './locks.ts';

/** From the thread: a lock file is about to be written (`written`), or is gone. */
export interface LockNote {
  kind: 'lock';
  lockId: string;
  written: boolean;
}

/** From the engine: the lock is noted, or why it could not be. */
export interface LockNoted {
  kind: 'lock-noted';
  lockId: string;
  error?: WireError;
}

/**
 * The thread's side: what `lock` needs, on the line to the engine. Adds a listener of its own to the line, so another listener for the
 * thread's questions must stand before anything is asked.
 */
export function lockNotes(line: Pick<WorkerContext, 'post' | 'onMessage' | 'closing'>): Required<Pick<LockOptions, 'onWrite' | 'onRemove'>> {
  const waiting = new Map<string, (error: Error | undefined) => void>();
  line.onMessage((value) => {
    const message = value as LockNoted;
    if (message.kind === 'lock-noted') waiting.get(message.lockId)?.(message.error && fromWire(message.error));
  });
  return {
    onWrite: (lockId) =>
      new Promise((resolve, reject) => {
        const settle = (error: Error | undefined): void => {
          waiting.delete(lockId);
          line.closing.removeEventListener('abort', stop);
          if (error) reject(error);
          else resolve();
        };
        const stop = (): void => settle(cancelled());
        if (line.closing.aborted) return stop();
        line.closing.addEventListener('abort', stop, { once: true });
        waiting.set(lockId, settle);
        line.post({ kind: 'lock', lockId, written: true } satisfies LockNote);
      }),
    onRemove: (lockId) => line.post({ kind: 'lock', lockId, written: false } satisfies LockNote)
  };
}

/** The engine's side of one note: writes it down (`keep`), then lets the thread go on. A note that cannot be kept keeps the lock from being taken. */
export function takeLockNote({ lockId, written }: LockNote, keep: (lockId: string, written: boolean) => void, post: (noted: LockNoted) => void): void {
  if (!written) return keep(lockId, false);
  let error: WireError | undefined;
  try {
    keep(lockId, true);
  } catch (reason) {
    error = toWire(reason);
  }
  post({ kind: 'lock-noted', lockId, ...(error && { error }) });
}
