// A lock for work that only reads. On a place that cannot be written, or has no room for the lock file, it goes on without one, as restic
// does with --no-lock: files must come back from a full disk too. If somebody else removes files meanwhile, that shows as missing blobs
// and never as wrong content.
import { isVarveError } from '../kit/errors.ts';
import type { Logger } from '../ports.ts';
import type { LockHandle, LockOptions } from './locks.ts';
import type { Repository } from './repository.ts';

const readOnly = new Set(['EROFS', 'EACCES', 'EPERM']);

export interface ReadLockOptions extends Omit<LockOptions, 'exclusive'> {
  /** Shared unless told otherwise. */
  exclusive?: boolean;
  /** Told when the work goes on without a lock. */
  logger?: Pick<Logger, 'warn'> | undefined;
}

/** The lock, or undefined on a place that cannot be written or is full. */
export async function lockForReading(repository: Repository, { exclusive = false, logger, ...options }: ReadLockOptions): Promise<LockHandle | undefined> {
  try {
    return await repository.lock({ ...options, exclusive });
  } catch (error) {
    const reason = whyNotWritten(error);
    if (reason === undefined) throw error;
    logger?.warn('reading without a lock', { repository: repository.backend.location, reason });
    return undefined;
  }
}

function whyNotWritten(error: unknown): string | undefined {
  if (!isVarveError(error)) return undefined;
  if (error.code === 'NO_SPACE') return error.code;
  const reason = error.code === 'NOT_WRITABLE' ? (error.data as { reason: string }).reason : '';
  return readOnly.has(reason) ? reason : undefined;
}
