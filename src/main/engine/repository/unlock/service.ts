// Locks of a repository, seen from the engine's thread: who holds them, and taking away those nobody needs.
import type { EngineApi } from '../../../../contract/index.ts';
import type { LockInfo } from '../../../../contract/keeping.ts';
import type { Ports } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { Repositories, RepositoryRow } from '../model.ts';
import { instantOf } from '../passwords/service.ts';
import type { JudgedLock } from './judge.ts';
import type { LocksInput, LocksOutcome } from './task.ts';

export interface LockServiceDeps {
  ports: Pick<Ports, 'workers'>;
  outbox: Pick<Outbox, 'commit'>;
  repositories: Pick<Repositories, 'find' | 'queue' | 'unlockKey' | 'forgetLock'>;
}

export function createLockService({ ports, outbox, repositories }: LockServiceDeps): EngineApi['keeping']['locks'] {
  const ask = async (row: RepositoryRow, remove: LocksInput['remove'], signal: AbortSignal | undefined): Promise<LocksOutcome> => {
    const { path, masterKey } = await repositories.unlockKey(row.id, signal);
    return ports.workers.run<LocksOutcome>('repository.locks', { path, masterKey, ...(remove && { remove }) } satisfies LocksInput, signal && { signal });
  };

  const record = (row: RepositoryRow, { id, lock, stale }: JudgedLock, actor: string): void => {
    const createdAt = lock && instantOf(lock.time.ns);
    const payload = {
      repository: row.name,
      repositoryId: row.id,
      lock: id,
      ...(lock && { hostname: lock.hostname, ...(lock.pid >= 0 && { pid: lock.pid }) }),
      ...(createdAt && { createdAt }),
      stale
    };
    outbox.commit(() => repositories.forgetLock(row.id, id), [{ action: 'repository.unlocked', category: 'repository', actor, subject: `repository:${row.name}`, payload }]);
  };

  return {
    list: async ({ repository }, { signal }) => {
      const { left } = await ask(repositories.find(repository), undefined, signal);
      return left.map(lockView);
    },
    remove: async ({ repository, which }, { actor, signal }) => {
      const row = repositories.find(repository);
      // Work of this program is waited for, so that only others can be meant by "all".
      const work = (): Promise<LocksOutcome> => ask(row, which, signal);
      const { removed, left } = which === 'all' ? await repositories.queue(row.id).run({ exclusive: true, what: `unlocking of ${row.name}`, signal }, work) : await work();
      for (const lock of removed) record(row, lock, actor);
      return { removed: removed.map(lockView), left: left.map(lockView) };
    }
  };
}

function lockView({ id, lock, reason, alive, mine, stale }: JudgedLock): LockInfo {
  return {
    id,
    exclusive: lock?.exclusive ?? false,
    hostname: lock?.hostname ?? '',
    username: lock?.username ?? '',
    pid: lock?.pid ?? 0,
    since: lock ? instantOf(lock.time.ns) : null,
    alive: alive ?? null,
    mine,
    stale,
    damage: reason ?? null
  };
}
