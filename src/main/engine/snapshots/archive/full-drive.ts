// What would make room on a full drive, as far as it can be found out in a moment: what a prune would give back, how many snapshots the plan's own
// rule lets go, and how much of the drive is not the repository's.
import { withTimeout } from '../../kit/async.ts';
import type { EngineApi } from '../../../../contract/index.ts';
import type { Clock } from '../../ports.ts';
import type { Maintenance, Repositories, RepositoryRow } from '../../repository/index.ts';
import type { PlanRow } from '../model.ts';
import type { SnapshotsStore } from '../store.ts';

/** A person waits for the error; a large repository takes longer to look through. */
const limitMs = 15_000;

export interface FullDriveDeps {
  ports: { clock: Pick<Clock, 'setTimer'> };
  store: SnapshotsStore;
  repositories: Pick<Repositories, 'placeOf'>;
  maintenance: Pick<Maintenance, 'freeable'>;
  forget: Pick<EngineApi['keeping']['forget'], 'preview'>;
}

export interface FullDriveFacts {
  freeBytes?: number;
  prunableBytes?: number;
  forgettable?: number;
  otherBytes?: number;
}

/** Never throws: what cannot be found out is left out. */
export function createExplainFull({ ports, store, repositories, maintenance, forget }: FullDriveDeps) {
  return async (plan: PlanRow, repository: RepositoryRow, signal: AbortSignal): Promise<FullDriveFacts> => {
    const ask = <R>(work: (limit: AbortSignal) => Promise<R>): Promise<R | undefined> => withTimeout({ clock: ports.clock, limitMs, what: repository.name, signal }, work).catch(() => undefined);
    const place = await ask((limit) => repositories.placeOf(repository, { fresh: true, signal: limit }));
    const freeable = await ask((limit) => maintenance.freeable(repository, limit));
    const policy = store.retention(plan.id);
    const preview = policy && (await ask(async (limit) => forget.preview({ plan: plan.id }, { actor: '', via: 'api', scope: 'owner', signal: limit })));
    const { freeBytes, totalBytes } = place ?? {};
    return {
      ...(typeof freeBytes === 'number' && { freeBytes }),
      ...(freeable && { prunableBytes: freeable.freed }),
      ...(preview && { forgettable: preview.removeCount }),
      ...(freeable && typeof freeBytes === 'number' && typeof totalBytes === 'number' && { otherBytes: Math.max(0, totalBytes - freeBytes - freeable.before) })
    };
  };
}
