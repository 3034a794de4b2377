// Lock files that a process of this home left behind when it died. Only those this home has noted, and whose process is certainly gone,
// are removed; nobody else's lock is judged here.
import type { Clock, Files, Machine } from '../ports.ts';
import type { HeldLock, RepositoryStore } from './store.ts';

export interface HeldLocksDeps {
  store: RepositoryStore;
  files: Files;
  clock: Pick<Clock, 'now'>;
  machine: Pick<Machine, 'pid' | 'processExists' | 'platform'>;
}

export interface HeldLocks {
  note(repositoryId: string, lockId: string): void;
  forget(repositoryId: string, lockId: string): void;
  /** Noted locks whose process is gone. */
  orphans(): HeldLock[];
}

export function createHeldLocks({ store, files, clock, machine }: HeldLocksDeps): HeldLocks {
  const mine = new Set<string>();
  const processStarted = startOf(files, machine, machine.pid);

  const isGone = (lock: HeldLock): boolean => {
    if (lock.pid === machine.pid && !mine.has(lock.lockId)) return true;
    if (!machine.processExists(lock.pid)) return true;
    const now = startOf(files, machine, lock.pid);
    return lock.processStarted !== '' && now !== '' && now !== lock.processStarted;
  };

  return {
    note(repositoryId, lockId) {
      mine.add(lockId);
      store.insertLock({ repositoryId, lockId, pid: machine.pid, processStarted, at: new Date(clock.now()).toISOString() });
    },
    forget(repositoryId, lockId) {
      store.deleteLock(repositoryId, lockId);
      mine.delete(lockId);
    },
    orphans: () => store.locks().filter(isGone)
  };
}

/** When a process started, as text that no other process of this machine shares; empty where the system does not tell. */
function startOf(files: Files, machine: Pick<Machine, 'platform'>, pid: number): string {
  if (machine.platform !== 'linux') return '';
  const boot = readSmall(files, '/proc/sys/kernel/random/boot_id').trim();
  // The second field is a name in parentheses that may hold spaces; the start is the 22nd, in ticks since boot (proc(5)).
  const stat = readSmall(files, `/proc/${pid}/stat`);
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return boot === '' || started === undefined || started === '' ? '' : `${boot}/${started}`;
}

/** Files under /proc have no size, so they are read by hand. */
function readSmall(files: Files, path: string): string {
  let fd: number;
  try {
    fd = files.open(path, 'r');
  } catch {
    return '';
  }
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.toString('utf8', 0, files.read(fd, bytes, 0, bytes.length, 0));
  } catch {
    return '';
  } finally {
    files.close(fd);
  }
}

