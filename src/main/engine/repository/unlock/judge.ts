// Who holds the locks of a repository, and which of them nobody needs any more. A lock is stale by restic's own rule: not refreshed for 30
// minutes, or of this computer and its process is gone. Only here are locks of others judged, and only because a person asked.
import { isVarveError } from '../../kit/errors.ts';
import type { Clock, Machine } from '../../ports.ts';
import { isFileMissing, type Backend } from '../backend/backend.ts';
import { parseLock, type LockFile } from '../format/lock.ts';
import type { UnpackedFiles } from '../unpacked-files.ts';

const staleMs = 30 * 60_000;

export interface JudgedLock {
  id: string;
  /** undefined for a file that cannot be read; `reason` says why. */
  lock: LockFile | undefined;
  reason: string | undefined;
  /** undefined: of another computer, so nobody can tell from here. */
  alive: boolean | undefined;
  mine: boolean;
  stale: boolean;
}

export interface UnlockDeps {
  backend: Backend;
  files: UnpackedFiles;
  clock: Pick<Clock, 'now'>;
  machine: Pick<Machine, 'hostname' | 'pid' | 'processExists'>;
  signal?: AbortSignal | undefined;
}

export async function judgeLocks(deps: UnlockDeps): Promise<JudgedLock[]> {
  const judged: JudgedLock[] = [];
  for await (const { name, size } of deps.backend.list('locks', deps.signal)) {
    const one = await judgeOne(deps, name, size);
    if (one) judged.push(one);
  }
  return judged.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function judgeOne({ files, clock, machine, signal }: UnlockDeps, id: string, size: number): Promise<JudgedLock | undefined> {
  const unreadable = (reason: string): JudgedLock => ({ id, lock: undefined, reason, alive: undefined, mine: false, stale: false });
  if (size === 0) return unreadable('is empty; it keeps nobody out');
  try {
    const lock = parseLock(await files.load('locks', id, signal));
    const here = lock.hostname === machine.hostname;
    const alive = here ? machine.processExists(lock.pid) : undefined;
    const ageMs = clock.now() - Number(lock.time.ns / 1_000_000n);
    return { id, lock, reason: undefined, alive, mine: here && lock.pid === machine.pid, stale: ageMs > staleMs || alive === false };
  } catch (error) {
    if (isFileMissing(error)) return undefined; // released meanwhile
    if (!isVarveError(error) || (error.code !== 'REPOSITORY_DAMAGED' && error.code !== 'REPOSITORY_UNSUPPORTED')) throw error;
    const { what, reason } = error.data as { what?: string; reason?: string };
    return unreadable(what ?? reason ?? error.code);
  }
}

/** Removes what is stale, or everything; this process's own living locks stay. Each is judged a moment before it goes. */
export async function removeLocks(deps: UnlockDeps, which: 'stale' | 'all'): Promise<{ removed: JudgedLock[]; left: JudgedLock[] }> {
  const removed: JudgedLock[] = [];
  const left: JudgedLock[] = [];
  for (const judged of await judgeLocks(deps)) {
    if (judged.mine || (which === 'stale' && !judged.stale)) {
      left.push(judged);
      continue;
    }
    try {
      await deps.backend.remove('locks', judged.id, deps.signal);
    } catch (error) {
      if (!isFileMissing(error)) throw error;
    }
    removed.push(judged);
  }
  return { removed, left };
}
